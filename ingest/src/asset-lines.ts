// What an asset is judged by: the lines of all its assignments, worked out once and kept until facts or declarations change.

import {
  type ChannelDeclaration,
  type JudgedLine,
  type ProfileInForce,
  type Rule,
  channelQuantity,
  gateChannelsOf,
  gatesReachMs,
  linesOf,
} from "@isotherm/coldchain";
import { type Assignment, versionsOf } from "./assignment.ts";
import type { AssignmentTable } from "./assignment-table.ts";
import type { GatewayTable } from "./gateway-table.ts";

export interface AssetLine {
  readonly assignment: Assignment;
  readonly versions: readonly ProfileInForce[];
  readonly line: JudgedLine;
}

export interface AssetLines {
  readonly lines: readonly AssetLine[];
  readonly doors: readonly string[];
  readonly defrosts: readonly string[];
  /** Of channels with a stability budget: above this it is used. */
  readonly budgetAboveC: ReadonlyMap<string, number>;
  /** True when a channel's readings matter to more than its own lines: by combination or by gates. */
  readonly isJoined: boolean;
}

/** Lines are large, and asked for only where something is to be assessed: further assets' are worked out again. */
const ASSETS_KEPT_MAX = 200;

export class LineTable {
  readonly #assignments: AssignmentTable;
  readonly #gateways: GatewayTable;
  readonly #assets = new Map<string, AssetLines>();
  #ofAssignments: unknown;

  constructor(assignments: AssignmentTable, gateways: GatewayTable) {
    this.#assignments = assignments;
    this.#gateways = gateways;
  }

  of(tenantId: string, assetId: string): AssetLines {
    if (this.#ofAssignments !== this.#assignments.all) {
      this.#assets.clear();
      this.#ofAssignments = this.#assignments.all;
    }
    const key = `${tenantId}/${assetId}`;
    let lines = this.#assets.get(key);
    if (lines === undefined) {
      this.#assets.set(key, (lines = this.#lines(tenantId, assetId)));
      const oldest = this.#assets.keys().next();
      if (this.#assets.size > ASSETS_KEPT_MAX && oldest.done !== true) this.#assets.delete(oldest.value);
    }
    return lines;
  }

  /** A channel of the asset was declared. */
  changed(tenantId: string, assetId: string): void {
    this.#assets.delete(`${tenantId}/${assetId}`);
  }

  #lines(tenantId: string, assetId: string): AssetLines {
    const assignments = this.#assignments.of(tenantId, assetId);
    if (assignments.length === 0)
      return { lines: [], doors: [], defrosts: [], budgetAboveC: new Map(), isJoined: false };
    const channels = this.#gateways.channels(tenantId, assetId);
    const lines = assignments.flatMap((assignment) => {
      const versions = versionsOf(assignment);
      return linesOf(versions, channels).map((line) => ({ assignment, versions, line }));
    });
    const isJoined = lines.some(({ line }) => line.members.length > 1 || isGated(line));
    return { lines, ...gateChannelsOf(channels), budgetAboveC: budgetsOf(assignments, channels), isJoined };
  }
}

function budgetsOf(
  assignments: readonly Assignment[],
  channels: readonly Pick<ChannelDeclaration, "channel" | "role">[],
): Map<string, number> {
  const profiles = assignments.flatMap(({ profile, former = [] }) => [profile, ...former.map((each) => each.profile)]);
  const budgets = profiles.flatMap(({ stability }) => stability ?? []);
  const above = new Map<string, number>();
  for (const { channel, role } of channels) {
    if (channelQuantity(channel) !== "temperature") continue;
    const own = budgets.filter((budget) => budget.role === role).flatMap(({ rows }) => rows);
    if (own.length > 0) above.set(channel, Math.min(...own.map(({ aboveC }) => aboveC)));
  }
  return above;
}

/** Whether any version of a line's rule has a gate that is read from channels. */
export function isGated({ versions }: JudgedLine): boolean {
  return versions.some(({ rule }) => rule.gates.some(({ kind }) => kind === "door" || kind === "defrost"));
}

/** How far after a new reading of a member it may still change what the rule is held against. */
export function memberAheadMs({ measure, overMs, gapMs }: Rule): number {
  if (measure === "value") return 0;
  return measure === "rate" ? overMs + gapMs : gapMs;
}

/** How far after a new reading of a door or a defrost it may still change when a line's gates are open. */
export const gateAheadMs = gatesReachMs;
