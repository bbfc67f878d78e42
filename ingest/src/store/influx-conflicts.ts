/**
 * InfluxDB overwrites a point without a word, and merges the fields of two; ours keeps the first. So readings that may
 * already be stored are looked up before they are written. A reading later than all that this process has written of its
 * series cannot be there (one process writes), which spares the usual case, live data, the question.
 */
import type { AnswerSeries } from "./influx-answer.ts";
import { POINT_FIELDS, pointRow, tagConditions } from "./influx-lines.ts";
import { nanosecondsOf } from "./influx-time.ts";
import type { ReadingBatch, RefusedPoint, SeriesId } from "./reading-store.ts";
import type { KnownSeries, SeriesMemory } from "./series-memory.ts";

type Query = (statements: readonly string[]) => Promise<AnswerSeries[][]>;
interface SeriesInBatch {
  readonly known: KnownSeries;
  readonly indices: number[];
  /** Instants that may be stored already. */
  readonly unsureAtMs: number[];
}
type Found = Map<string, { readonly number: number; readonly quality: number }>;

/** Which readings of a batch are new. Then one of the two is called: they are durable, or nobody knows. */
export interface Sifted {
  readonly fresh: ArrayLike<number>;
  readonly conflicts: readonly RefusedPoint[];
  remember(): void;
  forget(): void;
}

/** Instants further apart are asked for by a statement each. */
const CLUSTER_GAP_MS = 600_000;
const STATEMENTS_PER_QUERY = 50;

export class InfluxConflicts {
  readonly #query: Query;
  readonly #series: SeriesMemory;
  #stamp = 0;

  constructor(query: Query, series: SeriesMemory) {
    this.#query = query;
    this.#series = series;
  }

  async sift(batch: ReadingBatch, storable: Int32Array): Promise<Sifted> {
    const { touched, isSure } = this.#look(batch, storable);
    const sifted = isSure ? { fresh: storable, conflicts: [] } : await this.#siftUnsure(batch, storable);
    return {
      ...sifted,
      remember: () => {
        for (const series of touched) {
          series.atMs = series.nextAtMs;
          series.ordinal = series.nextOrdinal;
        }
      },
      forget: () => {
        for (const series of touched) series.atMs = Number.NaN;
      },
    };
  }

  /** Which series the batch touches, and whether all its readings are later than what was written of theirs. */
  #look(batch: ReadingBatch, storable: Int32Array): { touched: readonly KnownSeries[]; isSure: boolean } {
    const stamp = ++this.#stamp;
    const touched: KnownSeries[] = [];
    const byKey: (KnownSeries | undefined)[] = [];
    let isSure = true;
    for (let at = 0; at < storable.length; at++) {
      const index = storable[at] as number;
      const key = batch.seriesKey[index] as number;
      const series = (byKey[key] ??= this.#series.of(batch.series[key] as SeriesId));
      if (series.stamp !== stamp) {
        series.stamp = stamp;
        series.nextAtMs = series.atMs;
        series.nextOrdinal = series.ordinal;
        touched.push(series);
      }
      const atMs = batch.sampledAtMs[index] as number;
      const ordinal = batch.ordinal[index] as number;
      const isFirst = Number.isNaN(series.nextAtMs);
      const isLater = !isFirst && series.isLater(atMs, ordinal);
      // Without a mark from an earlier batch nothing is known of the series, so all of it is looked up.
      if (!isLater || Number.isNaN(series.atMs)) isSure = false;
      if (!isLater && !isFirst) continue;
      series.nextAtMs = atMs;
      series.nextOrdinal = ordinal;
    }
    return { touched, isSure };
  }

  async #siftUnsure(batch: ReadingBatch, storable: Int32Array): Promise<Pick<Sifted, "fresh" | "conflicts">> {
    const inBatch = this.#bySeries(batch, storable);
    const unsure = inBatch.filter((series) => series.unsureAtMs.length > 0);
    const stored = await this.#stored(unsure);
    const fresh: number[] = [];
    const conflicts: RefusedPoint[] = [];
    for (const series of inBatch) {
      if (series.unsureAtMs.length === 0) for (const index of series.indices) fresh.push(index);
      else sort(batch, series, stored.get(series.known.name) ?? (new Map() as Found), fresh, conflicts);
    }
    return { fresh, conflicts };
  }

  #bySeries(batch: ReadingBatch, storable: Int32Array): SeriesInBatch[] {
    const bySeries = new Map<KnownSeries, SeriesInBatch & { lastMs: number; lastOrdinal: number }>();
    for (const index of storable) {
      const known = this.#series.of(batch.series[batch.seriesKey[index] as number] as SeriesId);
      let series = bySeries.get(known);
      if (series === undefined) {
        series = { known, indices: [], unsureAtMs: [], lastMs: known.atMs, lastOrdinal: known.ordinal };
        bySeries.set(known, series);
      }
      const atMs = batch.sampledAtMs[index] as number;
      const ordinal = batch.ordinal[index] as number;
      const isLater = atMs > series.lastMs || (atMs === series.lastMs && ordinal > series.lastOrdinal);
      if (isLater) {
        series.lastMs = atMs;
        series.lastOrdinal = ordinal;
      } else series.unsureAtMs.push(atMs);
      series.indices.push(index);
    }
    return [...bySeries.values()];
  }

  async #stored(unsure: readonly SeriesInBatch[]): Promise<Map<string, Found>> {
    const byAsset = Map.groupBy(unsure, ({ known: { id } }) => `${id.tenantId} ${id.assetId}`);
    const asked: { statement: string; asset: string }[] = [];
    for (const [asset, ofAsset] of byAsset) {
      const { tenantId, assetId } = (ofAsset[0] as SeriesInBatch).known.id;
      const tags = tagConditions({ tenant: tenantId, asset: assetId }).join(" AND ");
      for (const [fromMs, toMs] of clusters(ofAsset.flatMap(({ unsureAtMs }) => unsureAtMs))) {
        const window = `time >= ${nanosecondsOf(fromMs, 0)} AND time < ${nanosecondsOf(toMs + 1, 0)}`;
        asked.push({
          statement: `SELECT ${POINT_FIELDS} FROM reading WHERE ${tags} AND ${window} GROUP BY channel`,
          asset,
        });
      }
    }
    const found = new Map<string, Found>(unsure.map(({ known }) => [known.name, new Map()]));
    for (let at = 0; at < asked.length; at += STATEMENTS_PER_QUERY) {
      const some = asked.slice(at, at + STATEMENTS_PER_QUERY);
      const answers = await this.#query(some.map(({ statement }) => statement));
      for (const [statement, { asset }] of some.entries()) collect(answers[statement] ?? [], asset, found);
    }
    return found;
  }
}

function collect(answer: readonly AnswerSeries[], asset: string, found: ReadonlyMap<string, Found>): void {
  for (const { tags, values } of answer) {
    const rows = found.get(`${asset} ${tags?.["channel"]}`);
    if (rows !== undefined) for (const cells of values) rows.set(String(cells[0]), pointRow(cells));
  }
}

/** The stretches, first and last instant, that hold all the instants and no gap longer than CLUSTER_GAP_MS. */
function clusters(instants: number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const atMs of instants.sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && atMs - last[1] <= CLUSTER_GAP_MS) last[1] = atMs;
    else found.push([atMs, atMs]);
  }
  return found;
}

/** Tells new readings from those stored, or standing earlier in the batch: the same are dropped, others conflict. */
function sort(
  batch: ReadingBatch,
  series: SeriesInBatch,
  stored: Found,
  fresh: number[],
  conflicts: RefusedPoint[],
): void {
  for (const index of series.indices) {
    const time = nanosecondsOf(batch.sampledAtMs[index] as number, batch.ordinal[index] as number);
    const reading = { number: batch.value[index] as number, quality: batch.quality[index] as number };
    const first = stored.get(time);
    if (first === undefined) {
      stored.set(time, reading);
      fresh.push(index);
    } else if (first.quality !== reading.quality || !isSame(first.number, reading.number)) {
      conflicts.push({ index, reason: "reading-conflict" });
    }
  }
}

/** Equal, both zeros being one and NaN being itself. */
function isSame(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
