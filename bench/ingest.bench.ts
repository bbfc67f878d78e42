// Ingest with everything on, against a bare loop and the obvious design, at the same pace, with Mosquitto and influxd on
// the same cores.
//
//   npm run bench -- ingest
//
// ISOTHERM_BENCH_SECONDS shortens what is measured of each run, ISOTHERM_BENCH_PARTS (pace,flood,…) chooses parts.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BARE_LOOP, type Contender, OBVIOUS, OURS, writeFacts } from "./ingest/contenders.ts";
import { type Ground, type RunResult, runOnce } from "./ingest/run.ts";
import { measureState } from "./ingest/state-size.ts";
import { median } from "./measure/interleaved.ts";
import { startInfluxd, startMosquitto } from "./measure/servers.ts";

const seconds = Number(process.env["ISOTHERM_BENCH_SECONDS"] ?? 10);
const rounds = Number(process.env["ISOTHERM_BENCH_ROUNDS"] ?? 5);
const parts = (process.env["ISOTHERM_BENCH_PARTS"] ?? "pace,flood,state,stages,assess").split(",");
const PACED = 50_000;
/** A long-lived process is measured once it is compiled: that takes some ten seconds at this pace. */
const WARM_S = Number(process.env["ISOTHERM_BENCH_WARM_SECONDS"] ?? 12);
const FLOOD = 100_000;
const FLOOD_S = 60;
const RSS_MB_MAX = 200;

function tell(name: string, result: RunResult): void {
  const { cpuUs, brokerUs, storeUs, rssMb, rows, sent, completeAfterMs, lateMs } = result;
  const figures = [cpuUs, brokerUs, storeUs].map((us) => us.toFixed(2).padStart(9));
  const whole = rows === sent ? `all ${rows} rows` : `${rows} of ${sent} rows`;
  const after = completeAfterMs === undefined ? "never complete" : `within ${Math.round(completeAfterMs)} ms`;
  const late = lateMs > 500 ? `, the generator was ${lateMs} ms late` : "";
  console.log(
    `${name.padEnd(24)}${figures.join("")}  RSS ${rssMb.now.toFixed(0)} MB, at most ${rssMb.peak.toFixed(0)}; ${whole} ${after}${late}`,
  );
}

/** Equal pace, interleaved, so that a slow minute of the machine hits all alike. */
async function paced(ground: Ground): Promise<void> {
  console.log(
    `\n${PACED} readings/s, 10 a message, ${rounds} interleaved runs of ${seconds} s: CPU µs a reading (process, broker, store)`,
  );
  const contenders = [OURS, BARE_LOOP, OBVIOUS].filter(
    (_, at) =>
      !(process.env["ISOTHERM_BENCH_CONTENDERS"] ?? "ours,bare,obvious")
        .split(",")
        .every((name) => name !== ["ours", "bare", "obvious"][at]),
  );
  const results = new Map<Contender, RunResult[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) {
      const result = await runOnce(contender, ground, { readingsPerS: PACED, warmS: WARM_S, seconds });
      tell(contender.name, result);
      results.get(contender)?.push(result);
    }
  const medianOf = (contender: Contender): number => median((results.get(contender) ?? []).map(({ cpuUs }) => cpuUs));
  for (const contender of contenders) {
    const ratio = medianOf(OURS) / medianOf(contender);
    const wanted = contender === BARE_LOOP ? " (at most 1.5)" : contender === OBVIOUS ? " (at most 0.5)" : "";
    console.log(
      `${contender.name.padEnd(24)}median ${medianOf(contender).toFixed(2)} µs; ours is ${ratio.toFixed(2)} × it${wanted}`,
    );
  }
}

async function flood(ground: Ground): Promise<void> {
  const floodS = process.env["ISOTHERM_BENCH_SECONDS"] === undefined ? FLOOD_S : seconds;
  console.log(`\n${FLOOD} readings/s for ${floodS} s, every row counted, RSS under ${RSS_MB_MAX} MB`);
  tell(OURS.name, await runOnce(OURS, ground, { readingsPerS: FLOOD, warmS: 0, seconds: floodS }));
}

async function state(ground: Ground): Promise<void> {
  const { folder } = await runOnce(OURS, ground, { readingsPerS: 10_000, warmS: 0, seconds: 3 });
  const places = { folder: join(ground.folder, "state"), traceFile: ground.traceFile };
  const servers = { brokerUrl: ground.mosquitto.url, influxUrl: ground.influxd.url, database: "state" };
  const { openMs, emptyMb, fleetMb, bytesEach } = await measureState(
    { ...places, ...servers },
    join(folder, "state.db"),
  );
  console.log(`\nState of 10,000 channels and 1,000 open shipments, medians of three`);
  console.log(`opened in ${openMs.toFixed(0)} ms (under 2,000)`);
  const mb = `${fleetMb.toFixed(1)} MB of heap, ${emptyMb.toFixed(1)} without them`;
  console.log(`${bytesEach.toFixed(0)} bytes a channel and open shipment (at most 1,024): ${mb}`);
}

const folder = mkdtempSync(join(tmpdir(), "isotherm-bench-"));
const traceFile = join(folder, "trace.db");
writeFacts(traceFile);
const ground = { folder, traceFile, mosquitto: await startMosquitto(folder), influxd: await startInfluxd(folder) };
try {
  if (parts.includes("pace")) await paced(ground);
  if (parts.includes("flood")) await flood(ground);
  if (parts.includes("state")) await state(ground);
} finally {
  await ground.mosquitto.process.end();
  await ground.influxd.process.end();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
