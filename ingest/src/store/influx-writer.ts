// The InfluxDB home's way in: lines built by hand, a refused request halved until the bad points are known.
import { InfluxConflicts } from "./influx-conflicts.ts";
import { InfluxConnection, type InfluxHome } from "./influx-connection.ts";
import { fieldsOf, linePrefix } from "./influx-lines.ts";
import { nanosecondsOf } from "./influx-time.ts";
import { checkBatch } from "./reading-check.ts";
import type { ReadingBatch, ReadingWriter, RefusedPoint, SeriesId, WriteResult } from "./reading-store.ts";
import { WRITES_WAITING_MAX } from "./store-limits.ts";
import { StoreUnavailableError } from "./store-errors.ts";

/** Beyond this, and beyond two requests at once, throughput hardly grows (measured with InfluxDB 1.6.7). */
const POINTS_PER_REQUEST = 5_000;
const REQUESTS_IN_FLIGHT = 2;
/** Longer than the server's own write-timeout (10 s), so that we hear what it says. */
const ANSWER_TIMEOUT_MS = 15_000;

interface Line {
  readonly index: number;
  readonly text: string;
}

/**
 * Durable means what the server means: with `wal-fsync-delay = "0s"` under [data], its default, it answers after the
 * sync to disk.
 */
export class InfluxReadingWriter implements ReadingWriter {
  readonly #connection: InfluxConnection;
  readonly #conflicts: InfluxConflicts;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @throws StoreQueryError when the address makes no sense. */
  constructor(home: InfluxHome) {
    const connections = REQUESTS_IN_FLIGHT;
    const limits = { connections, requestsMax: connections, answerTimeoutMs: ANSWER_TIMEOUT_MS };
    this.#connection = new InfluxConnection(home, limits);
    this.#conflicts = new InfluxConflicts((statements) => this.#connection.query(statements));
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
      byServer = await this.#sendAll(linesOf(batch, sifted.fresh));
    } catch (thrown) {
      sifted.forget();
      throw thrown;
    }
    sifted.remember();
    return { refused: [...refused, ...sifted.conflicts, ...byServer].sort((a, b) => a.index - b.index) };
  }

  /** Two requests at a time. A failure is thrown only when nothing is in flight any more. */
  async #sendAll(lines: readonly Line[]): Promise<RefusedPoint[]> {
    const refused: RefusedPoint[] = [];
    let next = 0;
    let failed = false;
    const sendSome = async (): Promise<void> => {
      while (next < lines.length && !failed) {
        const some = lines.slice(next, (next += POINTS_PER_REQUEST));
        try {
          refused.push(...(await this.#send(some)));
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

  async #send(lines: readonly Line[]): Promise<RefusedPoint[]> {
    const outcome = await this.#connection.write(lines.map(({ text }) => text).join("\n"));
    if (outcome.stored) return [];
    const detail = outcome.complaint;
    // The server counts what it dropped; when that is everything, halving would only ask again and again.
    const dropped = Number(/ dropped=(\d+)$/.exec(detail)?.[1] ?? 0);
    if (lines.length === 1 || dropped === lines.length) {
      return lines.map(({ index }) => ({ index, reason: "store-refused", detail }));
    }
    const middle = lines.length >> 1;
    return [...(await this.#send(lines.slice(0, middle))), ...(await this.#send(lines.slice(middle)))];
  }
}

function linesOf(batch: ReadingBatch, indices: readonly number[]): Line[] {
  const prefixes: (string | undefined)[] = [];
  return indices.map((index) => {
    const key = batch.seriesKey[index] as number;
    const prefix = (prefixes[key] ??= linePrefix(batch.series[key] as SeriesId));
    const fields = fieldsOf(batch.value[index] as number, batch.quality[index] as number);
    const time = nanosecondsOf(batch.sampledAtMs[index] as number, batch.ordinal[index] as number);
    return { index, text: `${prefix}${fields} ${time}` };
  });
}
