// Queries in InfluxQL over the measurement `reading`; the SDK has no builder for InfluxDB.
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** Every panel, query and variable follows the dashboard's data source variable. */
export const DATASOURCE = { type: "influxdb", uid: "${datasource}" } as const;

/** What one query of a panel is made of. */
export interface InfluxQuery {
  readonly refId: string;
  /** InfluxQL; `$timeFilter` and `$__interval` are Grafana's. */
  readonly query: string;
  /** `table` keeps columns together; `time_series` gives one series per column and tag value. */
  readonly resultFormat: "time_series" | "table";
  /** Name of each series: `$tag_channel` is the channel, `$col` the column. */
  readonly alias?: string;
}

/** The query as Grafana's InfluxDB plugin keeps it in a dashboard. */
export interface InfluxTarget extends Dataquery, InfluxQuery {
  readonly rawQuery: true;
  readonly datasource: typeof DATASOURCE;
}

export function influxTarget(query: InfluxQuery): Builder<Dataquery> {
  const target: InfluxTarget = {
    ...query,
    rawQuery: true,
    datasource: DATASOURCE,
    // The SDK tells its queries apart by this; JSON leaves it out.
    _implementsDataqueryVariant: () => undefined,
  };
  return { build: () => target };
}

/**
 * The asset chosen above the dashboard. `:raw` because Grafana escapes a variable for a regular expression unless told
 * otherwise, and an id with a dot in it would then match nothing between quotes.
 */
export const CHOSEN_ASSET = `"tenant" = '\${tenant:raw}' AND "asset" = '\${asset:raw}'`;

/** The channels chosen above the dashboard, one or several. */
export const CHOSEN_CHANNELS = `"channel" =~ /^\${channel:regex}$/`;

/** Channels of a quantity, which is the part of the channel's name before the slash. */
export function channelsOf(quantity: string): string {
  return `"channel" =~ /^${quantity}\\//`;
}

/** One row per channel and interval, null where nothing was measured, so that a gap is not drawn as a line. */
export function perInterval(columns: string, condition: string, fill: "null" | "0" = "null"): string {
  const where = `${CHOSEN_ASSET} AND ${condition} AND $timeFilter`;
  return `SELECT ${columns} FROM "reading" WHERE ${where} GROUP BY time($__interval), "channel" fill(${fill})`;
}
