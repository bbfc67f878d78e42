// The command `assess`: a logger's file in, what we would have found out.
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { fileTrouble } from "../file-trouble.ts";
import { ASSESS_HELP } from "./assess-help.ts";
import { assessOptions } from "./assess-options.ts";
import { assess } from "./assessment.ts";
import { assessmentJson } from "./assessment-json.ts";
import { assessmentText } from "./assessment-text.ts";
import { judgingProfile } from "./judging-profile.ts";
import { readLoggerFile } from "./logger-file.ts";
import { recordFinding } from "./record-interval.ts";
import { AssessRefusal } from "./refusal.ts";
import { FILE_BYTES_MAX } from "./text-lines.ts";

/** About 100,000 rows, which take a second or two. */
const LARGE_BYTES = 2_500_000;

/**
 * What the command prints.
 *
 * @param width columns of the terminal
 * @param say hears how far a large file has come
 * @throws AssessRefusal for what is missing, unreadable or ambiguous
 */
export function runAssess(args: readonly string[], width: number, say?: (text: string) => void): string {
  if (args.includes("--help") || args.includes("-h") || args.length === 0) return ASSESS_HELP;
  const options = assessOptions(args);
  const { profile, role, taken: profileTaken } = judgingProfile(options);
  const bytes = bytesOf(options.csv);
  const tell = bytes.length < LARGE_BYTES ? undefined : say;
  tell?.(`reading ${basename(options.csv)}, ${Math.round(bytes.length / 1e6)} MB\n`);
  const file = readLoggerFile(bytes, options.file);
  tell?.(`judging ${file.readings.count} readings\n`);
  const { quantity } = options.file;
  const assessment = assess(file.readings, profile, quantity, role);
  const rules = assessment.rules.map(({ rule }) => rule);
  const records = options.recordInterval === null ? null : recordFinding(options.recordInterval, file.readings, rules);
  const taken = [...file.taken, ...profileTaken];
  const told = { fileName: basename(options.csv), file, assessment, records, quantity, taken };
  return options.isJson ? `${JSON.stringify(assessmentJson(told), null, 2)}\n` : assessmentText(told, width);
}

function bytesOf(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size <= FILE_BYTES_MAX) return readFileSync(path);
  } catch (error) {
    throw new AssessRefusal(`${path} cannot be read: ${fileTrouble(error)}`, "Give the path of the logger's file.", {
      cause: error,
    });
  }
  throw new AssessRefusal(`${path} has more than ${FILE_BYTES_MAX} bytes`, "Cut it into parts that each fit.");
}
