// One message of a plain-JSON topic, read by its rule. Pure.

import { GATEWAY_STREAM } from "@isotherm/coldchain";
import type { ForeignReading, ForeignReport, ForeignSource, Reject, Unmapped } from "../foreign/foreign-report.ts";
import { converted, declaredBy } from "../mapping/channel-terms.ts";
import { idFrom } from "../mapping/foreign-id.ts";
import { type JsonRule, assetOf } from "../mapping/mapping-rules.ts";
import { type Captures, filled } from "../mapping/text-pattern.ts";
import { gatewayKeyOf } from "../message.ts";
import { type JsonValue, valueAt, valuesAt } from "./json-path.ts";
import { readJsonPayload } from "./json-payload.ts";
import { readJsonTime } from "./json-time.ts";

export interface JsonMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAtMs: number;
  /** The broker had kept it: it was sent at a time that is not known. */
  readonly isRetained: boolean;
}

export interface JsonLimits {
  /** A longer payload is not parsed. */
  readonly messageBytesMax: number;
  /** Readings of one message; one with more is not taken. */
  readonly messageReadingsMax: number;
}

/** `untimed-retained`: an old message without a time, of which nobody can say when it was true. */
export type JsonReading = ForeignReport | "untimed-retained";

/** Groups of plain JSON sources begin with what no Sparkplug group's id can hold. */
const JSON_GROUP_PREFIX = "~";

const REJECTED_BYTES_MAX = 4096;

export function readJsonMessage(
  rule: JsonRule,
  captured: Captures,
  tenantId: string,
  message: JsonMessage,
  limits: JsonLimits,
): JsonReading {
  const { payload } = message;
  const report = new ReportBuilder(rule, tenantId, message);
  if (payload.length > limits.messageBytesMax)
    return report.refused(captured, `${payload.length} bytes are more than ${limits.messageBytesMax}`);
  const read = readJsonPayload(payload);
  if ("reason" in read) return report.refused(captured, read.reason);
  const names: Record<string, string> = { ...captured };
  for (const [name, path] of rule.ids) {
    const found = valueAt(read.value, path);
    if (typeof found !== "string" && typeof found !== "number")
      return report.refused(captured, `no text or number at ${path.text}, which names {${name}}`);
    names[name] = String(found);
  }
  return report.read(read.value, names, limits.messageReadingsMax);
}

class ReportBuilder {
  readonly #rule: JsonRule;
  readonly #tenantId: string;
  readonly #message: JsonMessage;
  readonly #readings: ForeignReading[] = [];
  readonly #problems: string[] = [];
  readonly #unmapped: Unmapped[] = [];
  #wasUntimedRetained = false;

  constructor(rule: JsonRule, tenantId: string, message: JsonMessage) {
    this.#rule = rule;
    this.#tenantId = tenantId;
    this.#message = message;
  }

  read(root: JsonValue, names: Captures, readingsMax: number): JsonReading {
    const { topic } = this.#message;
    const assetName = filled(this.#rule.asset, names) ?? "";
    const assetId = assetOf(this.#rule, assetName);
    if (assetId === undefined) {
      this.#unmapped.push({ what: assetName, reason: "asset-not-listed", example: topic });
      return this.#report(names, "");
    }
    const { each, channels } = this.#rule;
    const samplesMax = Math.max(1, Math.floor(readingsMax / channels.length));
    const samples = each === undefined ? [root] : valuesAt(root, each, samplesMax);
    if (samples.length > samplesMax) return this.refused(names, `more than ${samplesMax} samples`);
    for (const sample of samples) this.#readSample(root, sample, names, assetId);
    if (this.#wasUntimedRetained) return "untimed-retained";
    if (this.#readings.length === 0 && this.#problems.length === 0)
      this.#unmapped.push({ what: topic, reason: "no-value-found", example: preview(this.#message.payload) });
    return this.#report(names, assetId);
  }

  refused(names: Captures, reason: string): ForeignReport {
    this.#readings.length = 0;
    this.#problems.push(reason);
    return this.#report(names, "");
  }

  #readSample(root: JsonValue, sample: JsonValue, names: Captures, assetId: string): void {
    const from = (isFromRoot: boolean): JsonValue => (isFromRoot ? root : sample);
    const values = this.#rule.channels.flatMap(({ path, terms }) => {
      const raw = valueAt(from(path.isFromRoot), path);
      return raw === undefined ? [] : [{ path, terms, raw }];
    });
    if (values.length === 0) return;
    const time = this.#timeOf(from);
    if (time === undefined) return;
    for (const { path, terms, raw } of values) {
      const declared = declaredBy(terms, names, this.#rule.maxSilenceMs);
      const value = raw !== null && typeof raw === "object" ? "is no single value" : converted(terms, raw);
      if (declared === undefined) this.#problems.push(`${path.text}: ${terms.channel} gives no channel`);
      else if (typeof value === "string") this.#problems.push(`${path.text}: ${value}`);
      else this.#readings.push({ assetId, declared, ...time, ...value });
    }
  }

  /** Undefined when the sample is not to be taken; then it is noted why. */
  #timeOf(from: (isFromRoot: boolean) => JsonValue): Pick<ForeignReading, "atMs" | "isTimed"> | undefined {
    const { receivedAtMs, isRetained } = this.#message;
    const { time } = this.#rule;
    const stated = time === "received" ? undefined : valueAt(from(time.at.isFromRoot), time.at);
    if (time === "received" || stated === undefined || stated === null) {
      if (time !== "received" && time.absent === "refuse") this.#problems.push(`no time at ${time.path}`);
      else if (isRetained) this.#wasUntimedRetained = true;
      else return { atMs: receivedAtMs, isTimed: time === "received" };
      return undefined;
    }
    const atMs = readJsonTime(stated, time.format, time.zone);
    if (typeof atMs === "number") return { atMs, isTimed: true };
    this.#problems.push(`${time.path}: ${atMs}`);
    return undefined;
  }

  #report(names: Captures, assetId: string): ForeignReport {
    const gatewayName = filled(this.#rule.gateway, names);
    // Bytes that name no gateway are kept under the mapping's own name, whose room in quarantine is bounded alike.
    const gatewayId = gatewayName === undefined ? this.#rule.mapping : idFrom(gatewayName);
    const groupId = `${JSON_GROUP_PREFIX}${this.#tenantId}`;
    const source: ForeignSource = {
      gatewayKey: gatewayKeyOf(groupId, gatewayId),
      groupId,
      gatewayId,
      tenantId: this.#tenantId,
      kind: "json",
      mapping: this.#rule.mapping,
      maxSilenceMs: this.#rule.maxSilenceMs,
    };
    return { source, readings: this.#readings, unmapped: this.#unmapped, rejects: this.#rejects(assetId) };
  }

  #rejects(assetId: string): Reject[] {
    if (this.#problems.length === 0) return [];
    const { topic, payload } = this.#message;
    const shown = this.#problems.slice(0, 5).join("; ");
    const more = this.#problems.length > 5 ? `; and ${this.#problems.length - 5} more` : "";
    const bytes = payload.slice(0, REJECTED_BYTES_MAX);
    const cut = bytes.length < payload.length ? ` (the first ${bytes.length} of ${payload.length} bytes)` : "";
    return [{ assetId: assetId === "" ? GATEWAY_STREAM : assetId, reason: `${topic}: ${shown}${more}${cut}`, bytes }];
  }
}

function preview(payload: Uint8Array): string {
  return Buffer.from(payload.slice(0, 160)).toString("utf8");
}
