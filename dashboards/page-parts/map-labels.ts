// Names on the map, placed so that none covers another: the important ones first, what finds no room is left out.

import * as L from "leaflet";
import type { MapPlace } from "./asset-map.ts";
import type { AssetMarker } from "./asset-marker.ts";
import { el } from "./dom.ts";
import type { Language } from "./format.ts";

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const SIDES = ["right", "left", "below", "above"] as const;
type Side = (typeof SIDES)[number];
/** Pixels between a marker's middle and its label. */
const CLEAR_PX = 15;

/** From a marker's middle to the middle of its arrow, and half of the arrow's size. */
const ARROW_AT_PX = 16;
const ARROW_HALF_PX = 6;

function around(x: number, y: number, half: number): Rectangle {
  return { left: x - half, top: y - half, right: x + half, bottom: y + half };
}

/** A marker's own place: its mark, and its arrow when it moves. */
function markOf(thing: AssetMarker, map: L.Map): Rectangle[] {
  const { x, y } = map.latLngToContainerPoint(thing.at());
  const headingDeg = thing.headingDeg();
  if (headingDeg === null) return [around(x, y, 10)];
  const angle = (headingDeg * Math.PI) / 180;
  const arrow = around(x + Math.sin(angle) * ARROW_AT_PX, y - Math.cos(angle) * ARROW_AT_PX, ARROW_HALF_PX);
  return [around(x, y, 10), arrow];
}

/** Degrees at the map's edges give way to names. */
function clearDegrees(host: HTMLElement, taken: readonly Rectangle[]): void {
  const origin = host.getBoundingClientRect();
  for (const degree of host.querySelectorAll(".degree")) {
    const { left, top, right, bottom } = degree.getBoundingClientRect();
    const [x, y] = [origin.left, origin.top];
    const box = { left: left - x, top: top - y, right: right - x, bottom: bottom - y };
    degree.classList.toggle(
      "is-left-out",
      taken.some((other) => overlaps(box, other)),
    );
  }
}

/** Where the scale, the zoom buttons and the attribution stand. */
function controlsOf({ x, y }: L.Point): Rectangle[] {
  return [
    { left: 0, top: y - 32, right: 110, bottom: y },
    { left: x - 52, top: y - 104, right: x, bottom: y },
    { left: x - 110, top: y - 22, right: x, bottom: y },
  ];
}

function overlaps(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export function besideAt(side: Side, x: number, y: number, width: number, height: number): Rectangle {
  const left = side === "right" ? x + CLEAR_PX : side === "left" ? x - CLEAR_PX - width : x - width / 2;
  const top = side === "below" ? y + CLEAR_PX : side === "above" ? y - CLEAR_PX - height : y - height / 2;
  return { left, top, right: left + width, bottom: top + height };
}

interface Placeable {
  readonly label: HTMLElement;
  readonly at: L.LatLng;
}

export function placeLabels(map: L.Map): {
  set: (places: readonly MapPlace[], markers: readonly AssetMarker[], language: Language) => void;
  arrange: () => void;
} {
  let markers: readonly AssetMarker[] = [];
  let places: { placed: Placeable; marker: L.Marker }[] = [];
  let shown = "";
  const arrange = (): void => {
    const things = [...markers].sort((a, b) => b.weight() - a.weight());
    const taken = things.flatMap((thing) => markOf(thing, map));
    const size = map.getSize();
    taken.push(...controlsOf(size));
    for (const item of [...things.map(({ label, at }) => ({ label, at: at() })), ...places.map(({ placed }) => placed)])
      place(item, taken, size, map);
    clearDegrees(map.getContainer(), taken);
  };
  map.on("zoomend moveend resize", arrange);
  return {
    arrange,
    set: (nextPlaces, nextMarkers, language) => {
      markers = nextMarkers;
      const key = language + JSON.stringify(nextPlaces);
      if (key !== shown) {
        shown = key;
        for (const { marker } of places) marker.remove();
        places = nextPlaces.map((each) => placeMarker(map, each));
      }
      arrange();
    },
  };
}

function place({ label, at }: Placeable, taken: Rectangle[], size: L.Point, map: L.Map): void {
  const { x, y } = map.latLngToContainerPoint(at);
  const { offsetWidth: width, offsetHeight: height } = label;
  const isOn = (box: Rectangle): boolean =>
    box.left >= 0 && box.top >= 0 && box.right <= size.x && box.bottom <= size.y;
  const side = SIDES.find((candidate) => {
    const box = besideAt(candidate, x, y, width, height);
    return isOn(box) && !taken.some((other) => overlaps(box, other));
  });
  label.classList.toggle("is-left-out", side === undefined);
  if (side === undefined) return;
  const box = besideAt(side, x, y, width, height);
  taken.push(box);
  label.style.transform = `translate(${Math.round(box.left - x)}px, ${Math.round(box.top - y)}px)`;
}

function placeMarker(
  map: L.Map,
  { title, latitudeDeg, longitudeDeg }: MapPlace,
): { placed: Placeable; marker: L.Marker } {
  const label = el("span", { class: "place-label" }, title);
  const icon = L.divIcon({
    html: el("div", { class: "place" }, el("span", { class: "place-dot" }), label),
    className: "marker-host",
    iconSize: [0, 0],
  });
  const marker = L.marker([latitudeDeg, longitudeDeg], {
    icon,
    interactive: false,
    keyboard: false,
    zIndexOffset: -1000,
  });
  marker.addTo(map);
  return { placed: { label, at: marker.getLatLng() }, marker };
}
