// Whether profiles can be used: every problem with its place and mend, and what is worth a look in those that can.
import { basename } from "node:path";
import { type Profile, parseProfile } from "@isotherm/coldchain";
import { durationText } from "../assess/duration-text.ts";
import { limitsText } from "./limit-words.ts";
import { ProfileNotFoundError, profileText, shippedProfileNames } from "./shipped-profiles.ts";

interface PlacedProblem {
  readonly file: string;
  /** 0 when the file could not be read. */
  readonly line: number;
  /** As `limits[0].high`; empty for the whole file. */
  readonly path: string;
  readonly problem: string;
  readonly mend: string;
}

export interface CheckedProfile {
  readonly file: string;
  readonly isRead: boolean;
  readonly isSound: boolean;
  readonly problems: readonly PlacedProblem[];
  /** Of a sound one: what could surprise, in words. */
  readonly notes: readonly string[];
  readonly profile: Profile | null;
  readonly lines: readonly string[];
}

/** A file that cannot be read is told among the others, which are checked all the same. */
export function checkProfiles(files: readonly string[]): CheckedProfile[] {
  const shipped = new Set(shippedProfileNames());
  const seen = new Map<string, string>();
  return files.map((file) => {
    // A bare name without an ending is a file here too: there is nothing to check about the shipped ones.
    const found = textOf(/[/\\]/.test(file) ? file : `./${file}`);
    if (found instanceof ProfileNotFoundError) return unreadable(file, found);
    const { text } = found;
    const read = parseProfile(text, file);
    const lines = text.split(/\r\n|\n/);
    if ("problems" in read) {
      const problems = read.problems.map(({ place, problem, mend }) => ({
        ...placeOf(place, file),
        problem:
          problem === "null cannot be used" && placeOf(place, file).path === "" ? "nothing stands in it" : problem,
        mend,
      }));
      return { file, isRead: true, isSound: false, problems, notes: [], profile: null, lines };
    }
    const { profile } = read;
    const notes = notesOf(profile, file, seen.get(profile.id), isOther(profile.id, text, shipped));
    seen.set(profile.id, file);
    return { file, isRead: true, isSound: true, problems: [], notes, profile, lines };
  });
}

function textOf(path: string): { readonly text: string } | ProfileNotFoundError {
  try {
    return profileText(path);
  } catch (error) {
    if (error instanceof ProfileNotFoundError) return error;
    throw error;
  }
}

function unreadable(file: string, { trouble, mend }: ProfileNotFoundError): CheckedProfile {
  const problems = [{ file, line: 0, path: "", problem: `cannot be read: ${trouble}`, mend }];
  return { file, isRead: false, isSound: false, problems, notes: [], profile: null, lines: [] };
}

/** The parser gives `file:line path` in one text. */
function placeOf(place: string, file: string): Pick<PlacedProblem, "file" | "line" | "path"> {
  const [, line = "1", path = ""] = /^:(\d+)\s*(.*)$/.exec(place.slice(file.length)) ?? [];
  return { file, line: Number(line), path };
}

/** A shipped profile bears its file's name as its id. */
function isOther(id: string, text: string, shipped: ReadonlySet<string>): boolean {
  return shipped.has(id) && profileText(id).text !== text;
}

function notesOf(profile: Profile, file: string, sameIn: string | undefined, isLikeShipped: boolean): string[] {
  const { id } = profile;
  const notes: string[] = [];
  if (sameIn !== undefined)
    notes.push(`id ${id} is also that of ${sameIn}: of two profiles with one id only one counts`);
  if (isLikeShipped)
    notes.push(`id ${id} is that of a shipped profile with other contents: give yours an id of its own`);
  if (basename(file).replace(/\.ya?ml$/i, "") !== id)
    notes.push(`the file is not named ${id}.yaml, which would show what is in it`);
  profile.limits.forEach((row, at) => {
    const consecutive = row.allowances.find(({ kind }) => kind === "consecutive");
    if (consecutive !== undefined && row.onDelayMs > consecutive.allowedMs)
      notes.push(
        `limits[${at}]: the alarm comes after ${durationText(row.onDelayMs)}, ` +
          `when time outside has been a breach since ${durationText(consecutive.allowedMs)}`,
      );
  });
  return notes;
}

export function checkText(checked: readonly CheckedProfile[]): string {
  return checked
    .map(({ file, problems, notes, profile, lines }) => {
      if (profile !== null) {
        const said = notes.map((note) => `  note: ${note}\n`).join("");
        return `${file} is sound: ${profile.id} version ${profile.version}, ${profile.title.en}\n  ${limitsText(profile.limits)}\n${said}`;
      }
      const told = problems.map(({ line, path, problem, mend }) => {
        // What is missing stands on no line.
        const source = problem === "is missing" ? "" : shownLine(lines[line - 1] ?? "");
        return `${file}${line === 0 ? "" : `:${line}`}${path === "" ? "" : ` ${path}`}: ${printable(problem)}\n${source === "" ? "" : `    ${source}\n`}    mend: ${mend}\n`;
      });
      const count = problems.length === 1 ? "1 thing" : `${problems.length} things`;
      return `${told.join("")}${file}: ${count} to mend\n`;
    })
    .join("\n");
}

const LINE_LENGTH_MAX = 100;

function shownLine(line: string): string {
  const text = printable(line.trim());
  return text.length > LINE_LENGTH_MAX ? `${text.slice(0, LINE_LENGTH_MAX)} …` : text;
}

/** A file that is no text must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "�");
}

export function checkJson(checked: readonly CheckedProfile[]): object {
  return checked.map(({ file, isSound, problems, notes, profile }) => ({
    file,
    isSound,
    problems,
    notes,
    ...(profile === null ? {} : { id: profile.id, version: profile.version, title: profile.title }),
  }));
}
