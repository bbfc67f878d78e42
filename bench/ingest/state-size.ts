// What a fleet's state costs: the heap of ingest over a state file with the fleet, less that over an empty one; and how
// long it takes to open.

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { TraceWriter } from "@isotherm/trace";
import { median } from "../measure/interleaved.ts";
import { BenchProcess } from "../measure/processes.ts";
import { type Surroundings, writeIngestConfig } from "./contenders.ts";
import { ASSETS, CHANNELS_PER_ASSET } from "./fleet.ts";

const ROUNDS = 3;

export interface StateSize {
  readonly openMs: number;
  readonly emptyMb: number;
  readonly fleetMb: number;
  /** For each channel, an open shipment counted as one more. */
  readonly bytesEach: number;
}

/** @param stateFile as a run with the whole fleet has left it */
export async function measureState(surroundings: Surroundings, stateFile: string): Promise<StateSize> {
  const emptyTrace = join(surroundings.folder, "empty-trace.db");
  mkdirSync(surroundings.folder, { recursive: true });
  new TraceWriter(emptyTrace, { wallMs: () => Date.now(), monotonicMs: () => performance.now() }).close();
  const openMs: number[] = [];
  const bytes = { empty: [] as number[], fleet: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const empty = { ...surroundings, folder: join(surroundings.folder, `empty-${round}`), traceFile: emptyTrace };
    bytes.empty.push((await probe(writeIngestConfig(empty), surroundings.influxUrl)).bytes);
    const fleet = { ...surroundings, folder: join(surroundings.folder, `fleet-${round}`) };
    const configFile = writeIngestConfig(fleet);
    copyFileSync(stateFile, join(fleet.folder, "state.db"));
    const probed = await probe(configFile, surroundings.influxUrl);
    bytes.fleet.push(probed.bytes);
    openMs.push(probed.openMs);
  }
  const [empty, fleet] = [median(bytes.empty), median(bytes.fleet)];
  return {
    openMs: median(openMs),
    emptyMb: empty / 2 ** 20,
    fleetMb: fleet / 2 ** 20,
    bytesEach: (fleet - empty) / (ASSETS * CHANNELS_PER_ASSET + ASSETS),
  };
}

async function probe(configFile: string, influxUrl: string) {
  const env = { ...process.env, INFLUX_URL: influxUrl };
  const child = BenchProcess.node(join(import.meta.dirname, "../../ingest/test/memory-probe.ts"), [configFile], env, [
    "--expose-gc",
  ]);
  const [, openMs, bytes] = (await child.says(/open (\d+) (\d+)/)).map(Number);
  await child.end();
  return { openMs: openMs ?? Number.NaN, bytes: bytes ?? Number.NaN };
}
