import type { z } from "zod";
import type { Problem } from "./errors.ts";

/** A zod error as problems with their places: `listeners[0].port`. What a schema says in its message after `; ` is the mend. */
export function problemsOf(error: z.ZodError, root: string): Problem[] {
  return error.issues.map((issue) => {
    const [problem = issue.message, mend] = issue.message.split("; ", 2);
    return { place: placeOf(issue.path, root), problem, mend: mend ?? mendOf(issue) };
  });
}

function placeOf(path: readonly PropertyKey[], root: string): string {
  const place = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return place === "" ? root : place.replace(/^\./, "");
}

function mendOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return `remove ${issue.keys.join(", ")}, or correct the spelling`;
    case "too_small":
      return `give at least ${String(issue.minimum)}`;
    case "too_big":
      return `give at most ${String(issue.maximum)}`;
    case "invalid_type":
      return `give a value of type ${issue.expected}`;
    default:
      return "see `isotherm-broker --help` for an example";
  }
}
