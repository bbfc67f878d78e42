// Who has broken a promise to speak, by what was promised in births. One cause, one alarm: the silence of a part is told
// only when its whole is heard and the silence of the whole is not. Time is an argument, and nothing is scanned: each
// gateway, asset and channel is looked at when it may be due. Pure.

import { DueQueue } from "./due-queue.ts";

export type LivenessKind = "gateway" | "asset" | "channel";

/** Something that promised to speak. */
export interface Watched {
  readonly kind: LivenessKind;
  /** `<group>/<gatewayId>`, `<tenant>/<asset>` or `<tenant>/<asset>/<channel>`. */
  readonly key: string;
  readonly promisedMs: number | null;
  /** When it was last heard: for a gateway any message, for an asset or channel a good reading. */
  readonly spokeMs: number;
}

export interface LivenessChange {
  readonly kind: "silent" | "spoke";
  readonly watched: Watched;
  /** Since when it has been silent, or when it spoke. */
  readonly atMs: number;
}

export interface LivenessTerms {
  /** A gateway that died is silent after this. */
  readonly deathGraceMs: number;
}

interface Node extends Watched {
  readonly parent: Node | undefined;
  promisedMs: number | null;
  spokeMs: number;
  isSilent: boolean;
  /** Pauses between what it said, each longer than all after it: lengths and when they ended. */
  readonly pauses: { readonly lengthMs: number; readonly endMs: number }[];
  /** Of a gateway: what its kind of link is given beyond the promise, when it died, and until when it said it sleeps. */
  graceMs: number;
  diedMs: number | null;
  sleepUntilMs: number | null;
  /** Of its valid entry in the queue; entries with another are left over. */
  turn: number;
}

/** While the whole is not heard either, nothing can be told of the part: it is looked at again after this. */
const UNPROVEN_RECHECK_MS = 5000;

export class Liveness {
  readonly #terms: LivenessTerms;
  readonly #nodes = new Map<string, Node>();
  /** Channels of each asset. */
  readonly #parts = new Map<string, ReadonlySet<string>>();
  readonly #queue = new DueQueue<{ readonly node: Node; readonly turn: number }>();
  #listeningSinceMs: number | undefined;
  #changes: LivenessChange[] = [];

  constructor(terms: LivenessTerms) {
    this.#terms = terms;
  }

  /** How many are watched. */
  get size(): number {
    return this.#nodes.size;
  }

  /** Since when messages are heard; undefined while they are not: what was said then cannot be known. */
  listening(sinceMs: number | undefined): void {
    this.#listeningSinceMs = sinceMs;
  }

  /** @param promisedMs the longest that it is silent while all is well */
  knowGateway(key: string, promisedMs: number, graceMs: number, nowMs: number): void {
    const node = this.#know("gateway", key, undefined, promisedMs, nowMs);
    node.graceMs = graceMs;
    this.#enqueue(node, this.#gatewayDueMs(node));
  }

  /** `promisedMs` null: it promised nothing, so that its silence is none. False when its gateway is not known. */
  knowPart(
    kind: "asset" | "channel",
    key: string,
    parentKey: string,
    promisedMs: number | null,
    nowMs: number,
  ): boolean {
    const parent = this.#nodes.get(parentKey);
    if (parent === undefined) return false;
    const node = this.#know(kind, key, parent, promisedMs, nowMs);
    if (promisedMs !== null) this.#enqueue(node, this.#partBaseMs(node) + promisedMs);
    else if (node.isSilent) this.#speak(node, nowMs);
    return true;
  }

  /** Only these parts of an asset are declared any more: the others are watched no longer. */
  forgetOthers(assetKey: string, declared: ReadonlySet<string>, nowMs: number): void {
    const before = this.#parts.get(assetKey) ?? new Set();
    this.#parts.set(assetKey, declared);
    for (const key of before) {
      const node = declared.has(key) ? undefined : this.#nodes.get(key);
      if (node === undefined) continue;
      if (node.isSilent) this.#changes.push({ kind: "spoke", watched: node, atMs: nowMs });
      node.turn++;
      this.#nodes.delete(key);
    }
  }

  /** An alarm about it stands already, from before. */
  knowSilent(key: string): void {
    const node = this.#nodes.get(key);
    if (node === undefined) return;
    node.isSilent = true;
    node.turn++;
  }

  gatewaySpoke(key: string, atMs: number): void {
    const node = this.#nodes.get(key);
    if (node === undefined) return;
    node.diedMs = null;
    this.#hear(node, atMs);
  }

  gatewayDied(key: string, atMs: number): void {
    const node = this.#nodes.get(key);
    if (node === undefined || node.diedMs !== null) return;
    node.diedMs = atMs;
    if (!node.isSilent) this.#enqueue(node, this.#gatewayDueMs(node));
  }

  /** It said that it will not speak until then; null takes that back. */
  gatewaySleeps(key: string, untilMs: number | null): void {
    const node = this.#nodes.get(key);
    if (node !== undefined) node.sleepUntilMs = untilMs;
  }

  /** A good reading of a channel came: its asset and its gateway are heard by it as well. */
  channelSpoke(key: string, atMs: number): void {
    for (let node = this.#nodes.get(key); node !== undefined; node = node.parent) {
      // Heard at this very instant by another of its channels, and so was all above it.
      if (node.spokeMs === atMs && !node.isSilent) return;
      this.#hear(node, atMs);
    }
  }

  /** What has changed since the last look, and what is silent by now. */
  look(nowMs: number): LivenessChange[] {
    if (this.#listeningSinceMs !== undefined)
      for (let due = this.#queue.take(nowMs); due !== undefined; due = this.#queue.take(nowMs))
        if (due.turn === due.node.turn) this.#judge(due.node, nowMs);
    return this.spoken();
  }

  /** Who spoke again since the last look. */
  spoken(): LivenessChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  #know(kind: LivenessKind, key: string, parent: Node | undefined, promisedMs: number | null, nowMs: number): Node {
    const known = this.#nodes.get(key);
    if (known !== undefined && known.parent === parent) {
      known.promisedMs = promisedMs;
      return known;
    }
    if (known !== undefined) known.turn++;
    const fresh = {
      pauses: [],
      graceMs: 0,
      diedMs: null,
      sleepUntilMs: null,
      turn: 0,
      isSilent: known?.isSilent ?? false,
    };
    const node: Node = { kind, key, parent, promisedMs, spokeMs: nowMs, ...fresh };
    this.#nodes.set(key, node);
    return node;
  }

  /** One valid entry for each: the one that is added last. */
  #enqueue(node: Node, dueMs: number): void {
    if (node.isSilent) return;
    this.#queue.add({ node, turn: ++node.turn }, dueMs);
  }

  #hear(node: Node, atMs: number): void {
    if (atMs > node.spokeMs) {
      notePause(node, atMs - node.spokeMs, atMs);
      node.spokeMs = atMs;
    }
    if (node.isSilent) this.#speak(node, atMs);
  }

  #speak(node: Node, atMs: number): void {
    node.isSilent = false;
    this.#changes.push({ kind: "spoke", watched: node, atMs });
    const promisedMs = node.promisedMs;
    if (node.kind === "gateway") this.#enqueue(node, this.#gatewayDueMs(node));
    else if (promisedMs !== null) this.#enqueue(node, this.#partBaseMs(node) + promisedMs);
  }

  #judge(node: Node, nowMs: number): void {
    if (node.isSilent || (node.promisedMs === null && node.kind !== "gateway")) return;
    const dueMs = node.kind === "gateway" ? this.#gatewayDueMs(node) : this.#partBaseMs(node) + (node.promisedMs ?? 0);
    if (nowMs <= dueMs) return this.#enqueue(node, dueMs + 1);
    if (node.parent !== undefined && !isProven(node.parent, dueMs))
      return this.#enqueue(node, nowMs + UNPROVEN_RECHECK_MS);
    node.isSilent = true;
    node.turn++;
    this.#changes.push({ kind: "silent", watched: node, atMs: node.spokeMs });
  }

  #gatewayDueMs(node: Node): number {
    const sinceMs = this.#listeningSinceMs ?? 0;
    const promisedMs = Math.max(node.spokeMs, sinceMs) + (node.promisedMs ?? Infinity);
    const deathMs = node.diedMs === null ? Infinity : Math.max(node.diedMs, sinceMs) + this.#terms.deathGraceMs;
    const awakeMs = node.sleepUntilMs === null ? 0 : Math.max(node.sleepUntilMs, sinceMs) + this.#terms.deathGraceMs;
    return Math.max(Math.min(promisedMs, deathMs), awakeMs) + node.graceMs;
  }

  /** From when its promise counts: what it belongs to has paused for longer, and must have resumed before. */
  #partBaseMs(node: Node): number {
    let baseMs = Math.max(node.spokeMs, this.#listeningSinceMs ?? 0);
    for (let up = node.parent; up !== undefined; up = up.parent) {
      const pause = up.pauses.findLast(({ lengthMs }) => lengthMs > (node.promisedMs ?? 0));
      if (pause !== undefined) baseMs = Math.max(baseMs, pause.endMs);
    }
    return baseMs;
  }
}

/** Pauses of each node that are kept. */
const PAUSES_MAX = 16;
const PAUSE_MS_MIN = 1000;

function notePause({ kind, pauses }: Node, lengthMs: number, endMs: number): void {
  if (lengthMs < PAUSE_MS_MIN || kind === "channel") return;
  while ((pauses.at(-1)?.lengthMs ?? Infinity) <= lengthMs) pauses.pop();
  pauses.push({ lengthMs, endMs });
  if (pauses.length > PAUSES_MAX) pauses.shift();
}

/** The whole was heard when the part should have been, and neither it nor what it belongs to is silent. */
function isProven(parent: Node, dueMs: number): boolean {
  for (let up: Node | undefined = parent; up !== undefined; up = up.parent) if (up.isSilent) return false;
  return parent.spokeMs > dueMs;
}
