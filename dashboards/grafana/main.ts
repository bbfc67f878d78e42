// The command `grafana-provisioning`.
import { parseArgs } from "node:util";
import { compareTrees, FileTreeError, firstDifferentLine, readTree, writeTree } from "./file-tree.ts";
import { generatedFiles } from "./generated-files.ts";
import { LINT_RULES } from "./lint-limits.ts";
import { findingLine } from "./lint-report.ts";
import { lint } from "./lint.ts";

const HELP = `grafana-provisioning: Isotherm's Grafana dashboards, written as code

  grafana-provisioning generate --out DIR   write the files; only those that changed, each whole or not at all
  grafana-provisioning lint [DIR]           check the files in DIR, or those that would be generated
  grafana-provisioning diff DIR             does DIR hold what would be generated?

Exit status: 0 yes, all well · 1 lint found something, or diff found a difference · 2 it could not be done

What is generated:
  provisioning/datasources/*.yaml   where the readings are (InfluxDB 1.x, InfluxQL)   → /etc/grafana/provisioning/datasources
  provisioning/dashboards/*.yaml    where Grafana finds the dashboards                → /etc/grafana/provisioning/dashboards
  dashboards/*.json                 the dashboards                                    → /var/lib/grafana/dashboards/isotherm

Grafana itself needs these in its environment; it leaves them empty without a word when they are missing:
  INFLUX_URL        such as http://influxdb:8086
  INFLUX_DATABASE   as in ingest's configuration (isotherm, unless you changed it)
  INFLUX_USER, INFLUX_PASSWORD   of a user who may only read

Readings must be kept in InfluxDB; Grafana cannot read the SQLite store.

What lint asks for:
${Object.entries(LINT_RULES)
  .map(([rule, why]) => `  ${rule.padEnd(18)} ${why}`)
  .join("\n")}
`;

async function generate(directory: string): Promise<number> {
  const files = generatedFiles();
  const written = await writeTree(directory, files);
  for (const path of written) console.log(`wrote ${path}`);
  const { strange } = compareTrees(files, await readTree(directory));
  for (const path of strange) console.log(`left alone ${path}, which is not generated (any more)`);
  console.log(`${directory}: ${files.size} files, ${written.length} of them changed`);
  return 0;
}

async function lintFiles(directory: string | undefined): Promise<number> {
  const files = directory === undefined ? generatedFiles() : await readTree(directory);
  if (files.size === 0) {
    // A misspelt directory must not look like a clean one.
    console.error(`${directory ?? ""} holds no JSON or YAML file`);
    return 2;
  }
  const findings = lint(files);
  for (const finding of findings) console.log(findingLine(finding));
  console.log(`${files.size} files, ${findings.length} findings`);
  return findings.length === 0 ? 0 : 1;
}

async function diff(directory: string): Promise<number> {
  const wanted = generatedFiles();
  const present = await readTree(directory);
  const { missing, different, strange } = compareTrees(wanted, present);
  for (const path of missing) console.log(`missing ${path}`);
  for (const path of different) {
    const line = firstDifferentLine(wanted.get(path) ?? "", present.get(path) ?? "");
    console.log(`different ${path}, from line ${line}`);
  }
  for (const path of strange) console.log(`not generated ${path}`);
  const isSame = missing.length + different.length + strange.length === 0;
  console.log(
    isSame ? `${directory} is what would be generated` : `mend: grafana-provisioning generate --out ${directory}`,
  );
  return isSame ? 0 : 1;
}

function wrongUse(problem: string): number {
  console.error(`${problem}\nTry: grafana-provisioning --help`);
  return 2;
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  const [verb, directory, ...more] = positionals;
  if (values.help === true || verb === "help") {
    console.log(HELP);
    return 0;
  }
  if (more.length > 0) return wrongUse(`"${more.join(" ")}" is more than it takes`);
  if (values.out !== undefined && verb !== "generate") return wrongUse("--out belongs to generate");
  switch (verb) {
    case "generate":
      if (directory !== undefined) return wrongUse(`write the directory as --out ${directory}`);
      return values.out === undefined ? wrongUse("generate needs --out DIR") : generate(values.out);
    case "lint":
      return lintFiles(directory);
    case "diff":
      return directory === undefined ? wrongUse("diff needs a directory") : diff(directory);
    default:
      return wrongUse(verb === undefined ? "say what to do: generate, lint or diff" : `"${verb}" is not known`);
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (thrown) {
  const cause = thrown instanceof FileTreeError && thrown.cause instanceof Error ? `: ${thrown.cause.message}` : "";
  console.error(thrown instanceof Error ? `${thrown.message}${cause}` : thrown);
  process.exitCode = 2;
}
