// The map: a bundled outline of the land, a graticule, places, the track of one asset, and where everything is. WGS-84.

import * as L from "leaflet";
import type { Condition, TrackView } from "../src/api-shapes.ts";
import { assetMarker, type AssetMarker } from "./asset-marker.ts";
import { graticule } from "./graticule.ts";
import { placeLabels } from "./map-labels.ts";
import type { Language } from "./format.ts";

export interface MapThing {
  readonly assetId: string;
  readonly title: string;
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly condition: Condition;
  /** What the condition is called, and the number beside the name. */
  readonly word: string;
  readonly value: string;
  /** Degrees from north, null when it stands still or nothing is known. */
  readonly headingDeg: number | null;
  readonly isSelected: boolean;
}

export interface MapPlace {
  readonly title: string;
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

export interface AssetMap {
  readonly update: (things: readonly MapThing[], places: readonly MapPlace[], language: Language) => void;
  readonly track: (track: TrackView | undefined) => void;
  readonly fit: () => void;
}

/** Markers drawn at most; the worst come first. */
export const MARKERS_MAX = 400;
const FIT_ZOOM_MAX = 9;

function colour(host: Element, variable: string): string {
  return getComputedStyle(host).getPropertyValue(`--${variable}`).trim();
}

async function drawLand(map: L.Map, host: HTMLElement): Promise<void> {
  const response = await fetch("/page-parts/outline.geojson");
  if (!response.ok) return;
  const outline = (await response.json()) as Parameters<typeof L.geoJSON>[0];
  const style = (): L.PathOptions => ({
    stroke: false,
    fill: true,
    fillColor: colour(host, "map-land"),
    fillOpacity: 1,
  });
  const land = L.geoJSON(outline, { style, interactive: false, attribution: "Natural Earth" }).addTo(map);
  land.bringToBack();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => land.setStyle(style));
}

export function assetMap(host: HTMLElement, selected: (assetId: string) => void): AssetMap {
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = { zoomAnimation: !isStill, fadeAnimation: !isStill, markerZoomAnimation: !isStill };
  const map = L.map(host, {
    ...motion,
    ...{ minZoom: 2, maxZoom: 12, zoomSnap: 0.25, preferCanvas: true, attributionControl: false },
    maxBounds: [
      [-85, -180],
      [85, 180],
    ],
    inertia: !isStill,
    zoomControl: false,
  }).setView([31, 118], 5);
  L.control.attribution({ prefix: false }).addTo(map);
  L.control.zoom({ position: "bottomright" }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 90 }).addTo(map);
  void drawLand(map, host);
  graticule(map, () => colour(host, "map-line"));
  const labels = placeLabels(map);
  const markers = new Map<string, AssetMarker>();
  const line = L.polyline([], { color: colour(host, "accent"), weight: 2.5, opacity: 0.9, interactive: false }).addTo(
    map,
  );
  const showTrackColour = (): void => void line.setStyle({ color: colour(host, "accent") });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTrackColour);
  let things: readonly MapThing[] = [];
  let places: readonly MapPlace[] = [];
  let isFitted = false;
  // Until somebody moves the map, it shows everything, also what was not there at first.
  let isMoved = false;
  for (const moving of ["pointerdown", "wheel", "keydown"])
    host.addEventListener(moving, () => (isMoved = true), { passive: true });
  let fittedCount = 0;
  const fit = (): void => {
    const all = [...things, ...places];
    const bounds = L.latLngBounds(all.map(({ latitudeDeg, longitudeDeg }) => [latitudeDeg, longitudeDeg]));
    fittedCount = all.length;
    // Room for the labels beside the markers.
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [36, 36], maxZoom: FIT_ZOOM_MAX, animate: false });
  };
  new ResizeObserver(() => {
    map.invalidateSize({ animate: false });
    if (isFitted && host.clientWidth > 0) labels.arrange();
  }).observe(host);
  return {
    update: (next, nextPlaces, language) => {
      things = next.slice(0, MARKERS_MAX);
      places = nextPlaces;
      syncMarkers(map, markers, things, selected);
      labels.set(places, [...markers.values()], language);
      if (things.length === 0 || (isFitted && (isMoved || things.length + places.length === fittedCount))) return;
      isFitted = true;
      fit();
    },
    track: (track) => {
      line.setLatLngs((track?.points ?? []).map(({ latitudeDeg, longitudeDeg }) => [latitudeDeg, longitudeDeg]));
    },
    fit,
  };
}

function syncMarkers(
  map: L.Map,
  markers: Map<string, AssetMarker>,
  things: readonly MapThing[],
  selected: (assetId: string) => void,
): void {
  const shown = new Set(things.map(({ assetId }) => assetId));
  for (const [assetId, marker] of markers)
    if (!shown.has(assetId)) {
      marker.remove();
      markers.delete(assetId);
    }
  for (const thing of things) {
    let marker = markers.get(thing.assetId);
    if (marker === undefined) {
      marker = assetMarker(map, thing, () => selected(thing.assetId));
      markers.set(thing.assetId, marker);
    }
    marker.set(thing);
  }
}
