// Panels about now and here: last values, the map, and what was not good.
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  FrameGeometrySourceMode,
  type MapLayerOptions,
  MapLayerOptionsBuilder,
  ReduceDataOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { DashboardLinkBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  ControlsOptionsBuilder,
  MapViewConfigBuilder,
  PanelBuilder as GeomapPanelBuilder,
  TooltipMode,
  TooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/geomap";
import { PanelBuilder as StatPanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TablePanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { ASSET_DASHBOARD_UID } from "./asset-uid.ts";
import { CHOSEN_ASSET, CHOSEN_CHANNELS, type InfluxQuery } from "./influx-query.ts";
import { framed, type PanelPlace } from "./panel-frame.ts";
import { qualityMapping } from "./quality-mapping.ts";

/** Rows of the table of readings that are not good. */
const TABLE_ROWS_MAX = 500;

export function lastPanel(place: PanelPlace): StatPanelBuilder {
  const panel = new StatPanelBuilder()
    // Every row and both of its columns: a value without its age may be hours old and look like now.
    .reduceOptions(new ReduceDataOptionsBuilder().values(true).calcs(["lastNotNull"]).fields("/^(Time|last)$/"))
    .textMode(BigValueTextMode.ValueAndName)
    .colorMode(BigValueColorMode.None)
    .graphMode(BigValueGraphMode.None)
    .overrideByName("Time", [{ id: "unit", value: "dateTimeFromNow" }])
    .dataLinks([
      new DashboardLinkBuilder("Only ${__data.fields.channel}").url(
        `/d/${ASSET_DASHBOARD_UID}?\${datasource:queryparam}&\${tenant:queryparam}&\${asset:queryparam}` +
          `&\${position:queryparam}&\${limit_low:queryparam}&\${limit_high:queryparam}` +
          `&var-channel=\${__data.fields.channel}&\${__url_time_range}`,
      ),
    ]);
  return framed(panel, {
    id: 4,
    title: "Last good value, and how old it is",
    description: "Of each chosen temperature channel, within the time range above.",
    place,
    unit: "celsius",
    queries: [
      {
        refId: "Last",
        query: `SELECT last("value") AS "last" FROM "reading" WHERE ${CHOSEN_ASSET} AND ${CHOSEN_CHANNELS} AND $timeFilter GROUP BY "channel"`,
        resultFormat: "table",
      },
    ],
    intervalMin: "10s",
  }).decimals(1);
}

/**
 * Latitude and longitude are two series of the same times; InfluxQL joins them when both are subqueries of one FROM. The
 * last of an interval is a place where the asset was; a mean of both need not be.
 */
const POSITIONS = ((): string => {
  const part = (quantity: string): string =>
    `(SELECT "value" AS "${quantity}" FROM "reading" WHERE ${CHOSEN_ASSET} AND "channel" = '${quantity}/\${position:raw}' AND $timeFilter)`;
  return (
    `SELECT last("latitude") AS "latitude", last("longitude") AS "longitude" ` +
    `FROM ${part("latitude")}, ${part("longitude")} WHERE $timeFilter GROUP BY time($__interval) fill(none)`
  );
})();

/** A layer sees only its own query: without the filter every layer draws the first. */
function layer(type: string, name: string, refId: string, config: MapLayerOptions["config"]): MapLayerOptionsBuilder {
  const geometry = { mode: FrameGeometrySourceMode.Coords, latitude: "latitude", longitude: "longitude" };
  return new MapLayerOptionsBuilder()
    .type(type)
    .name(name)
    .config(config)
    .location({ build: () => geometry })
    .filterData({ id: "byRefId", options: refId })
    .tooltip(true);
}

export function mapPanel(place: PanelPlace): GeomapPanelBuilder {
  const panel = new GeomapPanelBuilder()
    .view(new MapViewConfigBuilder().id("fit").allLayers(true).padding(10).maxZoom(15))
    .controls(new ControlsOptionsBuilder().showZoom(true).showAttribution(true).showScale(true))
    .basemap(new MapLayerOptionsBuilder().type("default").name("Map").config({}))
    .tooltip(new TooltipOptionsBuilder().mode(TooltipMode.Details))
    .layers([
      layer("route", "Way", "Way", {
        style: { color: { fixed: "blue" }, lineWidth: 3, opacity: 0.8 },
        arrow: 1,
      }),
      layer("markers", "Last position", "LastPosition", {
        showLegend: false,
        style: {
          color: { fixed: "dark-blue" },
          opacity: 1,
          size: { fixed: 12, min: 2, max: 15 },
          symbol: { fixed: "img/icons/marker/circle.svg", mode: "fixed" },
        },
      }),
    ]);
  return framed(panel, {
    id: 5,
    title: "Way and last position",
    description:
      "One point per interval, WGS-84, and the last one as a dot. Empty for an asset that stands still without a " +
      "receiver. The map itself comes over the internet unless this Grafana is set up with one of its own.",
    place,
    unit: "degree",
    queries: [
      { refId: "Way", query: POSITIONS, resultFormat: "table" },
      { refId: "LastPosition", query: `${POSITIONS} ORDER BY time DESC LIMIT 1`, resultFormat: "table" },
    ],
    intervalMin: "10s",
  }).decimals(5);
}

const NOT_GOOD: InfluxQuery = {
  refId: "NotGood",
  query: `SELECT "channel", "quality", "raw" FROM "reading" WHERE ${CHOSEN_ASSET} AND "quality" > 0 AND $timeFilter ORDER BY time DESC LIMIT ${TABLE_ROWS_MAX}`,
  resultFormat: "table",
};

export function notGoodPanel(place: PanelPlace): TablePanelBuilder {
  const panel = new TablePanelBuilder()
    .filterable(true)
    .noValue("–")
    .overrideByName("channel", [{ id: "displayName", value: "Channel" }])
    .overrideByName("quality", [
      { id: "displayName", value: "Reason" },
      { id: "mappings", value: [qualityMapping()] },
      { id: "custom.cellOptions", value: { type: "color-text" } },
    ])
    .overrideByName("raw", [{ id: "displayName", value: "Number it came with (not a measurement)" }]);
  return framed(panel, {
    id: 6,
    title: "Readings that are not good",
    description:
      `The latest ${TABLE_ROWS_MAX}, of every channel, and why. They are in no chart, clear no alarm and count as ` +
      "unmonitored time.",
    place,
    unit: "none",
    queries: [NOT_GOOD],
    intervalMin: "10s",
  });
}
