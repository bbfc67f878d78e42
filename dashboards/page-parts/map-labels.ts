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

/** Where a label may stand by its marker: −1 is left or above, 1 right or below, 2 further, 0 in the middle; the first is liked best. */
const SIDES = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
  [0, 2],
  [0, -2],
  [1, -2],
  [-1, -2],
] as const;
type Side = (typeof SIDES)[number];
/** Pixels between a marker's middle and its label. */
const CLEAR_PX = 15;
/** More for a label that stands further away. */
const FURTHER_PX = 12;

/** From a marker's middle to the middle of its arrow, and half of the arrow's size. */
const ARROW_AT_PX = 16;
const ARROW_HALF_PX = 6;
const DOT_HALF_PX = 4;

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
    const box = { left: left - x - 4, top: top - y, right: right - x + 4, bottom: bottom - y };
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

export function besideAt([across, down]: Side, x: number, y: number, width: number, height: number): Rectangle {
  const left = across === 0 ? x - width / 2 : across > 0 ? x + CLEAR_PX : x - CLEAR_PX - width;
  const clearPx = CLEAR_PX + (Math.abs(down) > 1 ? FURTHER_PX : 0);
  const top = down === 0 ? y - height / 2 : down > 0 ? y + clearPx : y - clearPx - height;
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
    const dots = places.map(({ placed: { at } }) => {
      const { x, y } = map.latLngToContainerPoint(at);
      return around(x, y, DOT_HALF_PX);
    });
    // A name rather covers a place's dot than is left out; the names of places come last and never do.
    for (const item of things.map(({ label, at }) => ({ label, at: at() })))
      if (!place(item, [...taken, ...dots], taken, size, map)) place(item, taken, taken, size, map);
    taken.push(...dots);
    for (const { placed } of places) place(placed, taken, taken, size, map);
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

/** Puts a label where it hides nothing, and adds its room to what is taken; false, and invisible, where there is no room. */
function place(
  { label, at }: Placeable,
  avoided: readonly Rectangle[],
  taken: Rectangle[],
  size: L.Point,
  map: L.Map,
): boolean {
  const { x, y } = map.latLngToContainerPoint(at);
  const { offsetWidth: width, offsetHeight: height } = label;
  const isOn = (box: Rectangle): boolean =>
    box.left >= 0 && box.top >= 0 && box.right <= size.x && box.bottom <= size.y;
  const box = SIDES.map((side) => besideAt(side, x, y, width, height)).find(
    (candidate) => isOn(candidate) && !avoided.some((other) => overlaps(candidate, other)),
  );
  label.classList.toggle("is-left-out", box === undefined);
  if (box === undefined) return false;
  taken.push(box);
  label.style.transform = `translate(${Math.round(box.left - x)}px, ${Math.round(box.top - y)}px)`;
  return true;
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
