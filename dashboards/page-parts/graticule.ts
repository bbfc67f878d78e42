// Lines of longitude and latitude with their degrees at the map's edges, as many as the zoom can bear.

import * as L from "leaflet";
import { el } from "./dom.ts";

const STEPS_DEG = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05];
const LINES_MAX = 7;

/** The coarsest step that still shows a few lines over a span of degrees. */
export function stepFor(spanDeg: number): number {
  return STEPS_DEG.findLast((step) => spanDeg / step <= LINES_MAX) ?? 30;
}

/** `120°E`, `7.5°S`, `0°`. */
export function degreeText(degrees: number, kind: "longitude" | "latitude"): string {
  const rounded = Number(degrees.toFixed(2));
  const letters = kind === "longitude" ? (["E", "W"] as const) : (["N", "S"] as const);
  if (rounded === 0 || Math.abs(rounded) === 180) return `${Math.abs(rounded)}°`;
  return `${Math.abs(rounded)}°${rounded > 0 ? letters[0] : letters[1]}`;
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step);
}

export function graticule(map: L.Map, colour: () => string): void {
  const layer = L.layerGroup().addTo(map);
  const line = (points: L.LatLngTuple[]): void => {
    L.polyline(points, { color: colour(), weight: 1, interactive: false }).addTo(layer);
  };
  const label = (at: L.LatLngExpression, text: string, kind: string): void => {
    const html = el("span", { class: `degree is-${kind}`, "aria-hidden": "true" }, text);
    const icon = L.divIcon({ html, className: "marker-host", iconSize: [0, 0] });
    L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: -2000 }).addTo(layer);
  };
  const draw = (): void => {
    layer.clearLayers();
    const bounds = map.getBounds();
    const [west, east] = [Math.max(-180, bounds.getWest()), Math.min(180, bounds.getEast())];
    const [south, north] = [Math.max(-85, bounds.getSouth()), Math.min(85, bounds.getNorth())];
    const step = stepFor(Math.min(east - west, north - south));
    const margin = Math.max(east - west, north - south) * 0.5;
    for (const longitude of multiples(west, east, step)) {
      line([
        [south - margin, longitude],
        [north + margin, longitude],
      ]);
      // The corner belongs to the latitudes.
      if ((east - longitude) / (east - west) > 0.12)
        label([north, longitude], degreeText(longitude, "longitude"), "longitude");
    }
    for (const latitude of multiples(south, north, step)) {
      line([
        [latitude, west - margin],
        [latitude, east + margin],
      ]);
      if ((north - latitude) / (north - south) > 0.03)
        label([latitude, east], degreeText(latitude, "latitude"), "latitude");
    }
  };
  map.on("moveend", draw);
  map.whenReady(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
