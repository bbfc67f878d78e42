// The command `profile`: list, show and check.
import { parseArgs } from "node:util";
import { type Profile, parseProfile } from "@isotherm/coldchain";
import { limitsText } from "./limit-words.ts";
import { checkJson, checkProfiles, checkText } from "./profile-check.ts";
import { PROFILE_HELP } from "./profile-help.ts";
import { profileShowText } from "./profile-show.ts";
import { ProfileNotFoundError, profileText, shippedProfiles } from "./shipped-profiles.ts";

export interface ProfileAnswer {
  readonly text: string;
  readonly exitCode: 0 | 1 | 2;
  /** That nothing could be done: it belongs on standard error. */
  readonly isComplaint?: true;
}

const OPTIONS = {
  json: { type: "boolean" },
  yaml: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

interface Asked {
  readonly words: readonly string[];
  readonly isJson: boolean;
  readonly isYaml: boolean;
  readonly width: number;
}

/**
 * What the command prints, and how it exits: 1 when a profile is wrong.
 *
 * @param width columns of the terminal
 */
export function runProfile(args: readonly string[], width: number): ProfileAnswer {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [verb, ...words] = positionals;
  if (values.help === true || args.length === 0) return { text: PROFILE_HELP, exitCode: 0 };
  const asked = { words, isJson: values.json === true, isYaml: values.yaml === true, width };
  try {
    if (verb === "list") return list(asked);
    if (verb === "show" && words.length === 1) return show(words[0] as string, asked);
    if (verb === "check" && words.length > 0) return check(asked);
  } catch (error) {
    if (!(error instanceof ProfileNotFoundError)) throw error;
    return { text: `${error.message}\n  ${error.mend}\n`, exitCode: 2, isComplaint: true };
  }
  const mend = "Write profile list [WORD…], profile show NAME|FILE, or profile check FILE…; see profile --help.\n";
  return { text: mend, exitCode: 2, isComplaint: true };
}

const json = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

function list({ words, isJson }: Asked): ProfileAnswer {
  const found = shippedProfiles()
    .map(({ profile }) => profile)
    .filter((profile) => words.every((word) => wordsOf(profile).includes(word.toLowerCase())));
  if (isJson) return { text: json(found.map((profile) => ({ name: profile.id, ...profile }))), exitCode: 0 };
  if (found.length === 0)
    return { text: `no shipped profile has "${words.join(" ")}" in its name, title or source\n`, exitCode: 0 };
  const name = Math.max(...found.map(({ id }) => id.length));
  const entries = found.map(
    ({ id, title, limits, source }) =>
      `${id.padEnd(name)}  ${limitsText(limits)}\n${" ".repeat(name)}  ${title.en} · ${title.zh}\n${" ".repeat(name)}  ${firstSentence(source)}\n`,
  );
  const count = `${found.length} shipped ${found.length === 1 ? "profile" : "profiles"}`;
  return { text: `${entries.join("")}\n${count}; profile show NAME tells every limit and its source\n`, exitCode: 0 };
}

function wordsOf({ id, title, source }: Profile): string {
  return `${id} ${title.en} ${title.zh} ${source}`.toLowerCase();
}

/** What a profile rests on, without what is said about it. */
function firstSentence(source: string): string {
  return /^.*?(?=[.:;](?:\s|$))/su.exec(source)?.[0] ?? source;
}

function show(nameOrFile: string, { isJson, isYaml, width }: Asked): ProfileAnswer {
  const { text, path } = profileText(nameOrFile);
  if (isYaml) return { text, exitCode: 0 };
  const read = parseProfile(text, nameOrFile);
  if ("problems" in read) {
    const checked = checkProfiles([path]);
    return { text: isJson ? json(checkJson(checked)) : checkText(checked), exitCode: 1 };
  }
  return { text: isJson ? json({ file: path, ...read.profile }) : profileShowText(read.profile, width), exitCode: 0 };
}

function check({ words, isJson }: Asked): ProfileAnswer {
  const checked = checkProfiles(words);
  return {
    text: isJson ? json(checkJson(checked)) : checkText(checked),
    exitCode: checked.some(({ isRead }) => !isRead) ? 2 : checked.every(({ isSound }) => isSound) ? 0 : 1,
  };
}
