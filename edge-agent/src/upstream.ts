// What comes upstream, told apart: the host's state, rebirth requests, acceptances. Whatever else comes is nothing.

import {
  MetricColumns,
  REBIRTH_METRIC,
  decodePayload,
  findMetric,
  numberOf,
  parseSparkplugTopic,
  readAcceptance,
  type Acceptance,
} from "@isotherm/coldchain";
import { parseHostState, type HostState } from "./host-state.ts";

export type Upstream =
  | { readonly kind: "state"; readonly state: HostState }
  | { readonly kind: "rebirth" }
  | { readonly kind: "acceptance"; readonly assetId: string; readonly acceptance: Acceptance }
  | { readonly kind: "malformed" }
  | { readonly kind: "nothing" };

const columns = new MetricColumns();

/** Never throws, whatever the bytes. */
export function readUpstream(topic: string, payload: Uint8Array): Upstream {
  const parsed = parseSparkplugTopic(topic);
  if (parsed?.kind === "state") {
    const state = parseHostState(payload);
    return state === undefined ? { kind: "malformed" } : { kind: "state", state };
  }
  if (parsed?.type !== "NCMD" && parsed?.type !== "DCMD") return { kind: "nothing" };
  try {
    decodePayload(payload, columns);
  } catch {
    return { kind: "malformed" };
  }
  if (parsed.kind === "node") {
    const at = findMetric(columns, REBIRTH_METRIC);
    return at >= 0 && numberOf(columns, at) === 1 ? { kind: "rebirth" } : { kind: "nothing" };
  }
  const acceptance = readAcceptance(columns);
  return acceptance === undefined ? { kind: "malformed" } : { kind: "acceptance", assetId: parsed.assetId, acceptance };
}
