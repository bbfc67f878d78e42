// The profile that a file is judged by: one with a name or in a file, or limits from the command line.
import { type LimitRow, type Profile, ROLES, type RateRow, type Role, parseProfile } from "@isotherm/coldchain";
import type { AssessOptions, GivenLimits } from "./assess-options.ts";
import { ProfileNotFoundError, type ProfileText, problemLines, profileText } from "../profile/shipped-profiles.ts";
import { AssessRefusal } from "./refusal.ts";

export interface JudgingProfile {
  /** Without its gates: a file tells neither doors nor defrosts, nor when it was loaded. */
  readonly profile: Profile;
  readonly role: Role;
  /** What it is, and what was taken by default or left out, in words. */
  readonly taken: readonly string[];
}

/** @throws AssessRefusal when the profile cannot be used, or has no row for the quantity and role */
export function judgingProfile({ judgeBy, role, file: { quantity } }: AssessOptions): JudgingProfile {
  const known = ROLES.find((each) => each === role);
  if (known === undefined) throw new AssessRefusal(`--role cannot be "${role}"`, `Give one of: ${ROLES.join(", ")}.`);
  if ("limits" in judgeBy)
    return { profile: givenProfile(judgeBy.limits, quantity, known), role: known, taken: judgeBy.limits.taken };
  const profile = readProfile(judgeBy.profile);
  const rows = [...profile.limits, ...(profile.rates ?? [])];
  if (!rows.some((row) => row.quantity === quantity && row.role === known)) {
    const names = [...new Set(rows.map((row) => `${row.quantity} at ${row.role}`))];
    throw new AssessRefusal(
      `profile ${profile.id} has no limits of ${quantity} at ${role}; it has ${names.join(", ")}`,
      "Choose with --quantity and --role, or give another profile.",
    );
  }
  const named = `profile ${profile.id} version ${profile.version}, ${profile.title.en}: ${quantity} at ${role}`;
  return { ...withoutGates(profile), role: known, taken: [named, ...withoutGates(profile).taken] };
}

function withoutGates(profile: Profile): Pick<JudgingProfile, "profile" | "taken"> {
  const bare = <Row extends LimitRow | RateRow>({ gates: _, ...row }: Row): Omit<Row, "gates"> => row;
  const rows = [...profile.limits, ...(profile.rates ?? [])];
  const kinds = [...new Set(rows.flatMap(({ gates = [] }) => gates.map(({ kind }) => kind)))];
  if (kinds.length === 0) return { profile, taken: [] };
  const { rates } = profile;
  return {
    profile: {
      ...profile,
      limits: profile.limits.map(bare),
      ...(rates === undefined ? {} : { rates: rates.map(bare) }),
    },
    taken: [
      `all of the time is judged: a file does not tell when a gate of the profile (${kinds.join(", ")}) was open`,
    ],
  };
}

function givenProfile({ low, high, deadband, gapMs, allowanceMs }: GivenLimits, quantity: string, role: Role): Profile {
  const source = "the command line";
  return {
    id: "given",
    version: 1,
    title: { en: "Limits from the command line", zh: "命令行限值" },
    liveMaxAgeMs: gapMs,
    source,
    limits: [
      {
        quantity,
        role,
        ...(low === undefined ? {} : { low }),
        ...(high === undefined ? {} : { high }),
        deadband,
        onDelayMs: 0,
        offDelayMs: 0,
        allowances: [{ kind: "consecutive", allowedMs: allowanceMs, breachWhen: "exceeded" }],
        gapMs,
        source,
      },
    ],
  };
}

function readProfile(nameOrFile: string): Profile {
  const { text } = textOf(nameOrFile);
  const read = parseProfile(text, nameOrFile);
  if ("profile" in read) return read.profile;
  throw new AssessRefusal(
    `the profile cannot be used:\n    ${problemLines(read.problems).join("\n    ")}`,
    "Mend the profile; isotherm-ingest profile check tells the same.",
  );
}

function textOf(nameOrFile: string): ProfileText {
  try {
    return profileText(nameOrFile);
  } catch (error) {
    if (!(error instanceof ProfileNotFoundError)) throw error;
    throw new AssessRefusal(error.message, error.mend, { cause: error });
  }
}
