// Ingest in a process of its own, opened on a state file: how long until it is open, and what it keeps on the heap.
//
// Says `open <ms> <bytes>`: from the call to the answer, and the heap, buffers included, after collecting garbage.

import { seededRandom } from "@isotherm/coldchain";
import { pino } from "pino";
import { readConfig } from "../src/config.ts";
import { Ingest } from "../src/ingest.ts";
import { systemClock, systemScheduler } from "../src/ports.ts";

const [, , configFile = ""] = process.argv;
const SETTLE_MS = 3000;

const startedAtMs = performance.now();
const ingest = await Ingest.open(readConfig(configFile, process.env), {
  clock: systemClock,
  scheduler: systemScheduler,
  random: seededRandom(1),
  log: pino({ level: "silent" }),
  broken: (error) => {
    throw error;
  },
});
const openMs = performance.now() - startedAtMs;
// Facts are looked at once after the start.
await new Promise((resume) => setTimeout(resume, SETTLE_MS));
for (let times = 0; times < 3; times++) globalThis.gc?.();
const { heapUsed, external } = process.memoryUsage();
console.log(`open ${openMs.toFixed(0)} ${heapUsed + external}`);
await ingest.close();
process.exit(0);
