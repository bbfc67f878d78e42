// What every panel of ours has, whatever it draws.
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { DATASOURCE, type InfluxQuery, influxTarget } from "./influx-query.ts";

/** Place on Grafana's grid of 24 columns; the SDK's own layout lets panels run over the edge. */
export interface PanelPlace {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PanelFrame {
  /** Never reused: links and alerts name panels by it. */
  readonly id: number;
  readonly title: string;
  /** What is seen, and what is not, for a person who did not build it. */
  readonly description: string;
  readonly place: PanelPlace;
  /** One of `UNITS` of lint-limits.ts. */
  readonly unit: string;
  readonly queries: readonly InfluxQuery[];
  /** The smallest `$__interval`; the server would otherwise be asked for one row a second over a month. */
  readonly intervalMin: string;
}

interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  gridPos(gridPos: PanelPlace): this;
  unit(unit: string): this;
  datasource(datasource: { readonly type: string; readonly uid: string }): this;
  targets(targets: Builder<Dataquery>[]): this;
  interval(interval: string): this;
  maxDataPoints(points: number): this;
}

/** Rows per series that a panel asks for, give or take Grafana's rounding of the interval. */
export const POINTS_MAX = 1_000;

/** Gives a panel its frame. */
export function framed<B extends PanelBuilder>(panel: B, frame: PanelFrame): B {
  return panel
    .id(frame.id)
    .title(frame.title)
    .description(frame.description)
    .gridPos({ ...frame.place })
    .unit(frame.unit)
    .datasource({ ...DATASOURCE })
    .targets(frame.queries.map(influxTarget))
    .interval(frame.intervalMin)
    .maxDataPoints(POINTS_MAX);
}
