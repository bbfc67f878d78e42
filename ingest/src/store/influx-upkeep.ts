// Hourly sums and expiry in the InfluxDB home.
import { InfluxConnection, type InfluxHome } from "./influx-connection.ts";
import { hourLine } from "./influx-hours.ts";
import { seriesConditions } from "./influx-lines.ts";
import { nanosecondsOf } from "./influx-time.ts";
import { checkHoursQuery } from "./query-check.ts";
import type { ExpiryStep, HourSums, SeriesId, StoreUpkeep, TimeWindow } from "./reading-store.ts";
import { StoreUnavailableError } from "./store-errors.ts";

/** A removal holds up the server's other work, and its cost grows with what it removes. */
const EXPIRE_READINGS_MS = 7 * 86_400_000;
const EXPIRE_HOURS_MS = 370 * 86_400_000;
const LIMITS = { connections: 1, requestsMax: 4, answerTimeoutMs: 60_000 };

export class InfluxUpkeep implements StoreUpkeep {
  readonly #connection: InfluxConnection;

  /** @throws StoreQueryError when the address makes no sense. */
  constructor(home: InfluxHome) {
    this.#connection = new InfluxConnection(home, LIMITS);
  }

  async writeHours(series: SeriesId, hours: readonly HourSums[]): Promise<void> {
    checkHoursQuery({ series, fromMs: 0, toMs: 0 });
    if (hours.length === 0) return;
    const outcome = await this.#connection.write(hours.map((hour) => hourLine(series, hour)).join("\n"));
    if (!outcome.stored)
      throw new StoreUnavailableError("STORE_UNAVAILABLE", `InfluxDB refused hourly sums: ${outcome.complaint}`);
  }

  async expireReadings(series: SeriesId, window: TimeWindow): Promise<ExpiryStep> {
    return this.#expire("reading", "value), count(quality", series, window, EXPIRE_READINGS_MS);
  }

  async expireHours(series: SeriesId, window: TimeWindow): Promise<ExpiryStep> {
    return this.#expire("hour", "good", series, window, EXPIRE_HOURS_MS);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Removes the first stretch that holds anything, at most `stretchMs` of it. */
  async #expire(
    measurement: string,
    counted: string,
    series: SeriesId,
    window: TimeWindow,
    stretchMs: number,
  ): Promise<ExpiryStep> {
    checkHoursQuery({ series, ...window });
    const of = `FROM ${measurement} WHERE ${seriesConditions(series)}`;
    const between = (fromMs: number, toMs: number): string =>
      `AND time >= ${nanosecondsOf(fromMs, 0)} AND time < ${nanosecondsOf(toMs, 0)}`;
    const [first] = await this.#connection.query([
      `SELECT * ${of} ${between(window.fromMs, window.toMs)} ORDER BY time ASC LIMIT 1`,
    ]);
    const time = first?.[0]?.values[0]?.[0];
    if (time === undefined) return { removed: 0, done: true };
    const fromMs = Number(String(time).slice(0, -6));
    const toMs = Math.min(window.toMs, fromMs + stretchMs);
    const [counts] = await this.#connection.query([`SELECT count(${counted}) ${of} ${between(fromMs, toMs)}`]);
    const removed = (counts?.[0]?.values[0] ?? []).slice(1).reduce<number>((sum, cell) => sum + Number(cell ?? 0), 0);
    await this.#connection.query([`DELETE ${of} ${between(fromMs, toMs)}`]);
    return { removed, done: toMs >= window.toMs };
  }
}
