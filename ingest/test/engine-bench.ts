// Ingest's state with an assessor over readings in memory: several assets with several channels, judged by whatever
// assignments are given.

import { type ChannelDeclaration, type ReadingSlice, type StreamBirth } from "@isotherm/coldchain";
import { join } from "node:path";
import { Assessor } from "../src/assessor.ts";
import { type Assignment, changedKeys } from "../src/assignment.ts";
import { END_OF_TIME_MS } from "../src/dirty-table.ts";
import { noteStored } from "../src/stored-readings.ts";
import { ReadingAssembly } from "../src/reading-assembly.ts";
import { IngestState } from "../src/state.ts";
import { openStateReader } from "../src/state-reader.ts";
import type { StateReader } from "../src/state-rows.ts";
import { newStream } from "../src/stream-state.ts";
import { MemoryStore } from "./memory-store.ts";
import { BOOT, EPOCH } from "./scripted-gateway.ts";

export const TENANT = "tenant1";

export interface EngineSample {
  readonly assetId: string;
  readonly number: number;
  readonly atMs: number;
  /** By channel. */
  readonly values: Readonly<Record<string, number | null>>;
}

export const CHANNELS: readonly ChannelDeclaration[] = [
  { channel: "temperature/a", alias: 3, role: "product", unit: "Cel", resolution: 0.1 },
  { channel: "temperature/b", alias: 4, role: "product", unit: "Cel", resolution: 0.1 },
  { channel: "door/rear", alias: 5, role: "door", unit: "1", resolution: 1 },
];

function birthOf(assetId: string): StreamBirth {
  return { epoch: EPOCH, assetId, issued: 0, numberAlias: 1, monotonicAlias: 2, channels: [...CHANNELS] };
}

export class EngineBench {
  readonly state: IngestState;
  readonly #file: string;
  readonly #store = new MemoryStore();
  readonly #assessor: Assessor;

  constructor(folder: string, assetIds: readonly string[], pageMax = 4) {
    this.#file = join(folder, "state.db");
    this.state = IngestState.open(this.#file);
    const { state } = this;
    state.db.transaction(() => {
      for (const assetId of assetIds) {
        state.gateways.setAssetStatus(TENANT, assetId, "group1/gw-1", "online");
        for (const channel of CHANNELS) state.gateways.declare(TENANT, assetId, channel);
      }
    });
    this.#assessor = new Assessor({
      state,
      reader: () => Promise.resolve(this.#store.reader(pageMax)),
      groupAboveChannels: Infinity,
      assessed: () => undefined,
    });
  }

  async store(samples: readonly EngineSample[], receivedAtMs: number): Promise<void> {
    const assembly = new ReadingAssembly(this.state.latest);
    for (const { assetId, number, atMs, values } of samples) {
      const readings = CHANNELS.flatMap(({ channel, alias }) => {
        const value = values[channel];
        return value === undefined ? [] : [{ alias, value, quality: value === null ? 1 : 0 }];
      });
      const record = { number, bootId: BOOT, monotonicMs: atMs, wallMs: atMs, anchorOrdinal: 1, readings };
      const placed = { stream: newStream("group1/gw-1", EPOCH, assetId), tenantId: TENANT, bytes: new Uint8Array(0) };
      assembly.add({ ...placed, record, birth: birthOf(assetId), sampledAtMs: atMs, receivedAtMs });
    }
    const stored = assembly.finish();
    await this.#store.writer().write(stored.batch);
    this.state.db.transaction(() => noteStored(this.state, stored));
  }

  assign(assignments: readonly Assignment[], receivedAtMs: number): void {
    const { state } = this;
    const after = new Map(assignments.map((assignment) => [assignment.key, assignment]));
    const before = state.assignments.all;
    const changed = changedKeys(before, after);
    state.db.transaction(() => {
      state.assignments.save(changed, after);
      for (const assetId of new Set(changed.flatMap((key) => [before.get(key)?.assetId, after.get(key)?.assetId])))
        for (const { channel } of assetId === undefined ? [] : CHANNELS)
          state.dirty.add({
            tenantId: TENANT,
            assetId: assetId as string,
            channel,
            fromMs: 0,
            toMs: END_OF_TIME_MS,
            newerFromMs: null,
            newerToMs: null,
            receivedAtMs,
            cause: "fact",
          });
    });
    state.assignments.committed(after);
  }

  async assess(): Promise<void> {
    while (await this.#assessor.pass());
  }

  read<T>(read: (reader: StateReader) => T): T {
    const reader = openStateReader(this.#file);
    try {
      return read(reader);
    } finally {
      reader.close();
    }
  }

  close(): void {
    this.state.close();
  }
}

/** What a channel has measured, in its order, from all samples. */
export function sliceOf(samples: readonly EngineSample[], assetId: string, channel: string): ReadingSlice {
  const own = samples
    .filter((sample) => sample.assetId === assetId && sample.values[channel] !== undefined)
    .sort((a, b) => a.atMs - b.atMs || a.number - b.number);
  return {
    count: own.length,
    atMs: Float64Array.from(own, ({ atMs }) => atMs),
    value: Float64Array.from(own, ({ values }) => values[channel] ?? Number.NaN),
    good: Uint8Array.from(own, ({ values }) => (values[channel] === null ? 0 : 1)),
  };
}
