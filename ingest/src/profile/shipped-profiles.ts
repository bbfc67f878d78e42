// The profiles that come with Isotherm: YAML files beside the door of the room that judges by them.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fileTrouble } from "../file-trouble.ts";
import { type Problem, type Profile, parseProfile } from "@isotherm/coldchain";

const FOLDER = new URL("profiles/", import.meta.resolve("@isotherm/coldchain"));
const ENDING = ".yaml";

export interface ProfileText {
  /** A shipped profile's name, or the path of a file. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** A profile was asked for that is not there, or that cannot be read. */
export class ProfileNotFoundError extends Error {
  override readonly name = "ProfileNotFoundError";
  readonly code = "PROFILE_NOT_FOUND";
  readonly mend: string;
  /** What keeps a file from being read, without its name. */
  readonly trouble: string;

  constructor(problem: string, mend: string, options?: ErrorOptions) {
    super(problem, options);
    this.mend = mend;
    this.trouble = options?.cause === undefined ? problem : fileTrouble(options.cause);
  }
}

/** Names of the shipped profiles, in order. */
export function shippedProfileNames(): string[] {
  return readdirSync(FOLDER)
    .flatMap((file) => (file.endsWith(ENDING) ? [file.slice(0, -ENDING.length)] : []))
    .sort();
}

/** Every shipped profile with its text, in order of their names. */
export function shippedProfiles(): { readonly profile: Profile; readonly text: string }[] {
  return shippedProfileNames().map((name) => {
    const { text, path } = profileText(name);
    const read = parseProfile(text, path);
    if ("profile" in read) return { profile: read.profile, text };
    throw new Error(`the shipped profile ${name} is wrong: ${problemLines(read.problems).join("; ")}`);
  });
}

/**
 * The text of a shipped profile by its name, or of a file by its path: what has a slash or ends in .yaml or .yml is a path.
 *
 * @throws ProfileNotFoundError
 */
export function profileText(nameOrFile: string): ProfileText {
  const isFile = /[/\\]|\.ya?ml$/i.test(nameOrFile);
  if (!isFile && !shippedProfileNames().includes(nameOrFile))
    throw new ProfileNotFoundError(`no shipped profile is named "${nameOrFile}"`, nearestMend(nameOrFile));
  const path = isFile ? nameOrFile : fileURLToPath(new URL(nameOrFile + ENDING, FOLDER));
  try {
    return { name: nameOrFile, path, text: readFileSync(path, "utf8") };
  } catch (error) {
    throw new ProfileNotFoundError(`${path} cannot be read: ${fileTrouble(error)}`, "Give the path of a YAML file.", {
      cause: error,
    });
  }
}

/** One line for each problem: place, what is wrong, how to mend it. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ place, problem, mend }) => `${place}: ${problem}; ${mend}`);
}

/** Names that share a word with what was asked for; all of them would fill a screen. */
function nearestMend(asked: string): string {
  const words = asked.toLowerCase().split(/[^a-z0-9]+/);
  const near = shippedProfileNames().filter((name) =>
    name.split("-").some((part) => part.length > 1 && words.some((word) => word !== "" && part.startsWith(word))),
  );
  const some = near.length === 0 ? "" : `Did you mean ${near.slice(0, 8).join(", ")}? `;
  return `${some}"isotherm-ingest profile list" names them all; a file of your own ends in .yaml, as in ./mine.yaml.`;
}
