// What the uplink core says: a message to publish, what an answer did, and its counts.

import type { Range } from "@isotherm/coldchain";
import type { Cargo } from "./uplink-stream.ts";

/** One message to publish. What `records` and `gone` name leaves together. */
export interface Send extends Cargo {
  readonly streamId: number;
  readonly kind: "live" | "retry" | "backlog" | "resend";
}

/** What an acceptance did. Only `accepted` lets anything go. */
export type AcceptanceOutcome =
  | { readonly outcome: "accepted"; readonly streamId: number; readonly ranges: readonly Range[] }
  | { readonly outcome: "epoch-conflict"; readonly streamId: number }
  | { readonly outcome: "ignored"; readonly reason: "other-host" | "unknown-stream" };

export interface UplinkCounters {
  messagesSent: number;
  recordsSentLive: number;
  recordsSentBacklog: number;
  recordsSentAgain: number;
  recordsResent: number;
  recordsAccepted: number;
  /** Records that went back to wait because what was sent got lost. */
  recordsPutBack: number;
  acceptancesIgnored: number;
  epochConflicts: number;
}

export function noUplinkCounts(): UplinkCounters {
  return {
    messagesSent: 0,
    recordsSentLive: 0,
    recordsSentBacklog: 0,
    recordsSentAgain: 0,
    recordsResent: 0,
    recordsAccepted: 0,
    recordsPutBack: 0,
    acceptancesIgnored: 0,
    epochConflicts: 0,
  };
}
