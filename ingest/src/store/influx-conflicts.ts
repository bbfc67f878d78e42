/**
 * InfluxDB overwrites a point without a word, and merges the fields of two; ours keeps the first. So readings that may
 * already be stored are looked up before they are written. A reading later than all that this process has written of its
 * series cannot be there (one process writes), which spares the usual case, live data, the question.
 */
import type { AnswerSeries } from "./influx-answer.ts";
import { POINT_FIELDS, pointRow, tagConditions } from "./influx-lines.ts";
import { nanosecondsOf } from "./influx-time.ts";
import type { ReadingBatch, RefusedPoint, SeriesId } from "./reading-store.ts";

type Query = (statements: readonly string[]) => Promise<AnswerSeries[][]>;
interface Mark {
  readonly atMs: number;
  readonly ordinal: number;
}
interface SeriesInBatch {
  readonly name: string;
  readonly id: SeriesId;
  readonly indices: number[];
  /** Instants that may be stored already. */
  readonly unsureAtMs: number[];
  mark: Mark | undefined;
}
type Found = Map<string, { readonly number: number; readonly quality: number }>;

/** Which readings of a batch are new. Then one of the two is called: they are durable, or nobody knows. */
export interface Sifted {
  readonly fresh: readonly number[];
  readonly conflicts: readonly RefusedPoint[];
  remember(): void;
  forget(): void;
}

/** Series whose last time is remembered; the longest unseen is forgotten first and merely asked about again. */
const MARKS_MAX = 100_000;
/** Instants further apart are asked for by a statement each. */
const CLUSTER_GAP_MS = 600_000;
const STATEMENTS_PER_QUERY = 50;

export class InfluxConflicts {
  readonly #query: Query;
  readonly #marks = new Map<string, Mark>();

  constructor(query: Query) {
    this.#query = query;
  }

  async sift(batch: ReadingBatch, storable: Int32Array): Promise<Sifted> {
    const inBatch = this.#bySeries(batch, storable);
    const unsure = inBatch.filter((series) => series.unsureAtMs.length > 0);
    const stored = unsure.length > 0 ? await this.#stored(unsure) : new Map<string, Found>();
    const fresh: number[] = [];
    const conflicts: RefusedPoint[] = [];
    for (const series of inBatch) {
      if (series.unsureAtMs.length === 0) fresh.push(...series.indices);
      else sort(batch, series, stored.get(series.name) ?? (new Map() as Found), fresh, conflicts);
    }
    return {
      fresh,
      conflicts,
      remember: () => this.#remember(inBatch),
      forget: () => {
        for (const { name } of inBatch) this.#marks.delete(name);
      },
    };
  }

  #bySeries(batch: ReadingBatch, storable: Int32Array): SeriesInBatch[] {
    const byKey: (SeriesInBatch | undefined)[] = [];
    const byName = new Map<string, SeriesInBatch>();
    const seriesOf = (key: number): SeriesInBatch => {
      const id = batch.series[key] as SeriesId;
      const name = nameOf(id);
      let series = byName.get(name);
      if (series === undefined) {
        series = { name, id, indices: [], unsureAtMs: [], mark: this.#marks.get(name) };
        byName.set(name, series);
      }
      return series;
    };
    for (const index of storable) {
      const key = batch.seriesKey[index] as number;
      const series = (byKey[key] ??= seriesOf(key));
      const atMs = batch.sampledAtMs[index] as number;
      const ordinal = batch.ordinal[index] as number;
      const { mark } = series;
      const isLater = mark !== undefined && (atMs > mark.atMs || (atMs === mark.atMs && ordinal > mark.ordinal));
      // Without a mark from an earlier batch nothing is known of the series, so all of it is looked up.
      if (!isLater || !this.#marks.has(series.name)) series.unsureAtMs.push(atMs);
      if (isLater || mark === undefined) series.mark = { atMs, ordinal };
      series.indices.push(index);
    }
    return [...byName.values()];
  }

  async #stored(unsure: readonly SeriesInBatch[]): Promise<Map<string, Found>> {
    const byAsset = Map.groupBy(unsure, ({ id }) => `${id.tenantId} ${id.assetId}`);
    const asked: { statement: string; asset: string }[] = [];
    for (const [asset, ofAsset] of byAsset) {
      const { tenantId, assetId } = (ofAsset[0] as SeriesInBatch).id;
      const tags = tagConditions({ tenant: tenantId, asset: assetId }).join(" AND ");
      for (const [fromMs, toMs] of clusters(ofAsset.flatMap(({ unsureAtMs }) => unsureAtMs))) {
        const window = `time >= ${nanosecondsOf(fromMs, 0)} AND time < ${nanosecondsOf(toMs + 1, 0)}`;
        asked.push({
          statement: `SELECT ${POINT_FIELDS} FROM reading WHERE ${tags} AND ${window} GROUP BY channel`,
          asset,
        });
      }
    }
    const found = new Map<string, Found>(unsure.map(({ name }) => [name, new Map()]));
    for (let at = 0; at < asked.length; at += STATEMENTS_PER_QUERY) {
      const some = asked.slice(at, at + STATEMENTS_PER_QUERY);
      const answers = await this.#query(some.map(({ statement }) => statement));
      for (const [statement, { asset }] of some.entries()) collect(answers[statement] ?? [], asset, found);
    }
    return found;
  }

  #remember(inBatch: readonly SeriesInBatch[]): void {
    for (const { name, mark } of inBatch) {
      if (mark === undefined) continue;
      this.#marks.delete(name);
      this.#marks.set(name, mark);
    }
    for (const name of this.#marks.keys()) {
      if (this.#marks.size <= MARKS_MAX) break;
      this.#marks.delete(name);
    }
  }
}

function nameOf({ tenantId, assetId, channel }: SeriesId): string {
  return `${tenantId} ${assetId} ${channel}`;
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
