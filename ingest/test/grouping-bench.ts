// Many channels under one profile: facts in a real trace file, watched as ingest does; readings in memory.

import { openTraceReader, type TraceReader, TraceWriter } from "@isotherm/trace";
import { VirtualTime } from "@isotherm/coldchain";
import { join } from "node:path";
import { Assessor } from "../src/assessor.ts";
import { FactWatch } from "../src/fact-watch.ts";
import { type PlacedRecord, ReadingAssembly } from "../src/reading-assembly.ts";
import { noteStored } from "../src/stored-readings.ts";
import { IngestState } from "../src/state.ts";
import { openStateReader } from "../src/state-reader.ts";
import type { AlarmRow, ExcursionRow } from "../src/state-rows.ts";
import { newStream } from "../src/stream-state.ts";
import type { ReadingReader } from "../src/store/reading-store.ts";
import { MemoryReadings } from "./memory-readings.ts";
import { assetStream, BOOT, EPOCH } from "./scripted-gateway.ts";

const TENANT = "tenant1";
export const ASSET_CHANNELS = 4;
export const GROUP_ABOVE = 6;

/** Limits 2 to `highC`; on- and off-delay 20 s and 10 s. */
function profileText(version: number, highC: number): string {
  return `
id: cold
version: ${version}
title: { en: Cold, zh: 冷藏 }
source: made for tests
liveMaxAge: 1d
limits:
  - quantity: temperature
    role: product
    low: -80
    high: ${highC}
    deadband: 0.5
    onDelay: 20s
    offDelay: 10s
    consecutiveAllowance: 1h
    gap: 5min
    source: made for tests
`;
}

export class GroupingBench {
  readonly assets: readonly string[];
  readonly time = new VirtualTime(1_780_000_000_000);
  readonly #folder: string;
  readonly #writer: TraceWriter;
  readonly #readings = new Map<string, MemoryReadings>();
  readonly #births;
  readonly #channels: readonly string[];
  #number = 0;
  #state: IngestState | undefined;
  #assessor: Assessor | undefined;
  #facts: FactWatch | undefined;
  #trace: TraceReader | undefined;

  constructor(folder: string, assets: number) {
    this.#folder = folder;
    this.assets = Array.from({ length: assets }, (_, at) => `box-${at}`);
    this.#channels = Array.from({ length: ASSET_CHANNELS }, (_, at) => `temperature/p${at}`);
    this.#births = new Map(this.assets.map((assetId) => [assetId, assetStream(assetId, EPOCH, this.#channels)]));
    this.#writer = new TraceWriter(join(folder, "trace.db"), this.time);
    this.#writer.put("tenant", { tenantId: TENANT, title: "Tenant" }, "installer");
    this.say(1, 8);
    for (const assetId of this.assets) {
      const standing = [{ profileId: "cold", fromMs: 0 }];
      const asset = { assetId, tenantId: TENANT, kind: "compartment", title: assetId, standing };
      this.#writer.put("asset", asset, "installer");
    }
    this.open();
    this.state.db.transaction(() => {
      for (const [assetId, birth] of this.#births) {
        this.state.gateways.setAssetStatus(TENANT, assetId, "group1/gw-1", "online");
        for (const channel of birth.channels) this.state.gateways.declare(TENANT, assetId, channel);
      }
    });
  }

  get state(): IngestState {
    if (this.#state === undefined) throw new Error("closed");
    return this.#state;
  }

  /** As ingest does when it starts: everything is read from its files. */
  open(): void {
    this.#state = IngestState.open(join(this.#folder, "state.db"));
    const { assignments } = this.#state;
    const { clock } = { clock: this.time };
    this.#trace = openTraceReader(join(this.#folder, "trace.db"));
    this.#facts = new FactWatch({
      state: this.#state,
      assignments,
      trace: this.#trace,
      nowMs: () => clock.wallMs(),
      groupAboveChannels: GROUP_ABOVE,
      alarmsChanged: () => undefined,
      problems: (problems) => {
        if (problems.size > 0) throw new Error([...problems.values()].join());
      },
    });
    this.#assessor = new Assessor({
      state: this.#state,
      reader: () => Promise.resolve(this.#reader()),
      groupAboveChannels: GROUP_ABOVE,
      assessed: () => undefined,
    });
    this.#facts.look();
  }

  restart(): void {
    this.#trace?.close();
    this.#state?.close();
    this.open();
  }

  /** A version of the profile is said. */
  say(version: number, highC: number, by = "ines"): void {
    this.#writer.put("profile", { profileId: "cold", version, text: profileText(version, highC) }, by);
    this.#facts?.look();
  }

  /** All channels give a reading at once; `values` of some of them, `otherC` of the others. */
  read(values: Readonly<Record<string, number>>, otherC = 5): void {
    const assembly = new ReadingAssembly(this.state.latest);
    const atMs = this.time.wallMs();
    for (const [assetId, birth] of this.#births) {
      const readings = birth.channels.map(({ alias, channel }) => ({
        alias,
        value: values[`${assetId}/${channel}`] ?? otherC,
        quality: 0,
      }));
      const record = {
        number: ++this.#number,
        ...{ bootId: BOOT, monotonicMs: atMs, wallMs: atMs, anchorOrdinal: 1, readings },
      };
      const stream: PlacedRecord["stream"] = newStream("group1/gw-1", EPOCH, assetId);
      const bytes = new Uint8Array(0);
      assembly.add({ stream, tenantId: TENANT, record, bytes, birth, sampledAtMs: atMs, receivedAtMs: atMs });
    }
    const stored = assembly.finish();
    for (const { series, sampledAtMs, value, quality, number } of stored.points()) {
      const key = `${series.assetId}/${series.channel}`;
      const kept = this.#readings.get(key) ?? new MemoryReadings();
      this.#readings.set(key, kept);
      kept.points.push({ atMs: sampledAtMs, ordinal: number, value: value ?? Number.NaN, quality });
    }
    this.state.db.transaction(() => noteStored(this.state, stored));
  }

  /** One pass; true while there may be more to do. */
  async pass(): Promise<boolean> {
    return (await this.#assessor?.pass()) ?? false;
  }

  async assess(): Promise<void> {
    while (await this.pass());
  }

  alarms(): AlarmRow[] {
    const reader = openStateReader(join(this.#folder, "state.db"));
    const rows = reader.alarms({ tenantId: TENANT, limit: 10_000 });
    reader.close();
    return rows;
  }

  excursions(): ExcursionRow[] {
    const reader = openStateReader(join(this.#folder, "state.db"));
    const rows = reader.excursions({ tenantId: TENANT, limit: 100_000 });
    reader.close();
    return rows;
  }

  close(): void {
    this.#trace?.close();
    this.#state?.close();
    this.#writer.close();
  }

  #reader(): ReadingReader {
    const none = new MemoryReadings();
    return {
      readings: (query: Parameters<ReadingReader["readings"]>[0]) =>
        (this.#readings.get(`${query.series.assetId}/${query.series.channel}`) ?? none).reader(1000).readings(query),
    } as ReadingReader;
  }
}
