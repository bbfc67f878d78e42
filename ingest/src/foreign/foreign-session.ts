// What the births of a foreign Sparkplug node have said, for as long as its word holds: until its death, and until we
// ourselves did not listen for a moment, in which it may have been born again with other aliases.

import type { ChannelDeclaration } from "@isotherm/coldchain";
import type { ChannelText } from "../mapping/mapping-schema.ts";

/** A metric as its birth, or its name, gives it. */
export interface ForeignMetric {
  readonly name: string;
  /** Sparkplug datatype; 0 when the birth names none. */
  readonly datatype: number;
  /** Undefined: no mapping speaks of it. */
  readonly target: MetricTarget | undefined;
}

export interface MetricTarget {
  readonly assetId: string;
  readonly declared: ChannelDeclaration;
  readonly terms: ChannelText;
}

export interface BornMetrics {
  readonly byAlias: ReadonlyMap<number, ForeignMetric>;
  readonly byName: ReadonlyMap<string, ForeignMetric>;
}

/** Never changed in place: a batch that fails is planned again from the session as it was. */
export interface ForeignSession {
  /** Which connection of ours heard it. */
  readonly connection: number;
  /** Sparkplug's seq that comes next; null when no message has carried one. */
  readonly nextSeq: number | null;
  readonly isBorn: boolean;
  /** By device id; the node's own metrics stand under the empty text. */
  readonly devices: ReadonlyMap<string, BornMetrics>;
}

export function newSession(connection: number): ForeignSession {
  return { connection, nextSeq: null, isBorn: false, devices: new Map() };
}

/** All sessions, in memory alone: after a restart births are asked for, because old ones may not hold any more. */
export class ForeignSessions {
  readonly #sessions = new Map<string, ForeignSession>();
  #metrics = 0;

  get(nodeKey: string): ForeignSession | undefined {
    return this.#sessions.get(nodeKey);
  }

  /** Metrics of all births held. */
  get metricCount(): number {
    return this.#metrics;
  }

  /** Takes over what a batch has changed, once it is committed. */
  settle(changed: ReadonlyMap<string, ForeignSession | undefined>): void {
    for (const [nodeKey, session] of changed) {
      this.#metrics += metricsOf(session) - metricsOf(this.#sessions.get(nodeKey));
      if (session === undefined) this.#sessions.delete(nodeKey);
      else this.#sessions.set(nodeKey, session);
    }
  }
}

function metricsOf(session: ForeignSession | undefined): number {
  let count = 0;
  for (const { byName, byAlias } of session?.devices.values() ?? []) count += Math.max(byName.size, byAlias.size);
  return count;
}
