// One run of one contender: the fleet speaks at an even pace, and what it took is measured while nothing else runs.

import { join } from "node:path";
import { type BenchServer, influxQuery } from "../measure/servers.ts";
import { BenchProcess } from "../measure/processes.ts";
import type { Contender } from "./contenders.ts";

export interface Ground {
  readonly folder: string;
  readonly traceFile: string;
  readonly mosquitto: BenchServer;
  readonly influxd: BenchServer;
}

export interface Pace {
  readonly readingsPerS: number;
  readonly warmS: number;
  readonly seconds: number;
}

export interface RunResult {
  /** CPU of the contender, the broker and the store, in microseconds a reading. */
  readonly cpuUs: number;
  readonly brokerUs: number;
  readonly storeUs: number;
  readonly rssMb: { readonly now: number; readonly peak: number };
  readonly sent: number;
  /** Rows in InfluxDB at the end, those of the warm-up included. */
  readonly rows: number;
  /** From the last packet sent until every row was counted; undefined when some never came. */
  readonly completeAfterMs: number | undefined;
  /** How far behind its pace the generator ended. */
  readonly lateMs: number;
  /** Where the contender kept its files. */
  readonly folder: string;
}

/** What is on its way when the last packet has gone is waited for, as part of the work. */
const SETTLE_MS = 1000;
const COMPLETE_MS_MAX = 30_000;
let runs = 0;

export async function runOnce(contender: Contender, ground: Ground, pace: Pace): Promise<RunResult> {
  const database = `run${++runs}`;
  const { mosquitto, influxd } = ground;
  await influxQuery(influxd.url, `CREATE DATABASE ${database}`);
  const folder = join(ground.folder, database);
  const places = { brokerUrl: mosquitto.url, influxUrl: influxd.url, database };
  const contending = await contender.start({ folder, traceFile: ground.traceFile, ...places });
  const { readingsPerS, warmS, seconds } = pace;
  const args = [mosquitto.port, contender.payload, readingsPerS, warmS, seconds].map(String);
  const load = BenchProcess.node(join(import.meta.dirname, "load.ts"), args, process.env, [
    "--max-old-space-size=8000",
  ]);
  try {
    await load.says(/ready/, 600_000);
    load.tell("go");
    await load.says(/warm/);
    const cpuS = (): number[] => [contending, mosquitto.process, influxd.process].map((each) => each.cpuS());
    const before = cpuS();
    const [, measured, all, lateMs] = (await load.says(/sent (\d+) (\d+) (-?\d+)/, seconds * 3000 + 60_000)).map(
      Number,
    );
    await new Promise((resume) => setTimeout(resume, SETTLE_MS));
    const after = cpuS();
    const [cpuUs = 0, brokerUs = 0, storeUs = 0] = after.map(
      (each, at) => ((each - (before[at] ?? 0)) * 1e6) / (measured ?? 1),
    );
    const rssMb = contending.memoryMb();
    const { rows, completeAfterMs } = await untilComplete(influxd.url, database, all ?? 0);
    return { cpuUs, brokerUs, storeUs, rssMb, sent: all ?? 0, rows, completeAfterMs, lateMs: lateMs ?? 0, folder };
  } finally {
    await load.end("SIGKILL");
    await contending.end();
    if (process.env["ISOTHERM_BENCH_TELL"] !== undefined) console.error(contending.complained);
    await influxQuery(influxd.url, `DROP DATABASE ${database}`);
  }
}

/** Every row is counted, not assumed. */
async function untilComplete(url: string, database: string, wanted: number) {
  const startedAtMs = performance.now();
  for (;;) {
    const rows = (await influxQuery(url, "SELECT count(value) FROM reading", database)) ?? 0;
    const waitedMs = performance.now() - startedAtMs;
    if (rows >= wanted) return { rows, completeAfterMs: SETTLE_MS + waitedMs };
    if (waitedMs > COMPLETE_MS_MAX) return { rows, completeAfterMs: undefined };
    await new Promise((resume) => setTimeout(resume, 200));
  }
}
