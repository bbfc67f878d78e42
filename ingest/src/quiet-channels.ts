// Which newly stored readings provably change no result, so that assessment need not look at them: in the quiet band of
// every rule of their channel, newer than its last excursion, while no excursion, no alarm's return and no assessment is
// outstanding there. Everything else is assessed from the store.

import { NEVER_QUIET, type QuietBand, isQuiet, quietBand } from "@isotherm/coldchain";
import { type LineTable, isGated } from "./asset-lines.ts";
import type { ChannelState, LatestTable } from "./latest-table.ts";
import type { StateDb } from "./state-db.ts";
import type { SeriesId } from "./store/reading-store.ts";

/** Assignments that ended longer ago than this before the newest reading are left out of the band; older readings are never quiet. */
const REACH_MS = 7 * 86_400_000;

export interface QuietChannel {
  readonly band: QuietBand;
  /** Only readings later than this are quiet. */
  readonly afterMs: number;
  /** Whether something is concluded about its leg, which any reading may change that comes late, however quiet. */
  readonly isConcluded: boolean;
}

const NEVER: QuietChannel = { band: NEVER_QUIET, afterMs: Infinity, isConcluded: false };

/** Of what is looked up here, all is stored: what is kept in memory is only ever a copy, looked up anew after a change. */
export class QuietChannels {
  readonly #db: StateDb;
  readonly #lines: LineTable;
  readonly #latest: LatestTable;

  constructor(db: StateDb, latest: LatestTable, lines: LineTable) {
    this.#db = db;
    this.#latest = latest;
    this.#lines = lines;
  }

  /** Asked within the transaction that makes the reading known, so that nothing changes between the answer and its use. */
  isQuiet(channel: ChannelState, atMs: number, value: number): boolean {
    const { afterMs, band, isConcluded } = (channel.quiet ??= this.#look(channel.series));
    if (isConcluded && atMs <= channel.judgedToMs) return false;
    return atMs > afterMs && isQuiet(band, value);
  }

  /** Marks were made or worked off, or the channel was declared: whatever was known of it may have changed. */
  changed(series: SeriesId): void {
    this.#latest.channel(series).quiet = undefined;
  }

  #look({ tenantId, assetId, channel }: SeriesId): QuietChannel {
    const ids = [tenantId, assetId, channel] as const;
    const where = "tenant_id = ? AND asset_id = ? AND channel = ?";
    if (this.#db.get(`SELECT 1 AS one FROM dirty WHERE ${where} LIMIT 1`, ...ids) !== undefined) return NEVER;
    const waiting = `SELECT 1 AS one FROM alarm WHERE ${where} AND open = 1 AND returned_at_ms IS NULL LIMIT 1`;
    if (this.#db.get(waiting, ...ids) !== undefined) return NEVER;
    const judgedToMs = this.#latest.judgedToMs(...ids);
    // One whose window has ended lasts no longer than it, once a reading has come from beyond.
    const ended = "CASE WHEN end_ms IS NULL AND judged_until_ms <= ? THEN judged_until_ms ELSE end_ms END";
    const last = this.#db.get(
      `SELECT max(${ended}) AS last_ms, count(*) - count(${ended}) AS open FROM excursion WHERE ${where}`,
      judgedToMs,
      judgedToMs,
      ...ids,
    );
    if (Number(last?.["open"]) > 0) return NEVER;
    const reachMs = judgedToMs - REACH_MS;
    const afterMs = Math.max(reachMs, Number(last?.["last_ms"] ?? -Infinity));
    const concluded = `SELECT 1 AS one FROM leg_conclusion_task AS task WHERE ${where} AND (due_at_ms IS NOT NULL OR EXISTS (
      SELECT 1 FROM leg_conclusion AS row WHERE row.assignment_key = task.assignment_key AND row.channel = task.channel)) LIMIT 1`;
    return { band: this.#bandOf(ids, reachMs), afterMs, isConcluded: this.#db.get(concluded, ...ids) !== undefined };
  }

  #bandOf([tenantId, assetId, channel]: readonly [string, string, string], reachMs: number): QuietBand {
    const { lines, doors, defrosts, budgetAboveC } = this.#lines.of(tenantId, assetId);
    const reached = lines.filter(({ line: { toMs } }) => toMs === null || toMs > reachMs);
    const isGate = doors.includes(channel) || defrosts.includes(channel);
    if (isGate && reached.some(({ line }) => isGated(line))) return NEVER_QUIET;
    const own = reached.filter(({ line }) => line.members.includes(channel));
    const rules = own.flatMap(({ line }) => line.versions.map(({ rule }) => rule));
    const band = quietBand(rules, own[0]?.line.resolution ?? 0);
    const high = Math.min(band.high, budgetAboveC.get(channel) ?? Infinity);
    return band.low <= high ? { ...band, high } : NEVER_QUIET;
  }
}
