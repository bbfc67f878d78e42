// Ingest's state with an assessor over readings in memory: one asset, one channel, as many assignments as asked.

import { type Profile, type StreamBirth } from "@isotherm/coldchain";
import { join } from "node:path";
import type { AssignmentTable } from "../src/assignment-table.ts";
import type { Assignment } from "../src/assignment.ts";
import { Assessor } from "../src/assessor.ts";
import { END_OF_TIME_MS } from "../src/dirty-table.ts";
import type { FindingOutcome } from "../src/finding.ts";
import type { PlacedRecord } from "../src/reading-assembly.ts";
import { ReadingAssembly } from "../src/reading-assembly.ts";
import { noteStored } from "../src/stored-readings.ts";
import { IngestState } from "../src/state.ts";
import type { AlarmRow, ExcursionRow } from "../src/state-rows.ts";
import { openStateReader } from "../src/state-reader.ts";
import { newStream } from "../src/stream-state.ts";
import { BOOT, EPOCH, assetStream } from "./scripted-gateway.ts";
import { MemoryReadings } from "./memory-readings.ts";

export const TENANT = "tenant1";
export const ASSET = "cold-1";
export const CHANNEL = "temperature/p1";

export const PROFILE: Profile = {
  id: "cold",
  version: 1,
  title: { en: "Cold", zh: "冷藏" },
  liveMaxAgeMs: 100,
  limits: [
    {
      quantity: "temperature",
      role: "product",
      low: 2,
      high: 8,
      deadband: 0.5,
      onDelayMs: 20,
      offDelayMs: 10,
      allowances: [{ kind: "consecutive", allowedMs: 60, breachWhen: "exceeded" }],
      gapMs: 30,
      source: "test",
    },
  ],
  source: "test",
};

export function legOf(key: string, fromMs: number, toMs: number | null, profile: Profile = PROFILE): Assignment {
  return { key, tenantId: TENANT, assetId: ASSET, shipmentId: `shipment-${key}`, profile, fromMs, toMs };
}

export interface Sample {
  readonly number: number;
  readonly atMs: number;
  readonly value: number | null;
}

export class JudgingBench {
  readonly file: string;
  readonly state: IngestState;
  readonly assignments: AssignmentTable;
  readonly assessor: Assessor;
  readonly outcomes: FindingOutcome[] = [];
  readonly #readings: MemoryReadings;
  readonly #birth: StreamBirth = assetStream(ASSET);

  /** @param readings given when a bench opens on a folder that another one has left */
  constructor(
    folder: string,
    readings = new MemoryReadings(),
    pageMax = 3,
    step: ((step: "judged" | "written") => void) | undefined = undefined,
  ) {
    this.file = join(folder, "state.db");
    this.state = IngestState.open(this.file);
    this.#readings = readings;
    this.assignments = this.state.assignments;
    const { gateways, db } = this.state;
    db.transaction(() => {
      gateways.setAssetStatus(TENANT, ASSET, "group1/gw-1", "online");
      for (const channel of this.#birth.channels) gateways.declare(TENANT, ASSET, channel);
    });
    this.assessor = new Assessor({
      state: this.state,
      reader: () => Promise.resolve(this.#readings.reader(pageMax)),
      groupAboveChannels: 10,
      assessed: (outcome) => this.outcomes.push(outcome),
      ...(step === undefined ? {} : { step }),
    });
  }

  /** Readings come and are stored, as the pipeline does it. */
  store(samples: readonly Sample[], receivedAtMs: number): void {
    const assembly = new ReadingAssembly(this.state.latest);
    const stream = newStream("group1/gw-1", EPOCH, ASSET);
    for (const sample of samples) assembly.add(this.#placed(sample, stream, receivedAtMs));
    const stored = assembly.finish();
    for (const { sampledAtMs, value, quality, number } of stored.points())
      this.#readings.points.push({
        atMs: sampledAtMs,
        ordinal: number,
        value: value ?? Number.NaN,
        quality,
      });
    this.state.db.transaction(() => noteStored(this.state, stored));
  }

  #placed({ number, atMs, value }: Sample, stream: PlacedRecord["stream"], receivedAtMs: number): PlacedRecord {
    const readings = [{ alias: 3, value, quality: value === null ? 1 : 0 }];
    const record = { number, bootId: BOOT, monotonicMs: atMs, wallMs: atMs, anchorOrdinal: 1, readings };
    const { birth, bytes } = { birth: this.#birth, bytes: new Uint8Array(0) };
    return { stream, tenantId: TENANT, record, bytes, birth, sampledAtMs: atMs, receivedAtMs };
  }

  /** Facts come: the assignments are these, from now on. */
  assign(assignments: readonly Assignment[], receivedAtMs: number): void {
    const after = new Map(assignments.map((assignment) => [assignment.key, assignment]));
    const keys = [...new Set([...this.assignments.all.keys(), ...after.keys()])];
    this.state.db.transaction(() => {
      this.assignments.save(keys, after);
      this.state.dirty.add({
        tenantId: TENANT,
        assetId: ASSET,
        channel: CHANNEL,
        fromMs: 0,
        toMs: END_OF_TIME_MS,
        newerFromMs: null,
        newerToMs: null,
        receivedAtMs,
        cause: "fact",
      });
    });
    this.assignments.committed(after);
  }

  async assess(): Promise<void> {
    while (await this.assessor.pass());
  }

  excursions(): ExcursionRow[] {
    const reader = openStateReader(this.file);
    const rows = reader.excursions({ tenantId: TENANT, limit: 1000 });
    reader.close();
    return rows.reverse();
  }

  latest(): [atMs: number, value: number | null] | undefined {
    const reader = openStateReader(this.file);
    const [row] = reader.latest(TENANT, ASSET);
    reader.close();
    return row && [row.atMs, row.value];
  }

  alarms(): AlarmRow[] {
    const reader = openStateReader(this.file);
    const rows = reader.alarms({ tenantId: TENANT, limit: 1000 });
    reader.close();
    return rows;
  }

  close(): void {
    this.state.close();
  }
}
