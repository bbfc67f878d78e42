// Placed records as columns for the store, and what their storing means for channels: latest values and dirty intervals.

import { type ChainRecord, type StreamBirth, qualityCode } from "@isotherm/coldchain";
import type { ReadingBatch, SeriesId } from "./store/reading-store.ts";
import type { StreamState } from "./stream-state.ts";

/** Store times are the millisecond plus the record's number modulo this, as nanoseconds. */
const ORDINALS = 1_000_000;

export interface PlacedRecord {
  readonly stream: StreamState;
  readonly tenantId: string;
  readonly record: ChainRecord;
  readonly bytes: Uint8Array;
  readonly birth: StreamBirth;
  /** Undefined: no anchor ever came, so the untrusted wall clock stands, and the readings are flagged. */
  readonly sampledAtMs: number | undefined;
  readonly receivedAtMs: number;
}

/** One stored reading, seen from its channel. */
export interface StoredPoint {
  readonly series: SeriesId;
  readonly placed: PlacedRecord;
  readonly sampledAtMs: number;
  readonly value: number | null;
  readonly quality: number;
}

export class ReadingAssembly {
  readonly #placed: PlacedRecord[] = [];
  #points = 0;

  add(placed: PlacedRecord): void {
    this.#placed.push(placed);
    this.#points += placed.record.readings.length;
  }

  get pointCount(): number {
    return this.#points;
  }

  /** The batch for the store, and each point's meaning at the same index. */
  batch(): { readonly batch: ReadingBatch; readonly points: readonly StoredPoint[] } {
    const count = this.#points;
    const seriesKey = new Int32Array(count);
    const sampledAtMs = new Float64Array(count);
    const ordinal = new Int32Array(count);
    const value = new Float64Array(count);
    const quality = new Uint8Array(count);
    const points: StoredPoint[] = [];
    const series = new SeriesList();
    let receivedAtMs = 0;
    for (const placed of this.#placed) {
      receivedAtMs = Math.max(receivedAtMs, placed.receivedAtMs);
      const atMs = placed.sampledAtMs ?? placed.record.wallMs;
      for (const reading of placed.record.readings) {
        const at = points.length;
        const key = series.keyOf(placed, reading.alias);
        seriesKey[at] = key;
        sampledAtMs[at] = atMs;
        ordinal[at] = placed.record.number % ORDINALS;
        value[at] = reading.value ?? Number.NaN;
        const code = placed.sampledAtMs === undefined ? qualityCode("clock-untrusted") : reading.quality;
        quality[at] = code;
        const id = series.ids[key] as SeriesId;
        points.push({ series: id, placed, sampledAtMs: atMs, value: reading.value, quality: code });
      }
    }
    const batch = { count, seriesKey, series: series.ids, sampledAtMs, ordinal, value, quality, receivedAtMs };
    return { batch, points };
  }
}

/** Series of a batch, each once. */
class SeriesList {
  readonly ids: SeriesId[] = [];
  readonly #keys = new Map<string, number>();
  readonly #channels = new Map<StreamBirth, Map<number, string>>();

  keyOf({ tenantId, stream, birth }: PlacedRecord, alias: number): number {
    const channel = this.#channelsOf(birth).get(alias) as string;
    const name = `${tenantId}/${stream.assetId}/${channel}`;
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = this.ids.length;
      this.#keys.set(name, key);
      this.ids.push({ tenantId, assetId: stream.assetId, channel });
    }
    return key;
  }

  #channelsOf(birth: StreamBirth): Map<number, string> {
    let channels = this.#channels.get(birth);
    if (channels === undefined) {
      channels = new Map(birth.channels.map(({ alias, channel }) => [alias, channel]));
      this.#channels.set(birth, channels);
    }
    return channels;
  }
}
