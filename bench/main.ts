/** `npm run bench`: runs the benchmarks, each in a process of its own, one after the other. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const HELP = `Runs the benchmarks.

  npm run bench             all of them
  npm run bench -- codec    those named

Each prints the median of interleaved rounds, CPU time per unit first, and ratios. Trust the ratios: on a shared machine
absolute times move by a factor of two.`;

const FOLDER = import.meta.dirname;
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "main.ts")
  .sort();
const known = files.map(nameOf);

/** `codec` of `codec.bench.ts`. */
function nameOf(file: string): string {
  return file.replace(/(\.bench)?\.ts$/, "");
}

function run(names: readonly string[]): number {
  let failed = 0;
  for (const name of names) {
    console.log(`== ${name}`);
    const args = ["--disable-warning=ExperimentalWarning", join(FOLDER, files[known.indexOf(name)] as string)];
    const { status, signal } = spawnSync(process.execPath, args, { stdio: "inherit" });
    if (status === 0) continue;
    failed++;
    console.error(`${name} ended with ${signal ?? `code ${status}`}`);
  }
  return failed;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !name.startsWith("-") && !known.includes(name));
if (wanted.some((word) => word === "--help" || word === "-h")) {
  console.log(`${HELP}\n\nThere are: ${known.join(", ")}`);
} else if (unknown.length > 0 || wanted.some((word) => word.startsWith("-"))) {
  console.error(`No benchmark is called ${unknown.join(", ") || wanted.join(" ")}. There are: ${known.join(", ")}`);
  process.exitCode = 2;
} else {
  process.exitCode = run(wanted.length > 0 ? wanted : known) > 0 ? 1 : 0;
}
