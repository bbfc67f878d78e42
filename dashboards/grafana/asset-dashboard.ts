// One asset: how warm, how humid, door, way, and how much of it can be believed.
import { type Dashboard, DashboardBuilder, DashboardCursorSync } from "@grafana/grafana-foundation-sdk/dashboard";
import { ASSET_DASHBOARD_UID } from "./asset-uid.ts";
import { assetVariables } from "./asset-variables.ts";
import { doorPanel, humidityPanel, monitoringPanel, temperaturePanel } from "./chart-panels.ts";
import { lastPanel, mapPanel, notGoodPanel } from "./state-panels.ts";

export function assetDashboard(): Dashboard {
  return new DashboardBuilder("Isotherm: asset")
    .uid(ASSET_DASHBOARD_UID)
    .description("The stored readings of one asset. Alarms, excursions and certificates are in Isotherm's own pages.")
    .tags(["isotherm"])
    .readonly()
    .timezone("browser")
    .time({ from: "now-24h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(assetVariables())
    .annotations([])
    .withPanel(lastPanel({ x: 0, y: 0, w: 24, h: 4 }))
    .withPanel(temperaturePanel({ x: 0, y: 4, w: 16, h: 11 }))
    .withPanel(mapPanel({ x: 16, y: 4, w: 8, h: 11 }))
    .withPanel(doorPanel({ x: 0, y: 15, w: 16, h: 5 }))
    .withPanel(humidityPanel({ x: 0, y: 20, w: 16, h: 8 }))
    .withPanel(notGoodPanel({ x: 16, y: 15, w: 8, h: 13 }))
    .withPanel(monitoringPanel({ x: 0, y: 28, w: 24, h: 7 }))
    .build();
}
