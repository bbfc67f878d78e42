// Positions from two channels, and fewer of them for a map.
import type { ReadingColumns, ReadingReader, Track, TrackQuery } from "./reading-store.ts";
import { StoreQueryError } from "./store-errors.ts";

/** Metres of a degree of latitude on a sphere of 6 371 km (IUGG mean radius). */
const DEGREE_M = (Math.PI * 6_371_000) / 180;

/** The positions whose latitude and longitude are both good and share instant and ordinal. */
export function joinPositions(latitudes: ReadingColumns, longitudes: ReadingColumns): Track {
  const size = Math.min(latitudes.length, longitudes.length);
  const [atMs, latitude, longitude] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  let length = 0;
  for (let a = 0, b = 0; a < latitudes.length && b < longitudes.length;) {
    const aAtMs = latitudes.atMs[a] as number;
    const ahead =
      aAtMs - (longitudes.atMs[b] as number) || (latitudes.ordinal[a] as number) - (longitudes.ordinal[b] as number);
    if (ahead === 0 && !Number.isNaN(latitudes.value[a]) && !Number.isNaN(longitudes.value[b])) {
      atMs[length] = aAtMs;
      latitude[length] = latitudes.value[a] as number;
      longitude[length] = longitudes.value[b] as number;
      length += 1;
    }
    if (ahead <= 0) a += 1;
    if (ahead >= 0) b += 1;
  }
  return {
    length,
    atMs: atMs.subarray(0, length),
    latitude: latitude.subarray(0, length),
    longitude: longitude.subarray(0, length),
  };
}

/** Equirectangular, which is within a few parts in a thousand between neighbouring positions; knows the antimeridian. */
function stepM(track: Track, at: number): number {
  const [latitude, before] = [track.latitude[at] as number, track.latitude[at - 1] as number];
  const turn = Math.abs((track.longitude[at] as number) - (track.longitude[at - 1] as number));
  const east = Math.min(turn, 360 - turn) * Math.cos((((latitude + before) / 2) * Math.PI) / 180);
  return Math.hypot(latitude - before, east) * DEGREE_M;
}

/**
 * At most `pointsMax` of the positions, spread evenly along the way and the time, half and half, so that neither a long
 * stop nor a fast stretch takes all of them. First and last stay.
 */
export function thinTrack(track: Track, pointsMax: number): Track {
  if (track.length <= pointsMax) return track;
  const last = track.length - 1;
  const progress = new Float64Array(track.length);
  for (let at = 1; at <= last; at += 1) progress[at] = (progress[at - 1] as number) + stepM(track, at);
  const wayM = progress[last] as number;
  const startMs = track.atMs[0] as number;
  const timeMs = (track.atMs[last] as number) - startMs;
  const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
  const kept = [0];
  let stretch = 0;
  for (let at = 1; at < last; at += 1) {
    const done = (share(progress[at] as number, wayM) + share((track.atMs[at] as number) - startMs, timeMs)) / 2;
    const reached = Math.floor(done * (pointsMax - 1));
    if (reached <= stretch || reached >= pointsMax - 1) continue;
    stretch = reached;
    kept.push(at);
  }
  kept.push(last);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(kept, (at) => column[at] as number);
  return {
    length: kept.length,
    atMs: pick(track.atMs),
    latitude: pick(track.latitude),
    longitude: pick(track.longitude),
  };
}

/** Reads and thins a track; `places` are those of the asset's latitude channels, of which the first with positions counts. */
export async function readTrack(
  reader: Pick<ReadingReader, "readings">,
  query: TrackQuery,
  places: readonly string[],
): Promise<Track> {
  let track: Track = joinPositions(NOTHING, NOTHING);
  for (const place of [...places].sort()) {
    const axis = async (quantity: string): Promise<ReadingColumns> => {
      const series = { tenantId: query.tenantId, assetId: query.assetId, channel: `${quantity}/${place}` };
      const columns = await reader.readings({ series, fromMs: query.fromMs, toMs: query.toMs });
      if (columns.more) throw new StoreQueryError("the window holds too many positions; ask for a shorter one");
      return columns;
    };
    track = joinPositions(await axis("latitude"), await axis("longitude"));
    if (track.length > 0) break;
  }
  return thinTrack(track, query.pointsMax);
}

const NOTHING: ReadingColumns = {
  length: 0,
  atMs: new Float64Array(0),
  ordinal: new Int32Array(0),
  value: new Float64Array(0),
  quality: new Uint8Array(0),
  raw: new Float64Array(0),
  more: false,
};
