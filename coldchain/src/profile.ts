// A profile: the limits that goods are kept within, with the source of every number.
import type { Role } from "./channels.ts";
import { type Problem, readProfileText } from "./profile-text.ts";

/** Limits of one quantity at one role; `low`, `high` and `deadband` in the channel's unit (°C, %RH). */
export interface LimitRow {
  /** `temperature` or `humidity`. */
  readonly quantity: string;
  readonly role: Role;
  readonly low?: number;
  readonly high?: number;
  /** True when a reading exactly on a limit of this row is already outside; false or absent: only beyond it. */
  readonly inclusive?: boolean;
  /** How far back inside a reading must be to end an excursion. */
  readonly deadband: number;
  /** How long an excursion must possibly have lasted before an alarm is raised. */
  readonly onDelayMs: number;
  /** How long readings must stay inside before an alarm returns. */
  readonly offDelayMs: number;
  /** An excursion that possibly lasted longer than this is a breach. */
  readonly consecutiveAllowanceMs: number;
  /** The longest that one reading stands for. */
  readonly gapMs: number;
  /** In words: the clause that the limit comes from, and which numbers are our own default. */
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
