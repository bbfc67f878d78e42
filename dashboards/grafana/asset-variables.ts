// What is chosen above the asset dashboard.
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { channelsOf, CHOSEN_ASSET, DATASOURCE } from "./influx-query.ts";
import { DATASOURCE_NAME, DATASOURCE_UID } from "./provisioning-files.ts";

/** Values of a tag, asked for again whenever the time range changes. */
function tagVariable(name: string, label: string, description: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource({ ...DATASOURCE })
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
}

function limitVariable(name: string, label: string, valueC: number): TextBoxVariableBuilder {
  const value = String(valueC);
  return new TextBoxVariableBuilder(name)
    .label(label)
    .description("A number. Drawn on the chart for the eye only: alarms and excursions follow the shipment's profile.")
    .defaultValue(value)
    .current({ text: value, value })
    .options([{ selected: true, text: value, value }]);
}

export function assetVariables(): Builder<VariableModel>[] {
  const channelQuery = (condition: string): string =>
    `SHOW TAG VALUES FROM "reading" WITH KEY = "channel" WHERE ${CHOSEN_ASSET} AND ${condition}`;
  return [
    new DatasourceVariableBuilder("datasource")
      .label("Data source")
      .description("The InfluxDB that ingest writes to.")
      .type("influxdb")
      .current({ text: DATASOURCE_NAME, value: DATASOURCE_UID }),
    tagVariable("tenant", "Tenant", "Whom the data belongs to.", `SHOW TAG VALUES FROM "reading" WITH KEY = "tenant"`),
    tagVariable(
      "asset",
      "Asset",
      "What is monitored: a compartment, cold room, container or cool box.",
      `SHOW TAG VALUES FROM "reading" WITH KEY = "asset" WHERE "tenant" = '\${tenant:raw}'`,
    ),
    tagVariable(
      "channel",
      "Temperatures",
      "Which temperature channels are drawn. All of them unless chosen, so that none is overlooked.",
      channelQuery(channelsOf("temperature")),
    )
      .multi(true)
      .includeAll(true)
      .current({ text: ["All"], value: ["$__all"] }),
    tagVariable("position", "Position from", "Which receiver the map follows.", channelQuery(channelsOf("latitude")))
      // What stands in the parentheses becomes the value: the place, which latitude and longitude share.
      .regex("/^latitude\\/(.+)$/"),
    // 2 to 8 °C is what most refrigerated medicines are labelled with.
    limitVariable("limit_low", "Low limit °C", 2),
    limitVariable("limit_high", "High limit °C", 8),
  ];
}
