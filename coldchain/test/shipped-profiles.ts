// The shipped profiles as tests read them, and histories to judge by them.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Excursion, type ReadingSlice, findExcursions } from "../src/excursion.ts";
import { type LimitRow, type Profile, parseProfile } from "../src/profile.ts";
import { type Rule, rulesFor } from "../src/rule.ts";

const FOLDER = join(import.meta.dirname, "..", "profiles");

/** By the name of the file, without its ending. */
export function shippedProfiles(): Map<string, Profile> {
  const files = readdirSync(FOLDER).sort();
  return new Map(
    files.map((file) => {
      const read = parseProfile(readFileSync(join(FOLDER, file), "utf8"), file);
      if ("problems" in read) throw new Error(JSON.stringify(read.problems, null, 2));
      return [file.replace(/\.yaml$/, ""), read.profile];
    }),
  );
}

/** A channel's rules at a fine resolution. */
export function rulesOf(profile: Profile, { quantity, role }: Pick<LimitRow, "quantity" | "role">): Rule[] {
  return rulesFor(profile, { channel: `${quantity}/x`, role, resolution: 0.1 });
}

const MIN = 60_000;

/** Readings every so many minutes, each value for so long, then one more of the last value. */
export function held(stepMin: number, ...parts: readonly (readonly [minutes: number, value: number])[]): ReadingSlice {
  const values = parts.flatMap(([minutes, value]) => new Array<number>(Math.round(minutes / stepMin)).fill(value));
  values.push(values.at(-1) ?? 0);
  return {
    count: values.length,
    atMs: Float64Array.from(values, (_, i) => i * stepMin * MIN),
    value: Float64Array.from(values),
    good: new Uint8Array(values.length).fill(1),
  };
}

export interface Judged {
  readonly rule: Rule;
  readonly excursions: readonly Excursion[];
}

export function judged(
  profile: Profile,
  target: Pick<LimitRow, "quantity" | "role">,
  readings: ReadingSlice,
): Judged[] {
  return rulesOf(profile, target).map((rule) => ({ rule, excursions: findExcursions(rule, 0.1, readings) }));
}

/** Breaches by time of a history, as `<rule without the profile> <kind> <minutes from the start>`. */
export function breachesOf(
  profile: Profile,
  target: Pick<LimitRow, "quantity" | "role">,
  readings: ReadingSlice,
): string[] {
  return judged(profile, target, readings).flatMap(({ rule, excursions }) =>
    excursions.flatMap(({ breaches }) =>
      breaches.map(({ kind, atMs }) => `${rule.ruleId.split("/").slice(1).join("/")} ${kind} ${atMs / MIN}`),
    ),
  );
}
