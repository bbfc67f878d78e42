// The pipeline over real files and no broker: messages go in as bytes, and what is sent back is noted.

import { join } from "node:path";
import {
  type Acceptance,
  MetricColumns,
  VirtualTime,
  decodePayload,
  deviceTopic,
  nodeTopic,
  readAcceptance,
  seededRandom,
  type StreamBirth,
  type ChainRecord,
} from "@isotherm/coldchain";
import { DEFAULT_BOUNDS, type IngestBounds } from "../src/bounds.ts";
import { CommandSender } from "../src/command-sender.ts";
import { FailureMemory } from "../src/failure-memory.ts";
import { ForeignDoors } from "../src/foreign/foreign-doors.ts";
import type { Mapping } from "../src/mapping/mapping-rules.ts";
import { type BatchDone, type CommitStep, Pipeline } from "../src/pipeline.ts";
import { IngestState } from "../src/state.ts";
import type { StateReader } from "../src/state-rows.ts";
import { openStateReader } from "../src/state-reader.ts";
import { openReadingReader, openReadingWriter } from "../src/store/open-reading-store.ts";
import type { ReadingWriter, StoreHome } from "../src/store/reading-store.ts";
import { tempDir } from "../../checks/kit.ts";
import { HOST_ID } from "./bench.ts";
import {
  anchorRecord,
  assetStream,
  birthPayload,
  dataPayload,
  gatewayStream,
  nodeBirthPayload,
} from "./scripted-gateway.ts";

export const T0 = 1_780_000_000_000;
export const COLD = assetStream("cold-1");
export const OWN = gatewayStream();

export interface PipelineOptions {
  readonly bounds?: Partial<IngestBounds>;
  readonly step?: (step: CommitStep) => void;
  readonly mappings?: readonly Mapping[];
  readonly wrapWriter?: (writer: ReadingWriter) => ReadingWriter;
}

export class PipelineBench {
  readonly folder: string;
  readonly time: VirtualTime;
  readonly state: IngestState;
  readonly pipeline: Pipeline;
  readonly home: StoreHome;
  readonly done: BatchDone[] = [];
  readonly storeProblems: (Error | undefined)[] = [];
  readonly acceptances = new Map<string, Acceptance>();
  rebirths = 0;
  readonly rebirthTopics: string[] = [];
  readonly #writer: ReadingWriter;

  private constructor(folder: string, home: StoreHome, writer: ReadingWriter, options: PipelineOptions, nowMs: number) {
    this.folder = folder;
    this.home = home;
    this.time = new VirtualTime(nowMs);
    this.state = IngestState.open(join(folder, "state.db"));
    this.#writer = writer;
    const { clock, scheduler } = { clock: this.time, scheduler: this.time };
    const send = (topic: string, payload: Uint8Array): boolean => this.#hear(topic, payload);
    this.pipeline = new Pipeline({
      state: this.state,
      failures: new FailureMemory(100),
      groups: { group1: "tenant1" },
      bounds: { ...DEFAULT_BOUNDS, ...options.bounds },
      doors: new ForeignDoors(options.mappings ?? []),
      writer: options.wrapWriter?.(writer) ?? writer,
      sender: new CommandSender({ hostId: HOST_ID, clock, scheduler, random: seededRandom(1), send }),
      clock,
      scheduler,
      committed: (done) => this.done.push(done),
      storeProblem: (problem) => this.storeProblems.push(problem),
      ...(options.step === undefined ? {} : { step: options.step }),
    });
  }

  static async open(folder: string, options: PipelineOptions = {}, nowMs = T0): Promise<PipelineBench> {
    const home = { kind: "sqlite", path: join(folder, "readings.db") } as const;
    return new PipelineBench(folder, home, await openReadingWriter(home), options, nowMs);
  }

  async send(...messages: readonly (readonly [topic: string, payload: Uint8Array])[]): Promise<void> {
    const receivedAtMs = this.time.wallMs();
    await this.pipeline.run(messages.map(([topic, payload]) => ({ topic, payload, receivedAtMs })));
  }

  birth(birth: StreamBirth): readonly [string, Uint8Array] {
    return [deviceTopic("group1", "DBIRTH", "gw-1", birth.assetId), birthPayload(birth)];
  }

  nodeBirth(hostId = HOST_ID): readonly [string, Uint8Array] {
    return [nodeTopic("group1", "NBIRTH", "gw-1"), nodeBirthPayload(hostId)];
  }

  data(
    birth: StreamBirth,
    records: readonly ChainRecord[],
    more: Parameters<typeof dataPayload>[2] = {},
  ): readonly [string, Uint8Array] {
    return this.raw(birth.assetId, dataPayload(birth, records, more));
  }

  raw(assetId: string, payload: Uint8Array): readonly [string, Uint8Array] {
    return [deviceTopic("group1", "DDATA", "gw-1", assetId), payload];
  }

  count(name: string): number {
    return this.done.reduce((total, { counts }) => total + (counts.get(name as never) ?? 0), 0);
  }

  /** Instants and values that are stored of a channel, with their quality codes. */
  async stored(
    channel = "temperature/p1",
    assetId = "cold-1",
  ): Promise<[atMs: number, value: number, quality: number][]> {
    const reader = await openReadingReader(this.home);
    const series = { tenantId: "tenant1", assetId, channel };
    const { length, atMs, value, raw, quality } = await reader.readings({ series, fromMs: 0, toMs: 4e12 });
    await reader.close();
    return Array.from({ length }, (_, at) => {
      const good = quality[at] === 0;
      return [atMs[at] as number, (good ? value[at] : raw[at]) as number, quality[at] as number];
    });
  }

  read<T>(read: (reader: StateReader) => T): T {
    const reader = openStateReader(join(this.folder, "state.db"));
    try {
      return read(reader);
    } finally {
      reader.close();
    }
  }

  async close(): Promise<void> {
    this.pipeline.close();
    await this.#writer.close();
    this.state.close();
  }

  #hear(topic: string, payload: Uint8Array): boolean {
    const columns = new MetricColumns();
    decodePayload(payload, columns);
    const acceptance = readAcceptance(columns);
    const assetId = topic.split("/")[4];
    if (acceptance !== undefined && assetId !== undefined) this.acceptances.set(assetId, acceptance);
    else {
      this.rebirths++;
      this.rebirthTopics.push(topic);
    }
    return true;
  }
}

/** A pipeline in a folder of its own, closed at the end. */
export async function withBench(
  options: PipelineOptions,
  body: (bench: PipelineBench) => Promise<void>,
): Promise<void> {
  const bench = await PipelineBench.open(await tempDir(), options);
  try {
    await body(bench);
  } finally {
    await bench.close();
  }
}

/** Births and the boot's first anchor: monotonic zero was T0. */
export async function begin(bench: PipelineBench): Promise<void> {
  await bench.send(bench.nodeBirth(), bench.birth(OWN), bench.birth(COLD));
  await bench.send(bench.data(OWN, [anchorRecord(1, 1, 0, T0)]));
}
