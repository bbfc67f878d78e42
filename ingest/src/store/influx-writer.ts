// The InfluxDB home's way in: lines built by hand, a refused request halved until the bad points are known.
import { InfluxConflicts } from "./influx-conflicts.ts";
import { InfluxConnection, type InfluxHome } from "./influx-connection.ts";
import { LineWriter } from "./line-writer.ts";
import { checkBatch } from "./reading-check.ts";
import type { ReadingBatch, ReadingWriter, RefusedPoint, SeriesId, WriteResult } from "./reading-store.ts";
import { SeriesMemory } from "./series-memory.ts";
import { WRITES_WAITING_MAX } from "./store-limits.ts";
import { StoreUnavailableError } from "./store-errors.ts";

/** Beyond this, and beyond two requests at once, throughput hardly grows (measured with InfluxDB 1.6.7). */
const POINTS_PER_REQUEST = 5_000;
const REQUESTS_IN_FLIGHT = 2;
/** Longer than the server's own write-timeout (10 s), so that we hear what it says. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * Durable means what the server means: with `wal-fsync-delay = "0s"` under [data], its default, it answers after the
 * sync to disk.
 */
export class InfluxReadingWriter implements ReadingWriter {
  readonly #connection: InfluxConnection;
  readonly #conflicts: InfluxConflicts;
  readonly #series = new SeriesMemory();
  /** Used by one batch after the other. */
  readonly #lines = new LineWriter();
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @throws StoreQueryError when the address makes no sense. */
  constructor(home: InfluxHome) {
    const connections = REQUESTS_IN_FLIGHT;
    const limits = { connections, requestsMax: connections, answerTimeoutMs: ANSWER_TIMEOUT_MS };
    this.#connection = new InfluxConnection(home, limits);
    this.#conflicts = new InfluxConflicts((statements) => this.#connection.query(statements), this.#series);
  }

  async write(batch: ReadingBatch): Promise<WriteResult> {
    if (this.#waiting > WRITES_WAITING_MAX) {
      throw new StoreUnavailableError("STORE_BUSY", `${WRITES_WAITING_MAX} writes are waiting already`);
    }
    this.#waiting += 1;
    const written = this.#tail.then(() => this.#writeNow(batch));
    this.#tail = written.then(
      () => (this.#waiting -= 1),
      () => (this.#waiting -= 1),
    );
    return written;
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#connection.close();
  }

  async #writeNow(batch: ReadingBatch): Promise<WriteResult> {
    const { storable, refused } = checkBatch(batch);
    const sifted = await this.#conflicts.sift(batch, storable);
    let byServer: RefusedPoint[];
    try {
      this.#writeLines(batch, sifted.fresh);
      byServer = await this.#sendAll(sifted.fresh);
    } catch (thrown) {
      sifted.forget();
      throw thrown;
    }
    sifted.remember();
    return { refused: [...refused, ...sifted.conflicts, ...byServer].sort((a, b) => a.index - b.index) };
  }

  #writeLines(batch: ReadingBatch, indices: ArrayLike<number>): void {
    const prefixes: (Uint8Array | undefined)[] = [];
    this.#lines.clear();
    for (let at = 0; at < indices.length; at++) {
      const index = indices[at] as number;
      const key = batch.seriesKey[index] as number;
      const prefix = (prefixes[key] ??= this.#series.of(batch.series[key] as SeriesId).prefix);
      const { value, quality, sampledAtMs, ordinal } = batch;
      this.#lines.add(
        prefix,
        value[index] as number,
        quality[index] as number,
        sampledAtMs[index] as number,
        ordinal[index] as number,
      );
    }
  }

  /**
   * Two requests at a time. A failure is thrown only when nothing is in flight any more.
   *
   * @param indices which reading of the batch each line is
   */
  async #sendAll(indices: ArrayLike<number>): Promise<RefusedPoint[]> {
    const refused: RefusedPoint[] = [];
    const { count } = this.#lines;
    let next = 0;
    let failed = false;
    const sendSome = async (): Promise<void> => {
      while (next < count && !failed) {
        const from = next;
        next = Math.min(count, from + POINTS_PER_REQUEST);
        try {
          refused.push(...(await this.#send(indices, from, next)));
        } catch (thrown) {
          failed = true;
          throw thrown;
        }
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: REQUESTS_IN_FLIGHT }, sendSome));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    return refused;
  }

  /** Sends the lines from one up to another, exclusive. */
  async #send(indices: ArrayLike<number>, from: number, to: number): Promise<RefusedPoint[]> {
    const outcome = await this.#connection.write(this.#lines.lines(from, to));
    if (outcome.stored) return [];
    const detail = outcome.complaint;
    // The server counts what it dropped; when that is everything, halving would only ask again and again.
    const dropped = Number(/ dropped=(\d+)$/.exec(detail)?.[1] ?? 0);
    if (to - from === 1 || dropped === to - from) {
      const some = Array.from({ length: to - from }, (_, at) => indices[from + at] as number);
      return some.map((index) => ({ index, reason: "store-refused", detail }));
    }
    const middle = from + ((to - from) >> 1);
    return [...(await this.#send(indices, from, middle)), ...(await this.#send(indices, middle, to))];
  }
}
