// A file of facts (YAML): profiles, tenants, people, assets and shipments, said in the order in which they depend on
// one another.

import { LineCounter, parseDocument } from "yaml";
import { factRow, type FactKind } from "./fact-kinds.ts";
import { TraceError } from "./errors.ts";

export interface FileFact {
  readonly kind: FactKind;
  readonly id: string;
  readonly value: unknown;
}

export interface FactProblem {
  readonly place: string;
  readonly problem: string;
}

/** Lists of a file, in the order in which their facts must be said. */
const LISTS: readonly (readonly [string, FactKind])[] = [
  ["profiles", "profile"],
  ["tenants", "tenant"],
  ["people", "person"],
  ["assets", "asset"],
  ["shipments", "shipment"],
];

/**
 * Checks a file whole. A profile may be given as `{ file: NAME.yaml }`, with `validFromMs` where it does not hold for
 * ever; `readProfile` turns it into its text.
 * Every problem is reported at once, each with its line.
 */
export function parseFactFile(
  text: string,
  fileName: string,
  readProfile: (file: string) => { profileId: string; version: number; text: string },
): { facts: FileFact[] } | { problems: FactProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const placeOf = (path: readonly (string | number)[]): string => {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    return node?.range === undefined ? fileName : `${fileName}:${lines.linePos(node.range[0]).line}`;
  };
  const problems: FactProblem[] = document.errors.map((error) => ({
    place: `${fileName}:${lines.linePos(error.pos[0]).line}`,
    problem: error.message.split("\n")[0] ?? "not YAML",
  }));
  const root: unknown = problems.length > 0 ? {} : document.toJS();
  if (typeof root !== "object" || root === null || Array.isArray(root))
    return {
      problems: [{ place: fileName, problem: `expected lists named ${LISTS.map(([name]) => name).join(", ")}` }],
    };
  for (const name of Object.keys(root))
    if (!LISTS.some(([known]) => known === name))
      problems.push({ place: placeOf([name]), problem: `unknown list ${name}` });
  const facts: FileFact[] = [];
  for (const [name, kind] of LISTS) {
    const list: unknown = (root as Record<string, unknown>)[name] ?? [];
    if (!Array.isArray(list)) problems.push({ place: placeOf([name]), problem: `${name} must be a list` });
    else
      list.forEach((entry: unknown, i) => {
        try {
          const value = kind === "profile" ? profileOf(entry, readProfile) : entry;
          facts.push({ kind, id: factRow(kind, value).id, value });
        } catch (error) {
          problems.push({ place: placeOf([name, i]), problem: error instanceof Error ? error.message : String(error) });
        }
      });
  }
  return problems.length > 0 ? { problems } : { facts };
}

function profileOf(entry: unknown, readProfile: (file: string) => object): unknown {
  const { file, ...more } = (entry ?? {}) as { file?: unknown };
  if (file === undefined) return entry;
  if (typeof file !== "string") throw new TraceError("FACT_REFUSED", "profile: file must be a name");
  return { ...more, ...readProfile(file) };
}
