// Alarms that follow from the excursions of one rule on one channel: who raises, who joins, who returns. Pure.

import { ALARM_NORMAL, type AlarmEffect, type AlarmInput, type Rule } from "@isotherm/coldchain";
import { createHash } from "node:crypto";
import { alarmAfter } from "./alarm-change.ts";
import type { StoredAlarm } from "./alarm-table.ts";
import type { StoredExcursion } from "./excursion-table.ts";
import { isGroupAlarm } from "./profile-change.ts";
import type { LiveRange } from "./live-range.ts";
import type { SeriesId } from "./store/reading-store.ts";

export interface Settling {
  readonly series: SeriesId;
  readonly ruleId: string;
  /** Undefined when no assignment has the rule any more. */
  readonly rule: Rule | undefined;
  /** All excursions of the rule on the channel, of every assignment, earliest first. */
  readonly excursions: readonly StoredExcursion[];
  /** Those that were judged in this pass. */
  readonly touched: ReadonlySet<string>;
  /** All occurrences of the rule on the channel, earliest first. */
  readonly alarms: readonly StoredAlarm[];
  readonly live: LiveRange | undefined;
  /** The newest reading judged on the channel. */
  readonly newestMs: number;
  /** When what is judged here came. */
  readonly receivedAtMs: number;
  /** The change of the rule's profile that is not settled yet; undefined when there is none. */
  readonly change: SettlingChange | undefined;
}

export interface SettlingChange {
  /** Of the one alarm for everything that the change has put outside. */
  readonly alarmId: string;
  /** The readings judged here are outside by the former version too: whatever the change does, this is a cause of its own. */
  readonly isOwn: boolean;
}

export interface SettledAlarm {
  readonly before: StoredAlarm | undefined;
  readonly after: StoredAlarm;
  readonly effects: readonly AlarmEffect[];
}

export interface Settled {
  readonly alarms: readonly SettledAlarm[];
  /** New links: excursion to alarm. */
  readonly links: ReadonlyMap<string, string>;
  /** Whether an excursion that the settling's change stands for lasts; undefined when it stands for none here. */
  readonly isOutsideByChange: boolean | undefined;
}

/** 20 hex digits that the same parts always give. */
export function idOf(...parts: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 20);
}

/** When the excursion was over, as far as this rule is concerned; null while it lasts. */
function endOf({ excursion, judgedUntilMs }: StoredExcursion, newestMs: number): number | null {
  if (excursion.endMs !== null) return excursion.endMs;
  return judgedUntilMs !== null && judgedUntilMs <= newestMs ? judgedUntilMs : null;
}

export function settleAlarms(settling: Settling): Settled {
  const desk = new AlarmDesk(settling);
  for (const excursion of settling.excursions)
    if (settling.touched.has(excursion.excursionId) && excursion.excursion.onsetMs !== null) desk.raise(excursion);
  for (const alarm of desk.current()) desk.describe(alarm.alarmId);
  for (const alarm of desk.current()) desk.tryReturn(alarm);
  return desk.settled();
}

class AlarmDesk {
  readonly #settling: Settling;
  readonly #alarms: Map<string, StoredAlarm>;
  readonly #effects = new Map<string, AlarmEffect[]>();
  readonly #links = new Map<string, string>();

  constructor(settling: Settling) {
    this.#settling = settling;
    this.#alarms = new Map(settling.alarms.map((alarm) => [alarm.alarmId, alarm]));
  }

  current(): StoredAlarm[] {
    return [...this.#alarms.values()];
  }

  raise(stored: StoredExcursion): void {
    const { live, newestMs, rule } = this.#settling;
    const onsetMs = stored.excursion.onsetMs as number;
    const endMs = endOf(stored, newestMs);
    // A live reading that is back inside proves an onset too, but it is the readings outside that must be live.
    const isLive = live !== undefined && onsetMs <= live.toMs && stored.excursion.lastMemberMs >= live.fromMs;
    const over = endMs !== null && (!isLive || live.toMs >= endMs + (rule?.offDelayMs ?? 0));
    const known = this.#alarmFor(stored, isLive);
    if (this.#isGrouped(stored, known, over)) return;
    const alarm = known ?? this.#newAlarm(stored);
    if (stored.alarmId !== alarm.alarmId) this.#links.set(stored.excursionId, alarm.alarmId);
    const isNews = known === undefined || !over || (isLive && alarm.foundLate && alarm.state.name !== "normal");
    if (isNews) this.#apply(alarm, { kind: "raise", foundLate: !isLive, over }, over ? endMs : null);
  }

  /** Whether a changed profile is the cause, so that its one alarm stands for this excursion too. */
  #isGrouped({ excursionId, alarmId }: StoredExcursion, known: StoredAlarm | undefined, over: boolean): boolean {
    if (known !== undefined && known.state.name !== "normal") return false;
    const { change } = this.#settling;
    // What the alarm of an earlier change stood for and is over by now was told.
    if (change === undefined) return over && isGroupAlarm(alarmId);
    if (change.isOwn) return false;
    this.#links.set(excursionId, change.alarmId);
    return true;
  }

  /** The occurrence that an excursion belongs to: the one it is linked to, one that overlaps it, or the one still open. */
  #alarmFor(stored: StoredExcursion, isLive: boolean): StoredAlarm | undefined {
    const linked = stored.alarmId === null ? undefined : this.#alarms.get(stored.alarmId);
    if (linked !== undefined) return linked;
    const { startMs, endMs } = stored.excursion;
    const all = this.current();
    const overlapping = all.find(
      (alarm) => alarm.startMs < (endMs ?? Infinity) && startMs < (alarm.returnedAtMs ?? Infinity),
    );
    const open = isLive ? all.find((alarm) => alarm.state.name !== "normal" && !alarm.foundLate) : undefined;
    return overlapping ?? open ?? this.#alarms.get(this.#alarmId(startMs));
  }

  #alarmId(startMs: number): string {
    const { series, ruleId } = this.#settling;
    return idOf("alarm", series.tenantId, series.assetId, series.channel, ruleId, startMs);
  }

  #newAlarm({ excursion }: StoredExcursion): StoredAlarm {
    const { series, ruleId, rule, receivedAtMs } = this.#settling;
    return {
      alarmId: this.#alarmId(excursion.startMs),
      tenantId: series.tenantId,
      assetId: series.assetId,
      channel: series.channel,
      ruleId,
      profileId: rule?.profileId ?? "",
      side: rule?.side ?? null,
      limit: rule?.limit ?? null,
      state: ALARM_NORMAL,
      severity: "warning",
      raisedAtMs: receivedAtMs,
      startMs: excursion.startMs,
      returnedAtMs: null,
      acknowledgedAtMs: null,
      acknowledgedBy: null,
      peak: excursion.peak,
      shipmentIds: [],
      foundLate: false,
      detail: null,
    };
  }

  #apply(alarm: StoredAlarm, input: AlarmInput, returnedAtMs: number | null): void {
    const change = alarmAfter(alarm, input);
    if (change === undefined) return;
    const acknowledged =
      change.alarm.state.name === "unacknowledged" ? { acknowledgedAtMs: null, acknowledgedBy: null } : {};
    this.#alarms.set(alarm.alarmId, { ...change.alarm, ...acknowledged, returnedAtMs });
    this.#effects.set(alarm.alarmId, [...(this.#effects.get(alarm.alarmId) ?? []), ...change.effects]);
  }

  #linked(alarmId: string): StoredExcursion[] {
    return this.#settling.excursions.filter(
      ({ excursionId, alarmId: stored }) => (this.#links.get(excursionId) ?? stored) === alarmId,
    );
  }

  /** Start, peak, severity and shipments follow the excursions, as they are now judged. */
  describe(alarmId: string): void {
    const alarm = this.#alarms.get(alarmId) as StoredAlarm;
    const linked = this.#linked(alarmId);
    if (linked.length === 0) return;
    const ends = linked.map((stored) => endOf(stored, this.#settling.newestMs)).filter((end) => end !== null);
    const returnedAtMs =
      alarm.returnedAtMs !== null && ends.length === linked.length ? Math.max(...ends) : alarm.returnedAtMs;
    const peaks = linked.map(({ excursion }) => excursion.peak);
    const shipments = linked.map(({ shipmentId }) => shipmentId).filter((id) => id !== null);
    this.#alarms.set(alarmId, {
      ...alarm,
      returnedAtMs,
      startMs: Math.min(...linked.map(({ excursion }) => excursion.startMs)),
      peak: alarm.side === "low" ? Math.min(...peaks) : Math.max(...peaks),
      severity: linked.some(({ excursion }) => excursion.breachMs !== null) ? "breach" : "warning",
      // A shipment that was once concerned stays named, even if its excursion turned out to be none.
      shipmentIds: [...new Set([...alarm.shipmentIds, ...shipments])].sort(),
    });
  }

  tryReturn(before: StoredAlarm): void {
    const alarm = this.#alarms.get(before.alarmId) as StoredAlarm;
    if (alarm.returnedAtMs !== null || alarm.state.name === "normal") return;
    const { live, newestMs, rule } = this.#settling;
    const ends = this.#linked(alarm.alarmId).map((stored) => endOf(stored, newestMs));
    if (ends.includes(null)) return;
    const endMs = Math.max(alarm.startMs, ...ends.filter((end) => end !== null));
    if (alarm.foundLate) this.#apply(alarm, { kind: "return", foundLate: true }, endMs);
    else if (rule === undefined || (live !== undefined && live.toMs >= endMs + rule.offDelayMs))
      this.#apply(alarm, { kind: "return" }, endMs);
  }

  settled(): Settled {
    const before = new Map(this.#settling.alarms.map((alarm) => [alarm.alarmId, alarm]));
    const alarms = this.current()
      .map((after) => ({
        before: before.get(after.alarmId),
        after,
        effects: this.#effects.get(after.alarmId) ?? [],
      }))
      .filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after));
    return { alarms, links: this.#links, isOutsideByChange: this.#isOutsideByChange() };
  }

  #isOutsideByChange(): boolean | undefined {
    const { change, newestMs } = this.#settling;
    const grouped = change === undefined ? [] : this.#linked(change.alarmId);
    return grouped.length === 0 ? undefined : grouped.some((stored) => endOf(stored, newestMs) === null);
  }
}
