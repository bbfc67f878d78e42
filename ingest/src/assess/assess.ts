// The command `assess`: a logger's file in, what we would have found out.
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
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

/**
 * What the command prints.
 *
 * @param width columns of the terminal
 * @throws AssessRefusal for what is missing, unreadable or ambiguous
 */
export function runAssess(args: readonly string[], width: number): string {
  if (args.includes("--help") || args.includes("-h") || args.length === 0) return ASSESS_HELP;
  const options = assessOptions(args);
  const { profile, role, taken: profileTaken } = judgingProfile(options);
  const file = readLoggerFile(bytesOf(options.csv), options.file);
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
    throw new AssessRefusal(
      `${path} cannot be read (${(error as Error).message})`,
      "Give the path of the logger's file.",
      { cause: error },
    );
  }
  throw new AssessRefusal(`${path} has more than ${FILE_BYTES_MAX} bytes`, "Cut it into parts that each fit.");
}
