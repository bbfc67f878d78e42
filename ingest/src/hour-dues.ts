// Which hours of which series are to be summed up (again): noted in the very transaction that accepts their readings, so
// that no kill forgets one, and by one row an hour, whatever the number of its readings.

import type { ChannelState } from "./latest-table.ts";
import type { StateDb } from "./state-db.ts";
import { HOUR_MS, hourOf } from "./store/hour-sums.ts";
import type { SeriesId } from "./store/reading-store.ts";

export interface DueHour {
  readonly series: SeriesId;
  readonly hourMs: number;
}

/** Rows known to stand, so that they are not written again with every batch: the current hour of so many channels. */
const NOTED_MAX = 50_000;

export class HourDues {
  readonly #db: StateDb;
  readonly #noted = new Set<string>();
  /** Hours being summed up; true once one of them was touched again meanwhile. */
  readonly #summing = new Map<string, boolean>();
  /** Grows whenever what a channel knows to be noted may be so no longer. */
  #version = 0;

  constructor(db: StateDb) {
    this.#db = db;
  }

  /** Within a transaction: the same for one reading; a channel whose hour is the last one noted costs nothing. */
  noteChannel(channel: ChannelState, sampledAtMs: number): void {
    const hourMs = hourOf(sampledAtMs);
    if (channel.hourMs === hourMs && channel.hourVersion === this.#version) return;
    this.note([{ series: channel.series, sampledAtMs }]);
    channel.hourMs = hourMs;
    channel.hourVersion = this.#version;
  }

  /** Within a transaction: takes note of stored readings, good or not. */
  note(points: readonly { readonly series: SeriesId; readonly sampledAtMs: number }[]): void {
    const before = new Map<SeriesId, { readonly name: string; hourMs: number }>();
    let isUndone = false;
    for (const { series, sampledAtMs } of points) {
      const hourMs = hourOf(sampledAtMs);
      let last = before.get(series);
      if (last?.hourMs === hourMs) continue;
      if (last === undefined) before.set(series, (last = { name: nameOf(series), hourMs }));
      last.hourMs = hourMs;
      if (this.#isNoted(`${last.name} ${hourMs}`)) continue;
      const { tenantId, assetId, channel } = series;
      this.#db.run("INSERT OR IGNORE INTO hour_due VALUES (?, ?, ?, ?)", tenantId, assetId, channel, hourMs);
      if (!isUndone)
        this.#db.onRollback(() => {
          this.#noted.clear();
          this.#version++;
        });
      isUndone = true;
      if (this.#noted.size < NOTED_MAX) this.#noted.add(`${last.name} ${hourMs}`);
    }
  }

  #isNoted(key: string): boolean {
    if (!this.#summing.has(key)) return this.#noted.has(key);
    this.#summing.set(key, true);
    return true;
  }

  /** Hours that ended by then, oldest first, to be summed up from what is stored from now on; then comes `finish`. */
  take(endedByMs: number, limit: number): DueHour[] {
    const rows = this.#db.all(
      "SELECT * FROM hour_due WHERE hour_ms <= ? ORDER BY hour_ms, tenant_id, asset_id, channel LIMIT ?",
      endedByMs - HOUR_MS,
      limit,
    );
    const dues = rows.map((row) => ({
      series: {
        tenantId: String(row["tenant_id"]),
        assetId: String(row["asset_id"]),
        channel: String(row["channel"]),
      },
      hourMs: Number(row["hour_ms"]),
    }));
    for (const due of dues) this.#summing.set(keyOf(due), false);
    if (dues.length > 0) this.#version++;
    return dues;
  }

  /** Their sums are durable: forgets those that nothing has touched since they were taken. */
  finish(dues: readonly DueHour[]): void {
    const done = dues.filter((due) => this.#summing.get(keyOf(due)) === false);
    this.#summing.clear();
    this.#version++;
    if (done.length === 0) return;
    for (const due of done) this.#noted.delete(keyOf(due));
    this.#db.transaction(() => {
      for (const { series, hourMs } of done)
        this.#db.run(
          "DELETE FROM hour_due WHERE tenant_id = ? AND asset_id = ? AND channel = ? AND hour_ms = ?",
          series.tenantId,
          series.assetId,
          series.channel,
          hourMs,
        );
    });
  }

  /** They could not be summed up: they stand as they stood. */
  giveBack(): void {
    this.#summing.clear();
  }

  count(): number {
    return Number(this.#db.get("SELECT count(*) AS n FROM hour_due")?.["n"]);
  }
}

/** For any reader of the state. */
export function dueHours(db: StateDb, series: SeriesId, fromMs: number, toMs: number): ReadonlySet<number> {
  const { tenantId, assetId, channel } = series;
  const rows = db.all(
    `SELECT hour_ms FROM hour_due WHERE tenant_id = ? AND asset_id = ? AND channel = ? AND hour_ms >= ? AND hour_ms < ?`,
    tenantId,
    assetId,
    channel,
    fromMs,
    toMs,
  );
  return new Set(rows.map((row) => Number(row["hour_ms"])));
}

function nameOf({ tenantId, assetId, channel }: SeriesId): string {
  return `${tenantId} ${assetId} ${channel}`;
}

function keyOf({ series, hourMs }: DueHour): string {
  return `${nameOf(series)} ${hourMs}`;
}
