// What one batch of messages will change, worked out without changing anything: a batch whose storing fails is planned
// again from the same messages, as if it had never been looked at.

import { type Anchor, type GoneRange, GATEWAY_STREAM, type StreamBirth } from "@isotherm/coldchain";
import type { ReceivedBirth } from "./birth-table.ts";
import { type Decoded, decode } from "./decode.ts";
import type { FailureMemory } from "./failure-memory.ts";
import { ForeignDoors } from "./foreign/foreign-doors.ts";
import { ForeignPlan } from "./foreign/foreign-plan.ts";
import type { ForeignArrival } from "./foreign/foreign-report.ts";
import { applyBirth, type GatewayState } from "./gateway-table.ts";
import type { IngestBounds } from "./bounds.ts";
import { type RawMessage, streamKeyOf } from "./message.ts";
import { isSupported } from "./contract-support.ts";
import type { PlanCount } from "./plan-counts.ts";
import type { AnchorLookup } from "./place.ts";
import { planData } from "./plan-data.ts";
import { planRefusal } from "./plan-refusal.ts";
import type { QuarantineEntry } from "./quarantine-table.ts";
import { ReadingAssembly } from "./reading-assembly.ts";
import type { IngestState } from "./state.ts";
import type { AssetStatus } from "./state-rows.ts";
import { copyStream, type KeptRecord, type StreamState } from "./stream-state.ts";

export interface PlanDeps {
  readonly state: IngestState;
  readonly failures: FailureMemory;
  /** Tenant of each Sparkplug group. */
  readonly groups: Readonly<Record<string, string>>;
  readonly bounds: IngestBounds;
  /** Mappings of what is not under our contract; none unless given. */
  readonly doors?: ForeignDoors;
}

const NO_DOORS = new ForeignDoors([]);

export interface PendingEntry {
  readonly stream: StreamState;
  readonly birthId: string;
  readonly record: KeptRecord;
  readonly receivedAtMs: number;
}

export class BatchPlan {
  readonly deps: PlanDeps;
  readonly gateways = new Map<string, GatewayState>();
  /** Asset by `<tenant>/<asset>`, with the status that a birth or death gave it. */
  readonly assetStatuses = new Map<string, [tenantId: string, assetId: string, gatewayKey: string, AssetStatus]>();
  /** Gateways whose assets all change with them, in order with the rest: kept as a list of steps. */
  readonly births: (ReceivedBirth & { readonly tenantId: string })[] = [];
  /** Copies, changed here; written when the batch is committed. */
  readonly streams = new Map<string, StreamState>();
  /** Streams whose gateways are to be told at once what is accepted: not only new records came, or many at a time. */
  readonly urgent = new Set<StreamState>();
  readonly digests = new Map<StreamState, Map<number, string>>();
  readonly gone: {
    readonly stream: StreamState;
    readonly ranges: readonly GoneRange[];
    readonly receivedAtMs: number;
  }[] = [];
  readonly anchors = new Map<string, { readonly gatewayKey: string; readonly anchor: Anchor }>();
  readonly pending: PendingEntry[] = [];
  readonly #pendingCounts = new Map<string, number>();
  readonly gatewayRecords: PendingEntry[] = [];
  readonly readings: ReadingAssembly;
  readonly quarantine: QuarantineEntry[] = [];
  readonly failed: string[] = [];
  readonly rebirths = new Set<string>();
  readonly counts = new Map<PlanCount, number>();
  readonly #quarantineBytes = new Map<string, number>();
  readonly #streamOfBirth = new Map<StreamBirth, StreamState>();
  readonly #births = new Map<string, StreamBirth>();

  /** What is not under our contract. */
  readonly foreign: ForeignPlan;

  /** @param arrivals of foreign sources, that a former process had begun to store */
  constructor(deps: PlanDeps, messages: readonly RawMessage[], arrivals: readonly ForeignArrival[] = []) {
    this.deps = deps;
    this.readings = new ReadingAssembly(deps.state.latest);
    this.foreign = new ForeignPlan(this, deps.doors ?? NO_DOORS);
    this.foreign.takeUp(arrivals);
    for (const message of messages) this.#take(message);
  }

  count(name: PlanCount, by = 1): void {
    if (by > 0) this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  /** The stream of a birth of the gateway's, as this batch leaves it. */
  streamOf(gatewayKey: string, birth: StreamBirth): StreamState {
    let stream = this.#streamOfBirth.get(birth);
    if (stream === undefined) {
      stream = this.stream(gatewayKey, birth.epoch, birth.assetId);
      this.#streamOfBirth.set(birth, stream);
    }
    return stream;
  }

  /** The stream as this batch leaves it. */
  stream(gatewayKey: string, epoch: string, assetId: string): StreamState {
    const key = streamKeyOf(gatewayKey, epoch, assetId);
    let stream = this.streams.get(key);
    if (stream === undefined) {
      stream = copyStream(this.deps.state.streams.get(gatewayKey, epoch, assetId));
      this.streams.set(key, stream);
    }
    return stream;
  }

  anchorOf(gatewayKey: string, bootId: string, ordinal: number): Anchor | undefined {
    const planned = this.anchors.size > 0 ? this.anchors.get(`${gatewayKey}/${bootId}/${ordinal}`) : undefined;
    return planned?.anchor ?? this.deps.state.anchors.get(gatewayKey, bootId, ordinal);
  }

  readonly anchorLookup: AnchorLookup = (gatewayKey, bootId, ordinal) => this.anchorOf(gatewayKey, bootId, ordinal);

  /** False when the gateway's room is full: then what should go there is not accepted. */
  tryQuarantine(entry: QuarantineEntry): boolean {
    const { gatewayKey, bytes } = entry;
    const kept = this.#quarantineBytes.get(gatewayKey) ?? this.deps.state.quarantine.bytesOf(gatewayKey);
    if (kept + bytes.length > this.deps.bounds.quarantineBytesMax) {
      this.count("quarantine-full");
      return false;
    }
    this.#quarantineBytes.set(gatewayKey, kept + bytes.length);
    this.quarantine.push(entry);
    return true;
  }

  /** False when the gateway has too many records waiting already. */
  tryPending(gatewayKey: string, entry: PendingEntry): boolean {
    const waiting = this.#pendingCounts.get(gatewayKey) ?? this.deps.state.anchors.pendingCount(gatewayKey);
    if (waiting >= this.deps.bounds.pendingRecordsMax) {
      this.count("pending-full");
      return false;
    }
    this.#pendingCounts.set(gatewayKey, waiting + 1);
    this.pending.push(entry);
    this.count("pending");
    return true;
  }

  noteDigest(stream: StreamState, number: number, digest: string): void {
    const known = this.digests.get(stream);
    if (known === undefined) this.digests.set(stream, new Map([[number, digest]]));
    else known.set(number, digest);
  }

  gateway(
    said: Pick<Decoded, "gatewayKey" | "groupId" | "gatewayId">,
    tenantId: string,
    receivedAtMs: number,
  ): GatewayState {
    const { gatewayKey, groupId, gatewayId } = said;
    let gateway = this.gateways.get(gatewayKey);
    if (gateway === undefined) {
      gateway = this.deps.state.gateways.get(gatewayKey) ?? {
        gatewayKey,
        groupId,
        gatewayId,
        tenantId,
        status: "online",
        birthSeq: null,
        primaryHost: null,
        contractVersion: null,
        maxSilenceMs: null,
        link: null,
        sleepUntilMs: null,
        lastMessageMs: receivedAtMs,
        diedAtMs: null,
        silentAlarmId: null,
      };
      this.gateways.set(gatewayKey, gateway);
    }
    return gateway;
  }

  #take(message: RawMessage): void {
    this.count("messages");
    const said = decode(message, (gatewayKey, assetId, birthId) => this.#birth(gatewayKey, assetId, birthId));
    if (said === undefined || this.foreign.claims(said)) {
      if (!this.foreign.take(message)) this.count("ignored");
      return;
    }
    const tenantId = this.deps.groups[said.groupId];
    if (tenantId === undefined) return this.count("unknown-group");
    const gateway = this.gateway(said, tenantId, message.receivedAtMs);
    if (said.kind === "gateway-death") return void this.noteDeath(gateway, said.birthSeq, message.receivedAtMs);
    this.noteAlive(gateway, message.receivedAtMs);
    if (said.kind === "gateway-birth") {
      this.count("births");
      return applyBirth(gateway, said);
    }
    if (said.kind === "gateway-data") {
      if (said.sleepUntilMs !== undefined) gateway.sleepUntilMs = said.sleepUntilMs;
      return;
    }
    const { assetId } = said;
    if (said.kind === "asset-death") {
      this.count("deaths");
      return this.setAsset(gateway, assetId, "offline");
    }
    this.setAsset(gateway, assetId, "online");
    if (said.kind === "asset-birth") return this.#takeBirth(gateway, said.birthId, said.birth, message.receivedAtMs);
    if (said.kind === "asset-birth-refused") {
      this.count("births-refused");
      this.rebirths.add(gateway.gatewayKey);
    } else if (!isSupported(gateway.contractVersion)) this.count("contract-unsupported");
    else if (said.kind === "data") planData(this, gateway, said, message);
    else planRefusal(this, gateway, said, message);
  }

  #takeBirth(gateway: GatewayState, birthId: string, birth: StreamBirth, receivedAtMs: number): void {
    const { gatewayKey, tenantId } = gateway;
    this.count("births");
    this.#births.set(`${gatewayKey}/${birth.assetId}/${birthId}`, birth);
    this.births.push({ gatewayKey, tenantId, birthId, birth, receivedAtMs });
    const stream = this.stream(gatewayKey, birth.epoch, birth.assetId);
    this.urgent.add(stream);
    stream.issued = Math.max(stream.issued, birth.issued);
  }

  noteAlive(gateway: GatewayState, receivedAtMs: number): void {
    gateway.lastMessageMs = Math.max(gateway.lastMessageMs, receivedAtMs);
    gateway.status = "online";
    gateway.diedAtMs = null;
  }

  /** False when the death is not of the gateway's newest birth. */
  noteDeath(gateway: GatewayState, birthSeq: number | null, receivedAtMs: number): boolean {
    // A will of a connection that a newer birth has replaced says nothing about the gateway as it is now.
    if (gateway.birthSeq !== null && birthSeq !== null && birthSeq !== gateway.birthSeq) {
      this.count("stale-deaths");
      return false;
    }
    this.count("deaths");
    gateway.status = "offline";
    gateway.diedAtMs ??= receivedAtMs;
    for (const [key, entry] of this.assetStatuses)
      if (entry[2] === gateway.gatewayKey) this.assetStatuses.set(key, [entry[0], entry[1], entry[2], "offline"]);
    return true;
  }

  setAsset({ tenantId, gatewayKey }: GatewayState, assetId: string, status: AssetStatus): void {
    if (assetId === GATEWAY_STREAM) return;
    this.assetStatuses.set(`${tenantId}/${assetId}`, [tenantId, assetId, gatewayKey, status]);
  }

  #birth(gatewayKey: string, assetId: string, birthId: string): StreamBirth | undefined {
    const planned = this.#births.get(`${gatewayKey}/${assetId}/${birthId}`);
    return planned ?? this.deps.state.births.get(gatewayKey, assetId, birthId);
  }
}
