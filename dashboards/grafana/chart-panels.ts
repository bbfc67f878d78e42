// Panels with time along the bottom.
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
} from "@grafana/grafana-foundation-sdk/common";
import {
  StackingConfigBuilder,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { type DynamicConfigValue, MappingType } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StateTimelinePanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TimeSeriesPanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { channelsOf, CHOSEN_ASSET, CHOSEN_CHANNELS, type InfluxQuery, perInterval } from "./influx-query.ts";
import { framed, type PanelPlace } from "./panel-frame.ts";

/** A silence longer than this is drawn as a gap. Profiles set their own gap, of 5 to 30 minutes in those shipped. */
const DRAWN_GAP_MS = 15 * 60_000;

function fixedColor(color: string): DynamicConfigValue {
  return { id: "color", value: { mode: "fixed", fixedColor: color } };
}

const DASHED: DynamicConfigValue = { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } };

/** The SDK hides the legend unless told. */
function legend(...calcs: string[]): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .displayMode(calcs.length === 0 ? LegendDisplayMode.List : LegendDisplayMode.Table)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(calcs);
}

function tooltip(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi);
}

/** The lowest and the highest reading of every interval: a mean would hide a breach of one reading. */
function extremes(condition: string): InfluxQuery[] {
  return [
    {
      refId: "Lowest",
      query: perInterval(`min("value") AS "lowest"`, condition),
      resultFormat: "time_series",
      alias: "$tag_channel $col",
    },
    {
      refId: "Highest",
      query: perInterval(`max("value") AS "highest"`, condition),
      resultFormat: "time_series",
      alias: "$tag_channel $col",
    },
  ];
}

/**
 * The limits as lines. Thresholds of a panel cannot follow a variable, so the constants are asked for as numbers; the
 * readings only lend their intervals.
 */
const LIMITS: InfluxQuery = {
  refId: "Limits",
  query:
    `SELECT min("value") * 0 + (\${limit_low:raw}) AS "low", min("value") * 0 + (\${limit_high:raw}) AS "high" ` +
    `FROM "reading" WHERE ${CHOSEN_ASSET} AND ${CHOSEN_CHANNELS} AND $timeFilter GROUP BY time($__interval) fill(none)`,
  resultFormat: "time_series",
  alias: "Limit $col",
};

function lines(): TimeSeriesPanelBuilder {
  return new TimeSeriesPanelBuilder()
    .legend(legend("min", "max", "lastNotNull"))
    .tooltip(tooltip())
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(DRAWN_GAP_MS)
    .overrideByRegexp("/ lowest$/", [DASHED]);
}

export function temperaturePanel(place: PanelPlace): TimeSeriesPanelBuilder {
  return framed(lines(), {
    id: 1,
    title: "Temperatures: lowest and highest",
    description:
      "The lowest (dashed) and the highest good reading of every interval, so that a single reading outside the limits " +
      "shows at any zoom. Readings that are not good are not drawn; see the table below. The band between the limits is " +
      "what stands in the boxes above, not the shipment's profile.",
    place,
    unit: "celsius",
    queries: [...extremes(CHOSEN_CHANNELS), LIMITS],
    intervalMin: "10s",
  })
    .decimals(1)
    .overrideByName("Limit high", [
      fixedColor("green"),
      DASHED,
      { id: "custom.fillBelowTo", value: "Limit low" },
      { id: "custom.fillOpacity", value: 10 },
    ])
    .overrideByName("Limit low", [fixedColor("green"), DASHED]);
}

export function humidityPanel(place: PanelPlace): TimeSeriesPanelBuilder {
  return framed(lines(), {
    id: 2,
    title: "Relative humidity: lowest and highest",
    description: "The lowest (dashed) and the highest good reading of every interval, of every humidity channel.",
    place,
    unit: "humidity",
    queries: extremes(channelsOf("humidity")),
    intervalMin: "10s",
  }).decimals(0);
}

export function doorPanel(place: PanelPlace): StateTimelinePanelBuilder {
  const panel = new StateTimelinePanelBuilder()
    .legend(legend())
    .tooltip(tooltip())
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .spanNulls(DRAWN_GAP_MS)
    .mappings([
      {
        type: MappingType.ValueToText,
        options: {
          "0": { text: "closed", color: "green", index: 0 },
          "1": { text: "open", color: "orange", index: 1 },
        },
      },
    ]);
  return framed(panel, {
    id: 3,
    title: "Doors",
    description:
      "Open if the door was open at any reading of the interval: zoomed out, a short opening looks longer than it was, " +
      "and never disappears.",
    place,
    unit: "none",
    queries: [
      {
        refId: "Door",
        query: perInterval(`max("value") AS "open"`, channelsOf("door")),
        resultFormat: "time_series",
        alias: "$tag_channel",
      },
    ],
    intervalMin: "10s",
  });
}

export function monitoringPanel(place: PanelPlace): TimeSeriesPanelBuilder {
  const panel = new TimeSeriesPanelBuilder()
    .legend(legend("sum"))
    .tooltip(tooltip())
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .lineWidth(0)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"))
    .overrideByRegexp("/ not good$/", [fixedColor("red")]);
  return framed(panel, {
    id: 7,
    title: "Monitoring: readings per interval",
    description:
      "Good readings, and in red those that are not good, of every channel. Where the bars stop, nothing was measured or " +
      "nothing has arrived yet. A channel without any reading in the whole range is not shown at all. The share of " +
      "monitored time that reports and certificates state is ingest's, not this count.",
    place,
    unit: "none",
    queries: [
      {
        refId: "Readings",
        query: perInterval(`count("value") AS "good", count("quality") AS "not good"`, `"channel" =~ /./`, "0"),
        resultFormat: "time_series",
        alias: "$tag_channel $col",
      },
    ],
    intervalMin: "1m",
  }).decimals(0);
}
