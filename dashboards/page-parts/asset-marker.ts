// One asset on the map: its condition as a shape, an arrow where it heads, its name and number.

import * as L from "leaflet";
import type { MapThing } from "./asset-map.ts";
import { conditionMark } from "./condition-mark.ts";
import { el, setAttribute, setText, svg } from "./dom.ts";

export interface AssetMarker {
  readonly set: (thing: MapThing) => void;
  readonly remove: () => void;
  /** For arranging labels: where it is, what may be moved, how important it is (higher first). */
  readonly label: HTMLElement;
  readonly at: () => L.LatLng;
  readonly weight: () => number;
  /** Where it heads, degrees from north; null without an arrow. */
  readonly headingDeg: () => number | null;
}

const WEIGHTS = { breach: 4, warning: 3, unknown: 2, "in-range": 1 } as const;

export function assetMarker(map: L.Map, first: MapThing, clicked: () => void): AssetMarker {
  const mark = conditionMark();
  const heading = svg(
    "svg",
    { viewBox: "0 0 44 44", class: "heading", "aria-hidden": "true" },
    svg("path", { d: "M22 1.5l6 9.5h-12z" }),
  );
  const name = el("span", { class: "name" });
  const value = el("span", { class: "value" });
  const label = el("span", { class: "map-label" }, name, value);
  const node = el("div", { class: "asset-marker" }, heading, mark.node, label);
  const icon = L.divIcon({ html: node, className: "marker-host", iconSize: [0, 0] });
  let shown = first;
  const marker = L.marker([first.latitudeDeg, first.longitudeDeg], { icon, keyboard: true }).addTo(map);
  marker.on("click", clicked);
  marker.on("keypress", (press) => {
    if (press.originalEvent.key === "Enter") clicked();
  });
  return {
    label,
    at: () => marker.getLatLng(),
    weight: () => WEIGHTS[shown.condition] + (shown.isSelected ? 10 : 0),
    headingDeg: () => shown.headingDeg,
    remove: () => marker.remove(),
    set: (thing) => {
      shown = thing;
      const { lat, lng } = marker.getLatLng();
      if (lat !== thing.latitudeDeg || lng !== thing.longitudeDeg)
        marker.setLatLng([thing.latitudeDeg, thing.longitudeDeg]);
      mark.set(thing.condition);
      node.className = `asset-marker is-${thing.condition}${thing.isSelected ? " is-selected" : ""}`;
      setAttribute(heading, "visibility", thing.headingDeg === null ? "hidden" : "visible");
      heading.style.transform = `rotate(${thing.headingDeg ?? 0}deg)`;
      setText(name, thing.title);
      setText(value, thing.value);
      marker.setZIndexOffset(thing.isSelected ? 2000 : WEIGHTS[thing.condition] * 100);
      const host = marker.getElement();
      if (host !== undefined) setAttribute(host, "aria-label", `${thing.title}: ${thing.word} ${thing.value}`);
    },
  };
}
