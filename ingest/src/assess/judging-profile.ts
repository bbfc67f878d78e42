// The rules that a file is judged by: those of a profile, or limits from the command line.
import { readFileSync, readdirSync } from "node:fs";
import { type Profile, ROLES, type Role, type Rule, parseProfile, rulesFor } from "@isotherm/coldchain";
import type { AssessOptions, GivenLimits } from "./assess-options.ts";
import { AssessRefusal } from "./refusal.ts";

export interface JudgingRules {
  readonly rules: readonly Rule[];
  /** What they are, and what was taken by default, in words. */
  readonly taken: readonly string[];
}

/** Shipped profiles lie beside the door of the room that judges. */
const SHIPPED = new URL("profiles/", import.meta.resolve("@isotherm/coldchain"));

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
  const isFile = /[/\\]|\.ya?ml$/i.test(nameOrFile);
  const shipped = readdirSync(SHIPPED).flatMap((file) =>
    file.endsWith(".yaml") ? [file.slice(0, -".yaml".length)] : [],
  );
  if (!isFile && !shipped.includes(nameOrFile))
    throw new AssessRefusal(
      `no shipped profile is named "${nameOrFile}"`,
      `Give one of ${shipped.sort().join(", ")}, or the path of a file that ends in .yaml.`,
    );
  const read = parseProfile(textOf(isFile ? nameOrFile : new URL(`${nameOrFile}.yaml`, SHIPPED)), nameOrFile);
  if ("profile" in read) return read.profile;
  const problems = read.problems.map(({ place, problem, mend }) => `${place}: ${problem}; ${mend}`);
  throw new AssessRefusal(`the profile cannot be used:\n    ${problems.join("\n    ")}`, "Mend the profile.");
}

function textOf(file: string | URL): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AssessRefusal(
      `the profile cannot be read (${(error as Error).message})`,
      "Give the path of a YAML file.",
      { cause: error },
    );
  }
}
