// What newly stored readings mean for their channels: latest values, and intervals to be assessed (again).

import { QUALITY_GOOD, RangeSet, formatRanges } from "@isotherm/coldchain";
import { FOREIGN_EPOCH } from "./foreign/foreign-assembly.ts";
import { gatewayIdOf } from "./message.ts";
import type { HourDues } from "./hour-dues.ts";
import type { QuietChannels } from "./quiet-channels.ts";
import type { StoredPoint } from "./reading-assembly.ts";
import type { SqlRow, StateDb } from "./state-db.ts";

/** A reading from further ahead than this is kept and judged, but is neither the latest nor live: its clock is wrong. */
const AHEAD_MS_MAX = 5 * 60_000;

export interface DirtyMark {
  readonly dirtyId: number;
  readonly tenantId: string;
  readonly assetId: string;
  readonly channel: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the good readings newer than any judged before on this channel; null when there were none. */
  readonly newerFromMs: number | null;
  readonly newerToMs: number | null;
  readonly receivedAtMs: number;
  /** Stream and numbers, or the fact. */
  readonly cause: string;
}

interface Touched {
  readonly points: StoredPoint[];
  readonly numbers: Map<string, RangeSet>;
}

/** Everything that a changed fact may touch: to the end of time. */
export const END_OF_TIME_MS = Number.MAX_SAFE_INTEGER;

export class DirtyTable {
  readonly #db: StateDb;
  readonly #quiet: QuietChannels;
  readonly #hourDues: HourDues;

  constructor(db: StateDb, quiet: QuietChannels, hourDues: HourDues) {
    this.#db = db;
    this.#quiet = quiet;
    this.#hourDues = hourDues;
  }

  /** Within a transaction: takes note of stored readings. */
  noteStored(points: readonly StoredPoint[]): void {
    this.#hourDues.note(points);
    for (const touched of byChannel(points).values()) this.#noteChannel(touched);
    for (const { placed, sampledAtMs } of lastOfAssets(points)) {
      this.#db.run(
        `UPDATE asset SET last_sampled_at_ms = max(coalesce(last_sampled_at_ms, 0), ?),
           last_received_at_ms = max(coalesce(last_received_at_ms, 0), ?) WHERE tenant_id = ? AND asset_id = ?`,
        sampledAtMs,
        placed.receivedAtMs,
        placed.tenantId,
        placed.stream.assetId,
      );
    }
  }

  #noteChannel({ points, numbers }: Touched): void {
    const { series, placed } = points[0] as StoredPoint;
    const ids = [series.tenantId, series.assetId, series.channel] as const;
    const receivedAtMs = Math.max(...points.map((point) => point.placed.receivedAtMs));
    const believable = points.filter(({ sampledAtMs }) => sampledAtMs <= receivedAtMs + AHEAD_MS_MAX);
    const latest = believable.reduce<StoredPoint | undefined>(
      (newest, point) => (newest === undefined || point.sampledAtMs >= newest.sampledAtMs ? point : newest),
      undefined,
    );
    if (latest !== undefined) {
      this.#db.run(
        `UPDATE channel SET at_ms = ?, value = ?, quality = ?
         WHERE tenant_id = ? AND asset_id = ? AND channel = ? AND (at_ms IS NULL OR at_ms <= ?)`,
        latest.sampledAtMs,
        latest.value,
        latest.quality,
        ...ids,
        latest.sampledAtMs,
      );
    }
    const good = points.filter(({ quality }) => quality === QUALITY_GOOD);
    if (good.length === 0) return;
    const isQuiet = good.every(({ sampledAtMs, value }) =>
      this.#quiet.isQuiet(series, sampledAtMs, value ?? Number.NaN),
    );
    const newer = this.#judgeNewer(ids, believable);
    if (isQuiet) return;
    this.add({
      tenantId: series.tenantId,
      assetId: series.assetId,
      channel: series.channel,
      fromMs: Math.min(...good.map(({ sampledAtMs }) => sampledAtMs)),
      toMs: Math.max(...good.map(({ sampledAtMs }) => sampledAtMs)),
      ...newer,
      receivedAtMs,
      cause: causeOf(gatewayIdOf(placed.stream.gatewayKey), series.assetId, numbers),
    });
  }

  /** The times of good readings newer than any judged before, which from now on count as judged. */
  #judgeNewer(
    ids: readonly [string, string, string],
    points: readonly StoredPoint[],
  ): Pick<DirtyMark, "newerFromMs" | "newerToMs"> {
    const where = "tenant_id = ? AND asset_id = ? AND channel = ?";
    const row = this.#db.get(`SELECT judged_to_ms FROM channel WHERE ${where}`, ...ids);
    const judged = row?.["judged_to_ms"] ?? null;
    const judgedTo = judged === null ? Number.NEGATIVE_INFINITY : Number(judged);
    const times = points
      .filter(({ quality, sampledAtMs }) => quality === QUALITY_GOOD && sampledAtMs > judgedTo)
      .map(({ sampledAtMs }) => sampledAtMs);
    if (times.length === 0) return { newerFromMs: null, newerToMs: null };
    const newerToMs = Math.max(...times);
    this.#db.run(`UPDATE channel SET judged_to_ms = ? WHERE ${where}`, newerToMs, ...ids);
    return { newerFromMs: Math.min(...times), newerToMs };
  }

  /** Within a transaction. */
  add(mark: Omit<DirtyMark, "dirtyId">): void {
    this.#db.run(
      `INSERT INTO dirty (tenant_id, asset_id, channel, from_ms, to_ms, newer_from_ms, newer_to_ms,
         received_at_ms, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      mark.tenantId,
      mark.assetId,
      mark.channel,
      mark.fromMs,
      mark.toMs,
      mark.newerFromMs,
      mark.newerToMs,
      mark.receivedAtMs,
      mark.cause,
    );
    this.#quiet.changed(mark);
  }

  /** Marks of readings, and then of facts, each in the order in which they were made; of a channel all of its facts at once. */
  next(readingsMax: number, factsMax: number): DirtyMark[] {
    const sql = "SELECT * FROM dirty WHERE to_ms";
    const readings = this.#db.all(`${sql} <> ? ORDER BY dirty_id LIMIT ?`, END_OF_TIME_MS, readingsMax).map(markOf);
    const facts = this.#db.all(`${sql} = ? ORDER BY dirty_id LIMIT ?`, END_OF_TIME_MS, factsMax).map(markOf);
    const others = facts.flatMap(({ dirtyId, tenantId, assetId, channel }) =>
      this.#db.all(
        `${sql} = ? AND tenant_id = ? AND asset_id = ? AND channel = ? AND dirty_id > ?`,
        ...[END_OF_TIME_MS, tenantId, assetId, channel, dirtyId],
      ),
    );
    const all = [...readings, ...facts, ...others.map(markOf)];
    return [...new Map(all.map((mark) => [mark.dirtyId, mark])).values()];
  }

  /** Within a transaction. */
  clear(marks: readonly DirtyMark[]): void {
    for (const mark of marks) {
      this.#db.run("DELETE FROM dirty WHERE dirty_id = ?", mark.dirtyId);
      this.#quiet.changed(mark);
    }
  }

  /** Of the newest mark; 0 when there is none. */
  lastId(): number {
    return Number(this.#db.get("SELECT max(dirty_id) AS last FROM dirty")?.["last"] ?? 0);
  }

  count(): number {
    return Number(this.#db.get("SELECT count(*) AS n FROM dirty")?.["n"]);
  }
}

function markOf(row: SqlRow): DirtyMark {
  return {
    dirtyId: Number(row["dirty_id"]),
    tenantId: String(row["tenant_id"]),
    assetId: String(row["asset_id"]),
    channel: String(row["channel"]),
    fromMs: Number(row["from_ms"]),
    toMs: Number(row["to_ms"]),
    newerFromMs: row["newer_from_ms"] === null ? null : Number(row["newer_from_ms"]),
    newerToMs: row["newer_to_ms"] === null ? null : Number(row["newer_to_ms"]),
    receivedAtMs: Number(row["received_at_ms"]),
    cause: String(row["cause"]),
  };
}

function byChannel(points: readonly StoredPoint[]): Map<unknown, Touched> {
  const channels = new Map<unknown, Touched>();
  for (const point of points) {
    let touched = channels.get(point.series);
    if (touched === undefined) channels.set(point.series, (touched = { points: [], numbers: new Map() }));
    touched.points.push(point);
    const { epoch } = point.placed.stream;
    const numbers = touched.numbers.get(epoch) ?? new RangeSet();
    numbers.add(point.placed.record.number);
    touched.numbers.set(epoch, numbers);
  }
  return channels;
}

function lastOfAssets(points: readonly StoredPoint[]): Iterable<StoredPoint> {
  const last = new Map<string, StoredPoint>();
  for (const point of points) {
    if (point.sampledAtMs > point.placed.receivedAtMs + AHEAD_MS_MAX) continue;
    const key = `${point.series.tenantId}/${point.series.assetId}`;
    const known = last.get(key);
    if (known === undefined || point.sampledAtMs >= known.sampledAtMs) last.set(key, point);
  }
  return last.values();
}

function causeOf(gatewayId: string, assetId: string, numbers: ReadonlyMap<string, RangeSet>): string {
  // Readings that are not under our contract have no numbers: their times, which the mark holds, are all there is.
  const parts = [...numbers].map(([epoch, ranges]) =>
    epoch === FOREIGN_EPOCH ? `${gatewayId}/${assetId}` : `${gatewayId}/${epoch}/${assetId}:${formatRanges(ranges)}`,
  );
  return `records ${parts.join(" ")}`;
}
