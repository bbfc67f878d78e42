// A profile: the limits that goods are kept within, with the source of every number.
import type { Allowance } from "./allowance.ts";
import type { Role } from "./channels.ts";
import type { Combine } from "./combine.ts";
import type { Gate } from "./gate.ts";
import { type Problem, readProfileText } from "./profile-text.ts";
import type { StabilityRow } from "./stability-budget.ts";

/** What limits and rates of change have in common. `deadband` in the unit of what is limited. */
export interface JudgedRow {
  /** `temperature`, `humidity`, `door` (1 is open) or `power` (1 is on). */
  readonly quantity: string;
  readonly role: Role;
  /** How far back inside a reading must be to end an excursion. */
  readonly deadband: number;
  /** How long an excursion must possibly have lasted before an alarm is raised. */
  readonly onDelayMs: number;
  /** How long readings must stay inside before an alarm returns. */
  readonly offDelayMs: number;
  /** At most one of each kind. With none, an excursion is a warning however long it lasts, never a breach by time. */
  readonly allowances: readonly Allowance[];
  /** Absent: no gate. */
  readonly gates?: readonly Gate[];
  /** The longest that one reading stands for. */
  readonly gapMs: number;
  /** In words: the clause that the limit comes from, and which numbers are our own default. */
  readonly source: string;
}

/**
 * Limits of one quantity at one role, in the channel's unit (°C, %RH). Several rows may limit the same side of a quantity
 * and role at different values, each with allowances of its own.
 */
export interface LimitRow extends JudgedRow {
  readonly low?: number;
  readonly high?: number;
  /** True when a reading exactly on a limit of this row is already outside; false or absent: only beyond it. */
  readonly inclusive?: boolean;
  /** Absent: `any`. */
  readonly combine?: Combine;
}

/**
 * The greatest change that is allowed, in the channel's unit an hour. The rate at a good reading is its value less the one
 * that stood `overMs` before, by that time; where nothing stood then, there is no rate. Each probe is judged by itself.
 */
export interface RateRow extends JudgedRow {
  readonly overMs: number;
  readonly risePerHour?: number;
  /** Above 0 as well: how fast a value may fall. */
  readonly fallPerHour?: number;
}

/** A limit of the mean kinetic temperature over every window of one length that contains an excursion. */
export interface MktRow {
  readonly role: Role;
  /** Null: the whole shipment. */
  readonly windowMs: number | null;
  /** Above it is a breach. */
  readonly highC: number;
  readonly gapMs: number;
  readonly source: string;
}

/** How long goods may be how warm, in all, over the whole shipment. */
export interface StabilityBudget {
  readonly role: Role;
  readonly rows: readonly StabilityRow[];
  readonly gapMs: number;
  readonly source: string;
}

/** The least time for which raw readings that were judged by a profile are kept. */
export interface Retention {
  readonly atLeastMs: number;
  readonly source: string;
}

export interface Profile {
  readonly id: string;
  /** Whole, from 1; a change of any number below is a new version. */
  readonly version: number;
  readonly title: { readonly en: string; readonly zh: string };
  /** A reading older than this, when it is judged, never drives a live alarm. */
  readonly liveMaxAgeMs: number;
  readonly limits: readonly LimitRow[];
  /** Absent, here and below: none. */
  readonly rates?: readonly RateRow[];
  readonly mkt?: readonly MktRow[];
  readonly stability?: readonly StabilityBudget[];
  readonly retention?: Retention;
  readonly source: string;
}

/**
 * Reads a profile's YAML. Reports everything that is wrong at once, each with its line and path and how to mend it.
 *
 * @param fileName named in problems; nothing is read from disk
 */
export function parseProfile(text: string, fileName: string): { profile: Profile } | { problems: Problem[] } {
  return readProfileText(text, fileName);
}
