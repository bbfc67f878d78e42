// What people do about quarantined bytes: have them read again, or let go of them. Done by ingest, which alone writes its state.

import { deviceTopic, parseRecordBytes } from "@isotherm/coldchain";
import { z } from "zod";
import { writeAudit } from "./audit-table.ts";
import { decode } from "./decode.ts";
import type { RawMessage } from "./message.ts";
import type { QuarantinedEntry } from "./quarantine-table.ts";
import type { IngestState } from "./state.ts";

export const quarantineActShape = z.strictObject({
  quarantineId: z.number().int().positive(),
  act: z.enum(["retry", "discard"]),
  personId: z.string().min(1).max(64),
  because: z.string().trim().min(1).max(2000),
});
export type QuarantineAct = z.output<typeof quarantineActShape>;

export interface QuarantineAnswer {
  readonly quarantineId: number;
  /** `kept`: it stays in quarantine, for the reason given. */
  readonly outcome: "stored" | "discarded" | "kept" | "unknown";
  readonly reason?: string;
}

export interface QuarantineActDeps {
  readonly state: IngestState;
  readonly nowMs: number;
  /** The way of every message. */
  run(messages: readonly RawMessage[]): Promise<void>;
  /** Lets waiting records go that can be placed in time. */
  release(): Promise<void>;
}

/** Doing the same again answers `unknown`: it is done. Throws what the store throws. */
export async function actOnQuarantine(deps: QuarantineActDeps, act: QuarantineAct): Promise<QuarantineAnswer> {
  const { quarantineId } = act;
  const entry = deps.state.quarantine.get(quarantineId);
  if (entry === undefined) return { quarantineId, outcome: "unknown" };
  if (act.act === "discard") {
    remove(deps, entry, act, "quarantine-discarded");
    return { quarantineId, outcome: "discarded" };
  }
  const problem = await retry(deps, entry, act);
  if (problem !== undefined) return { quarantineId, outcome: "kept", reason: problem };
  const again = deps.state.quarantine.find(entry);
  if (again !== undefined) return { quarantineId, outcome: "kept", reason: again.reason };
  return { quarantineId, outcome: "stored" };
}

/** Why it cannot be taken after all; undefined when it went the way of all messages. */
async function retry(
  deps: QuarantineActDeps,
  entry: QuarantinedEntry,
  act: QuarantineAct,
): Promise<string | undefined> {
  if (entry.kind === "undecodable") return retryMessage(deps, entry, act);
  if (entry.kind === "point-refused") return retryRecord(deps, entry, act);
  return `${entry.kind}: two records contradict each other; which one is right is for a person to say`;
}

async function retryMessage(
  deps: QuarantineActDeps,
  entry: QuarantinedEntry,
  act: QuarantineAct,
): Promise<string | undefined> {
  const { births } = deps.state;
  const slash = entry.gatewayKey.indexOf("/");
  const [groupId, gatewayId] = [entry.gatewayKey.slice(0, slash), entry.gatewayKey.slice(slash + 1)];
  const message = { topic: deviceTopic(groupId, "DDATA", gatewayId, entry.assetId), payload: entry.bytes };
  const said = decode(message, (...key) => births.get(...key));
  if (said?.kind !== "data") return said?.kind === "refused" ? said.reason : "this version cannot read it either";
  await deps.run([{ ...message, receivedAtMs: entry.receivedAtMs }]);
  remove(deps, entry, act, "quarantine-retried");
  return undefined;
}

/** The record waits like one whose anchor has just come, and is stored or refused anew. */
async function retryRecord(
  deps: QuarantineActDeps,
  entry: QuarantinedEntry,
  act: QuarantineAct,
): Promise<string | undefined> {
  const { state } = deps;
  const record = parseRecordBytes(entry.bytes);
  const stream = entry.epoch === null ? undefined : state.streams.get(entry.gatewayKey, entry.epoch, entry.assetId);
  const streamId = stream?.streamId;
  const birth = state.births
    .all(entry.gatewayKey, entry.assetId)
    .find(({ birth: { channels } }) =>
      record.readings.every(({ alias }) => channels.some((one) => one.alias === alias)),
    );
  if (streamId === undefined || birth === undefined) return "no birth is kept that says what its readings are";
  remove(deps, entry, act, "quarantine-retried", () =>
    state.anchors.keepPending(
      streamId,
      entry.gatewayKey,
      birth.birthId,
      { ...record, bytes: entry.bytes },
      entry.receivedAtMs,
    ),
  );
  await deps.release();
  return undefined;
}

function remove(
  { state, nowMs }: QuarantineActDeps,
  entry: QuarantinedEntry,
  { because, personId }: QuarantineAct,
  kind: string,
  also: () => void = () => undefined,
): void {
  const { tenantId, assetId, quarantineId, kind: was, numbers, epoch, reason, digest, gatewayKey } = entry;
  state.db.transaction(() => {
    state.quarantine.remove(quarantineId);
    also();
    const before = { quarantineId, gatewayKey, kind: was, epoch, numbers, reason, digest, bytes: entry.bytes.length };
    writeAudit(state.db, {
      tenantId,
      subjectId: assetId,
      kind,
      atMs: nowMs,
      before,
      after: undefined,
      cause: because,
      personId,
    });
  });
}
