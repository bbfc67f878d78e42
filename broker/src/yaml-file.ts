import { readFile, stat } from "node:fs/promises";
import { parseDocument } from "yaml";
import type { Problem } from "./errors.ts";

/** Far more than the identities of any broker of ours; a wrong path must not fill the memory. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;

/** The parsed file, or why it cannot be read, with line and column. Never throws for what is wrong with the file. */
export async function readYamlFile(
  file: string,
): Promise<{ readonly value: unknown } | { readonly problems: readonly Problem[] }> {
  try {
    const { size } = await stat(file);
    if (size > FILE_BYTES_MAX) {
      const problem = `has ${size} bytes, more than ${FILE_BYTES_MAX}`;
      return { problems: [{ place: file, problem, mend: "check that this is the right file" }] };
    }
    const document = parseDocument(await readFile(file, "utf8"));
    if (document.errors.length === 0) return { value: document.toJS() as unknown };
    return {
      problems: document.errors.map(({ linePos, message }) => ({
        place: `line ${linePos?.[0].line ?? 1}, column ${linePos?.[0].col ?? 1}`,
        problem: (message.split("\n", 1)[0] ?? message).replace(/ at line \d+, column \d+:$/, ""),
        mend: "correct the YAML there",
      })),
    };
  } catch (error) {
    const problem = `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    return { problems: [{ place: file, problem, mend: "check the path and who may read it" }] };
  }
}
