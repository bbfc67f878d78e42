// The rules that a file is judged by: those of a profile, or limits from the command line.
import { type Profile, ROLES, type Role, type Rule, parseProfile, rulesFor } from "@isotherm/coldchain";
import type { AssessOptions, GivenLimits } from "./assess-options.ts";
import { ProfileNotFoundError, type ProfileText, problemLines, profileText } from "../profile/shipped-profiles.ts";
import { AssessRefusal } from "./refusal.ts";

export interface JudgingRules {
  readonly rules: readonly Rule[];
  /** What they are, and what was taken by default, in words. */
  readonly taken: readonly string[];
}

/** @throws AssessRefusal when the profile cannot be used, or has no row for the quantity and role */
export function judgingRules({ judgeBy, role, file: { quantity } }: AssessOptions): JudgingRules {
  const known = ROLES.find((each) => each === role);
  if (known === undefined) throw new AssessRefusal(`--role cannot be "${role}"`, `Give one of: ${ROLES.join(", ")}.`);
  if ("limits" in judgeBy) {
    const profile = givenProfile(judgeBy.limits, quantity, known);
    return { rules: rulesOf(profile, quantity, known), taken: judgeBy.limits.taken };
  }
  const profile = readProfile(judgeBy.profile);
  const rules = rulesOf(profile, quantity, known);
  if (rules.length === 0) {
    const rows = [...new Set(profile.limits.map((row) => `${row.quantity} at ${row.role}`))];
    throw new AssessRefusal(
      `profile ${profile.id} has no limits of ${quantity} at ${role}; it has ${rows.join(", ")}`,
      "Choose with --quantity and --role, or give another profile.",
    );
  }
  const taken = [`profile ${profile.id} version ${profile.version}, ${profile.title.en}: ${quantity} at ${role}`];
  return { rules, taken };
}

/** The resolution is the file's own matter: its values are compared as they are written. */
function rulesOf(profile: Profile, quantity: string, role: Role): Rule[] {
  return rulesFor(profile, { channel: `${quantity}/file`, role, resolution: 0 });
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
