// What the operators' map shows: every asset with a position, the places of its shipments, the selected one's track.

import type { AssetView, TrackView } from "../src/api-shapes.ts";
import { api } from "../page-parts/api.ts";
import { assetMap, type MapPlace, type MapThing } from "../page-parts/asset-map.ts";
import { CONDITIONS_WORST_FIRST, isCurrent, leadingChannel, speedNow } from "../page-parts/channels.ts";
import { byId } from "../page-parts/dom.ts";
import { formatValue } from "../page-parts/format.ts";
import { labelText, say } from "../page-parts/texts.ts";
import type { AssetNow, Context } from "./context.ts";

const TRACK_EVERY_MS = 15_000;
/** Slower than walking: the course of a receiver that stands still is noise. */
const MOVING_MPS = 1;
const COURSES = new Set(["track", "course", "heading"]);
const PLACES_MAX = 100;

function headingOf(asset: AssetView, nowMs: number): number | null {
  if ((speedNow(asset, nowMs) ?? 0) < MOVING_MPS) return null;
  return asset.channels.find(({ quantity }) => COURSES.has(quantity))?.latest?.value ?? null;
}

function thingsOf(all: readonly AssetNow[], { nowMs, language, selectedId }: Context): MapThing[] {
  const rank = ({ condition, asset }: AssetNow): number =>
    asset.assetId === selectedId() ? -1 : CONDITIONS_WORST_FIRST.indexOf(condition);
  return [...all]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap(({ asset, condition }) => {
      if (asset.position === null) return [];
      const channel = leadingChannel(asset, nowMs());
      const value = channel !== undefined && isCurrent(channel, nowMs()) ? (channel.latest?.value ?? null) : null;
      return [
        {
          ...{ assetId: asset.assetId, condition },
          title: labelText(asset.title, language()),
          latitudeDeg: asset.position.latitudeDeg,
          longitudeDeg: asset.position.longitudeDeg,
          word: say(language(), `condition.${condition}`),
          value: value === null || channel === undefined ? "–" : formatValue(value, channel.resolution, channel.unit),
          headingDeg: headingOf(asset, nowMs()),
          isSelected: asset.assetId === selectedId(),
        },
      ];
    });
}

function placesOf(all: readonly AssetNow[], { language }: Context): MapPlace[] {
  const places = new Map<string, MapPlace>();
  for (const { shipments } of all)
    for (const { leg } of shipments)
      for (const place of [leg.origin, leg.destination]) {
        if (place === null || places.size >= PLACES_MAX) continue;
        const { latitudeDeg, longitudeDeg } = place;
        places.set(`${latitudeDeg}/${longitudeDeg}`, {
          ...{ latitudeDeg, longitudeDeg },
          title: labelText(place.title, language()),
        });
      }
  return [...places.values()];
}

export function mapView(context: Context): { update: (all: readonly AssetNow[]) => void; readTrack: () => void } {
  const map = assetMap(byId("map"), context.select);
  byId("map-fit").addEventListener("click", map.fit);
  let trackedId: string | undefined;
  let held: TrackView | undefined;
  const readTrack = async (): Promise<void> => {
    const assetId = context.selectedId();
    if (assetId === undefined || context.known.link === "logged-out") return;
    const track = await api.track(assetId).catch(() => undefined);
    if (track === undefined || assetId !== context.selectedId()) return;
    held = track;
    map.track(track);
  };
  setInterval(() => void readTrack(), TRACK_EVERY_MS);
  return {
    readTrack: () => void readTrack(),
    update: (all) => {
      map.update(thingsOf(all, context), placesOf(all, context), context.language());
      if (trackedId !== context.selectedId()) {
        trackedId = context.selectedId();
        held = undefined;
        map.track(undefined);
        void readTrack();
      }
      const position = context.known.assets.get(trackedId ?? "")?.position;
      const lastMs = held?.points.at(-1)?.atMs ?? Infinity;
      if (held === undefined || position === undefined || position === null || (position.atMs ?? 0) <= lastMs) return;
      const { latitudeDeg, longitudeDeg, atMs } = position;
      held = { ...held, points: [...held.points, { atMs: atMs ?? 0, latitudeDeg, longitudeDeg }] };
      map.track(held);
    },
  };
}
