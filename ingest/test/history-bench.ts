// Carries a made-up history through the way that readings and facts really go: Sparkplug bytes, the pipeline with its
// commits, the watch of the facts, the assessor. Only the store of readings is in memory and the clock is virtual.

import { join } from "node:path";
import {
  type ChainRecord,
  type StreamBirth,
  VirtualTime,
  deviceTopic,
  nodeTopic,
  seededRandom,
} from "@isotherm/coldchain";
import type { TraceFacts, TraceReader } from "@isotherm/trace";
import { type StoredAlarm, storedAlarmOf } from "../src/alarm-table.ts";
import { Assessor } from "../src/assessor.ts";
import { auditOf } from "../src/audit-table.ts";
import { DEFAULT_BOUNDS } from "../src/bounds.ts";
import { CommandSender } from "../src/command-sender.ts";
import { excursionRowOf } from "../src/excursion-table.ts";
import { FactWatch } from "../src/fact-watch.ts";
import { FailureMemory } from "../src/failure-memory.ts";
import { Pipeline } from "../src/pipeline.ts";
import { IngestState } from "../src/state.ts";
import { openState, type SqlRow, type StateDb } from "../src/state-db.ts";
import type { AuditRow, ExcursionRow } from "../src/state-rows.ts";
import { HOST_ID } from "./bench.ts";
import {
  ASSETS,
  type AssetId,
  BATCHES,
  CHANNELS,
  type Death,
  type History,
  type HistoryBatch,
  type HistoryFacts,
  type HistoryProfile,
  type HistoryRecord,
} from "./history.ts";
import { MemoryStore } from "./memory-store.ts";
import { anchorRecord, birthPayload, dataPayload, EPOCH, gatewayStream, nodeBirthPayload } from "./scripted-gateway.ts";

export const TENANT = "tenant1";
const BOOTS = ["b".repeat(32), "c".repeat(32)] as const;
/** Monotonic zero of each boot, before the history's start. */
const BOOT_BEFORE_MS = [0, 5_000] as const;

type Message = readonly [topic: string, payload: Uint8Array];

/** As SQLite says it. */
class DiskFull extends Error {
  readonly errcode = 13;
}

class Killed extends Error {
  readonly code = "KILLED";
}

function birthOf(assetId: AssetId): StreamBirth {
  return { epoch: EPOCH, assetId, issued: 0, numberAlias: 1, monotonicAlias: 2, channels: CHANNELS[assetId] };
}

const OWN = gatewayStream();
const BIRTHS = { "cold-1": birthOf("cold-1"), "cold-2": birthOf("cold-2") } as const;

function recordOf({ number, boot, atMs, readings }: HistoryRecord, startMs: number): ChainRecord {
  const monotonicMs = atMs - startMs + (BOOT_BEFORE_MS[boot] as number);
  const bootId = BOOTS[boot] as string;
  return { number, bootId, monotonicMs, wallMs: atMs, anchorOrdinal: 1, readings };
}

/** A profile as the API server keeps it; JSON is YAML. */
function textOf(profileId: string, { version, rows }: HistoryProfile): string {
  const limits = rows.map((row) => {
    const { onDelayMs, offDelayMs, consecutiveAllowanceMs, singleEvent, gapMs, ...rest } = row;
    const allowances = [
      { kind: "consecutive", allowed: `${consecutiveAllowanceMs}ms`, breachWhen: "exceeded" },
      ...(singleEvent === null
        ? []
        : [{ kind: "single-event", allowed: `${singleEvent.allowedMs}ms`, breachWhen: singleEvent.breachWhen }]),
    ];
    const delays = { onDelay: `${onDelayMs}ms`, offDelay: `${offDelayMs}ms`, gap: `${gapMs}ms` };
    return { ...rest, ...delays, allowances, source: "made for tests" };
  });
  const title = { en: profileId, zh: profileId };
  return JSON.stringify({ id: profileId, version, title, liveMaxAge: "1h", limits, source: "made for tests" });
}

export function traceFactsOf({ profiles, legs, standing }: HistoryFacts): TraceFacts {
  const title = { en: "made", zh: "made" };
  const used = new Set([...legs.flatMap(({ profileIds }) => profileIds), ...standing.map((each) => each.profileId)]);
  const shipments = new Map(
    legs.map(({ shipmentId, profileIds }) => [
      shipmentId,
      { shipmentId, tenantId: TENANT, title, goods: title, profileIds: [...profileIds] },
    ]),
  );
  return {
    tenants: [{ tenantId: TENANT, title }],
    assets: ASSETS.map((assetId) => ({
      ...{ assetId, tenantId: TENANT, kind: "compartment" as const, title, place: null },
      standing: standing.filter((each) => each.assetId === assetId).map(({ assetId: _, ...each }) => each),
    })),
    shipments: [...shipments.values()],
    legs: legs.map(({ legId, shipmentId, assetId, fromMs, toMs }) => ({
      ...{ legId, shipmentId, assetId, fromMs, toMs },
      ...{ driverPersonId: null, origin: null, destination: null },
    })),
    profiles: Object.entries(profiles)
      .filter(([profileId]) => used.has(profileId))
      .map(([profileId, profile]) => ({ profileId, version: profile.version, text: textOf(profileId, profile) })),
  };
}

/** Everything of one running ingest that dies with it; what is stored stays. */
interface Running {
  readonly state: IngestState;
  readonly pipeline: Pipeline;
  readonly assessor: Assessor;
  readonly facts: FactWatch;
}

export class HistoryBench {
  readonly store = new MemoryStore();
  readonly #file: string;
  #time = new VirtualTime(0);
  #running: Running | undefined;
  #db: StateDb | undefined;
  #facts: TraceFacts | undefined;
  #factsVersion = 0;
  #pageMax = 1000;
  #death: Death = "none";

  /** @param folder best on a disk in memory: thousands of histories are written there, one after the other */
  constructor(folder: string) {
    this.#file = join(folder, "state.db");
  }

  /** Carries a history through as it came, and judges it to the end. */
  async live(history: History): Promise<void> {
    this.#begin(history);
    for (let at = 0; at < BATCHES; at++) await this.#batch(history, at);
    await this.#surviving(() => this.#learn(history.facts));
    // As it does every minute: an anchor that was committed just before a death has let nothing go yet.
    await this.#surviving(() => this.#now.pipeline.release());
    await this.#surviving(() => this.#judge());
  }

  /** The same records and the facts known at the end, all at once and in order. */
  async atOnce(history: History): Promise<void> {
    this.#begin(history);
    this.#waitFor(history.records);
    await this.#learn(history.facts);
    await this.#send([
      ...births(),
      ...[0, 1].map((boot) => anchorOf(history, boot)),
      ...ASSETS.flatMap((assetId) => {
        const records = history.records.filter((record) => record.assetId === assetId);
        return messagesOf(history, records, 1000, false);
      }),
    ]);
    await this.#judge();
  }

  /** Everything comes once more, in its order, and is judged again. */
  async again(history: History): Promise<void> {
    this.#time.advance(1000);
    for (let at = 0; at < BATCHES; at++) await this.#send(arriving(history, at));
    await this.#judge();
  }

  /** All rows of a table as they are stored, without some of their columns, in an order of their own. */
  rows(table: string, without: readonly string[] = []): string[] {
    const rows = this.#now.state.db.all(`SELECT * FROM ${table}`);
    const kept = (row: SqlRow): SqlRow =>
      Object.fromEntries(Object.entries(row).filter(([column]) => !without.includes(column)));
    return rows.map((row) => JSON.stringify(kept(row))).sort();
  }

  /** The newest reading of each channel and up to when it is judged, with its value or without. */
  latest(withValues: boolean): string[] {
    const { gateways, latest } = this.#now.state;
    const channels = this.#now.state.db.all("SELECT * FROM channel");
    return channels
      .map((row) => [String(row["tenant_id"]), String(row["asset_id"]), String(row["channel"])] as const)
      .map((ids) => {
        const { atMs, value, quality } = latest.of(...ids) ?? {};
        return JSON.stringify([ids, gateways.judgedToMs(...ids), atMs, ...(withValues ? [value, quality] : [])]);
      })
      .sort();
  }

  excursions(): ExcursionRow[] {
    return this.#now.state.db.all("SELECT * FROM excursion").map(excursionRowOf);
  }

  alarms(): StoredAlarm[] {
    return this.#now.state.db.all("SELECT * FROM alarm").map(storedAlarmOf);
  }

  audit(): AuditRow[] {
    return this.#now.state.db.all("SELECT * FROM audit ORDER BY audit_id").map(auditOf);
  }

  close(): void {
    this.#die();
    this.#db?.close();
    this.#db = undefined;
  }

  get #now(): Running {
    return (this.#running ??= this.#start());
  }

  /** An empty state file and store, at the history's beginning. */
  #begin({ startMs, pageMax }: History): void {
    this.#death = "none";
    this.store.clear();
    const { db } = this.#now.state;
    const tables = db.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    db.transaction(() => {
      for (const { name } of tables) if (name !== "counter") db.run(`DELETE FROM ${String(name)}`);
    });
    this.#die();
    this.#time = new VirtualTime(startMs + 1000);
    this.#pageMax = pageMax;
    this.#facts = undefined;
  }

  async #batch(history: History, at: number): Promise<void> {
    const { facts, death, isJudged, waitMs } = history.batches[at] as HistoryBatch;
    this.#time.advance(waitMs);
    if (history.isPunctual) this.#waitFor(history.records.filter((each) => each.arrives === at || each.again === at));
    if (death === "restart") this.close();
    this.#death = death;
    if (facts !== null) await this.#surviving(() => this.#learn(facts));
    const messages = [...(at === 0 ? births() : []), ...arriving(history, at)];
    await this.#surviving(() => this.#send(messages));
    if (isJudged) await this.#surviving(() => this.#judge());
    this.#death = "none";
  }

  /** Nothing arrives before it was measured. */
  #waitFor(records: readonly HistoryRecord[]): void {
    const newestMs = Math.max(0, ...records.map(({ atMs }) => atMs));
    this.#time.advance(Math.max(0, newestMs + 500 - this.#time.wallMs()));
  }

  /** Dies when it is time to, and does the same again after a restart: what was not accepted is sent again. */
  async #surviving(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Killed) this.#die();
      else if (!(error instanceof DiskFull)) throw error;
      await work();
    }
  }

  #step(step: Death): void {
    if (this.#death !== step) return;
    this.#death = "none";
    throw new Killed(step);
  }

  async #send(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    if (this.#death === "half-stored") {
      this.#death = "none";
      this.store.dies = { afterPoints: 3, error: new Killed("half-stored") };
    }
    const receivedAtMs = this.#time.wallMs();
    await this.#now.pipeline.run(messages.map(([topic, payload]) => ({ topic, payload, receivedAtMs })));
    this.store.dies = undefined;
  }

  #learn(facts: HistoryFacts): Promise<void> {
    this.#facts = traceFactsOf(facts);
    this.#factsVersion++;
    return Promise.resolve().then(() => void this.#now.facts.look());
  }

  async #judge(): Promise<void> {
    while (await this.#now.assessor.pass());
  }

  #start(): Running {
    const db = (this.#db ??= this.#onFullDisk(openState(this.#file)));
    // Nobody pulls the plug here, and a process that dies loses nothing that it handed to the system.
    db.get("PRAGMA synchronous = OFF");
    db.get("PRAGMA locking_mode = EXCLUSIVE");
    const state = new IngestState(db);
    const time = { clock: this.#time, scheduler: this.#time };
    const sender = new CommandSender({ ...time, hostId: HOST_ID, random: seededRandom(1), send: () => true });
    const pipeline = new Pipeline({
      ...{ ...time, state, sender, failures: new FailureMemory(100), groups: { group1: TENANT } },
      bounds: DEFAULT_BOUNDS,
      writer: this.store.writer(),
      committed: () => undefined,
      // The pipeline waits by itself until there is room again.
      storeProblem: (error) => {
        if (error !== undefined) setImmediate(() => this.#time.advance(DEFAULT_BOUNDS.storeBackoffMsMax));
      },
      step: (step) => this.#step(step),
    });
    const assessor = new Assessor({
      state,
      reader: () => Promise.resolve(this.store.reader(this.#pageMax)),
      groupAboveChannels: DEFAULT_BOUNDS.groupAboveChannels,
      assessed: () => undefined,
      step: (step) => this.#step(step),
    });
    const trace: TraceReader = {
      version: () => this.#factsVersion,
      facts: () => this.#facts as TraceFacts,
      lastSaid: () => undefined,
      close: () => undefined,
    };
    const facts = new FactWatch({
      ...{ state, trace, assignments: state.assignments },
      nowMs: () => this.#time.wallMs(),
      groupAboveChannels: DEFAULT_BOUNDS.groupAboveChannels,
      alarmsChanged: () => undefined,
      problems: (problems) => {
        if (problems.size > 0) throw new Error(JSON.stringify([...problems]));
      },
    });
    return { state, pipeline, assessor, facts };
  }

  /** The same file, on a disk that is full when a transaction is to be committed, if that is this batch's fate. */
  #onFullDisk(db: StateDb): StateDb {
    const transaction = db.transaction.bind(db);
    return Object.assign(db, {
      transaction: <T>(change: () => T): T =>
        transaction(() => {
          const result = change();
          if (this.#death === "full first") this.#death = "none";
          else if (this.#death === "full second") this.#death = "full first";
          else if (this.#death === "full third") this.#death = "full second";
          else return result;
          if (this.#death !== "none") return result;
          throw new DiskFull("database or disk is full");
        }),
    });
  }

  /** What is in memory is lost. The file stays open: opening it anew is what `restart` is for, and costs much more. */
  #die(): void {
    this.#running?.pipeline.close();
    this.#running = undefined;
  }
}

function births(): Message[] {
  const device = (birth: StreamBirth): Message => [
    deviceTopic("group1", "DBIRTH", "gw-1", birth.assetId),
    birthPayload(birth),
  ];
  return [
    [nodeTopic("group1", "NBIRTH", "gw-1"), nodeBirthPayload(HOST_ID)],
    ...[OWN, BIRTHS["cold-1"], BIRTHS["cold-2"]].map(device),
  ];
}

function anchorOf({ startMs }: History, boot: number): Message {
  const anchor = anchorRecord(boot + 1, 1, BOOT_BEFORE_MS[boot] as number, startMs);
  const payload = dataPayload(OWN, [{ ...anchor, bootId: BOOTS[boot] as string }]);
  return [deviceTopic("group1", "DDATA", "gw-1", OWN.assetId), payload];
}

/** Records of one asset, each message with so many of them in the order of their numbers. */
function messagesOf(
  { startMs }: History,
  records: readonly HistoryRecord[],
  recordsPerMessage: number,
  isReversed: boolean,
): Message[] {
  const sorted = [...records].sort((a, b) => a.number - b.number);
  const messages: Message[] = [];
  for (let from = 0; from < sorted.length; from += recordsPerMessage) {
    const part = sorted.slice(from, from + recordsPerMessage);
    const { assetId } = part[0] as HistoryRecord;
    const payload = dataPayload(
      BIRTHS[assetId],
      part.map((record) => recordOf(record, startMs)),
    );
    messages.push([deviceTopic("group1", "DDATA", "gw-1", assetId), payload]);
  }
  return isReversed ? messages.reverse() : messages;
}

/** What a batch brings: records for the first time or again, and anchors; every second batch has the anchors last. */
function arriving(history: History, at: number): Message[] {
  const { recordsPerMessage, isReversed } = history.batches[at] as HistoryBatch;
  const anchors = [0, 1].filter((boot) => history.anchorArrives[boot] === at).map((boot) => anchorOf(history, boot));
  const data = ASSETS.flatMap((assetId) => {
    const records = history.records.filter((record) => record.assetId === assetId);
    const first = records.filter(({ arrives }) => arrives === at);
    const again = records.filter((record) => record.again === at && record.arrives !== at);
    return [
      ...messagesOf(history, first, recordsPerMessage, isReversed),
      ...messagesOf(history, again, recordsPerMessage, isReversed),
    ];
  });
  return isReversed ? [...data, ...anchors] : [...anchors, ...data];
}
