// What the messages of one batch that are not under contract change: readings, sessions, and what could not be taken.

import { parseSparkplugTopic } from "@isotherm/coldchain";
import type { BatchPlan } from "../batch-plan.ts";
import type { Decoded } from "../decode.ts";
import type { GatewayState } from "../gateway-table.ts";
import { readJsonMessage } from "../json/json-message.ts";
import type { RawMessage } from "../message.ts";
import type { QuarantineKind } from "../quarantine-table.ts";
import { placedRecords } from "./foreign-assembly.ts";
import type { ForeignDoors } from "./foreign-doors.ts";
import { takeSparkplug } from "./foreign-node-plan.ts";
import type { ForeignArrival, ForeignReport, ForeignSource, Reject, Unmapped } from "./foreign-report.ts";
import type { ForeignSession } from "./foreign-session.ts";
import { type JournalEntry, journalEntry, type UnmappedNote } from "./foreign-table.ts";

export class ForeignPlan {
  readonly arrivals: ForeignArrival[] = [];
  readonly sources = new Map<string, ForeignSource>();
  /** Gateways that declared our contract. */
  readonly left = new Set<string>();
  /** Nodes to be asked for their births, as they name themselves. */
  readonly rebirths = new Map<string, Pick<GatewayState, "groupId" | "gatewayId" | "gatewayKey">>();
  readonly sessions = new Map<string, ForeignSession | undefined>();
  readonly #unmapped = new Map<string, UnmappedNote>();
  readonly plan: BatchPlan;
  readonly doors: ForeignDoors;
  #journal: readonly JournalEntry[] | undefined;

  constructor(plan: BatchPlan, doors: ForeignDoors) {
    this.plan = plan;
    this.doors = doors;
  }

  get unmapped(): UnmappedNote[] {
    return [...this.#unmapped.values()];
  }

  /** What has to be durable before the first reading goes to the store. */
  get journal(): readonly JournalEntry[] {
    return (this.#journal ??= this.arrivals.map(journalEntry));
  }

  /** Whether a message that could be read as our own agents' is none of theirs. */
  claims(said: Decoded): boolean {
    switch (said.kind) {
      case "gateway-birth":
        if (said.contractVersion === null) return true;
        if (this.isKnown(said.gatewayKey)) this.left.add(said.gatewayKey);
        return false;
      case "asset-birth-refused":
        return said.isUndeclared || this.isKnown(said.gatewayKey);
      case "refused":
        return (
          said.refused === "not-under-contract" || (said.refused === "unreadable" && this.isKnown(said.gatewayKey))
        );
      case "gateway-data":
      case "gateway-death":
      case "asset-death":
        return this.isKnown(said.gatewayKey);
      default:
        return false;
    }
  }

  /** False when no door knows what the message is. */
  take(message: RawMessage): boolean {
    const topic = parseSparkplugTopic(message.topic);
    if (topic === undefined) return this.#takeJson(message);
    if (topic.kind === "state" || topic.type === "NCMD" || topic.type === "DCMD") return false;
    return takeSparkplug(this, topic, message);
  }

  /** Arrivals that a former process had begun to store. */
  takeUp(arrivals: readonly ForeignArrival[]): void {
    for (const arrival of arrivals) {
      const { source, receivedAtMs } = arrival;
      const gateway = this.plan.gateway(source, source.tenantId, receivedAtMs);
      gateway.maxSilenceMs = source.maxSilenceMs;
      this.#addArrival(arrival);
    }
  }

  isKnown(gatewayKey: string): boolean {
    return (this.sources.has(gatewayKey) || this.plan.deps.state.foreign.has(gatewayKey)) && !this.left.has(gatewayKey);
  }

  #takeJson(message: RawMessage): boolean {
    const found = this.doors.topic(message.topic);
    if (found === undefined) return false;
    const { bounds } = this.plan.deps;
    this.plan.count("foreign-messages");
    const limits = { messageBytesMax: bounds.foreignMessageBytesMax, messageReadingsMax: bounds.foreignReadingsMax };
    const { rule, captures } = found;
    const { topic, payload, receivedAtMs } = message;
    const json = { topic, payload, receivedAtMs, isRetained: message.isRetained === true };
    // The configuration is not taken without a tenant for every rule.
    const report = readJsonMessage(rule, captures, rule.tenantId ?? "", json, limits);
    if (report === "untimed-retained") this.plan.count("foreign-retained");
    else this.addReport(report, receivedAtMs);
    return true;
  }

  addReport({ source, readings, unmapped, rejects }: ForeignReport, receivedAtMs: number): void {
    for (const reject of rejects) this.reject(source, reject, receivedAtMs);
    for (const each of unmapped) this.#noteUnmapped(source, each, receivedAtMs);
    const isWorthKnowing = readings.length > 0 || this.isKnown(source.gatewayKey);
    if (!isWorthKnowing || this.hear(source, receivedAtMs) === undefined || readings.length === 0) return;
    this.#addArrival({ source, receivedAtMs, readings });
  }

  #addArrival(arrival: ForeignArrival): void {
    const { source, receivedAtMs, readings } = arrival;
    this.arrivals.push(arrival);
    this.sources.set(source.gatewayKey, source);
    const gateway = this.plan.gateway(source, source.tenantId, receivedAtMs);
    for (const assetId of new Set(readings.map((reading) => reading.assetId)))
      this.plan.setAsset(gateway, assetId, "online");
    for (const placed of placedRecords(arrival)) this.plan.readings.add(placed);
    this.plan.count("foreign-readings", readings.length);
  }

  /** The gateway, which lives; undefined when there are too many already. */
  hear(source: ForeignSource, receivedAtMs: number): GatewayState | undefined {
    const { state, bounds } = this.plan.deps;
    const { gatewayKey, tenantId } = source;
    if (!this.isKnown(gatewayKey)) {
      if (state.foreign.gatewayCount + this.sources.size >= bounds.foreignGatewaysMax) {
        this.plan.count("foreign-full");
        return undefined;
      }
      this.sources.set(gatewayKey, source);
    }
    const gateway = this.plan.gateway(source, tenantId, receivedAtMs);
    this.plan.noteAlive(gateway, receivedAtMs);
    gateway.maxSilenceMs = source.maxSilenceMs;
    return gateway;
  }

  #noteUnmapped({ gatewayKey }: ForeignSource, unmapped: Unmapped, atMs: number): void {
    this.plan.count("foreign-unmapped");
    const key = `${gatewayKey}\n${unmapped.what}`;
    const count = (this.#unmapped.get(key)?.count ?? 0) + 1;
    this.#unmapped.set(key, { ...unmapped, gatewayKey, count, atMs });
  }

  reject({ tenantId, gatewayKey }: ForeignSource, { assetId, reason, bytes }: Reject, receivedAtMs: number): void {
    this.plan.count("foreign-refused");
    const kind: QuarantineKind = "foreign-refused";
    this.plan.tryQuarantine({
      tenantId,
      gatewayKey,
      assetId,
      epoch: null,
      kind,
      numbers: "",
      reason,
      bytes,
      receivedAtMs,
    });
  }
}
