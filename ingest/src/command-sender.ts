// What goes back to gateways: what is accepted, and the wish for a birth.

import {
  type Clock,
  DATATYPE,
  MetricColumns,
  REBIRTH_METRIC,
  type Random,
  type Range,
  type Scheduler,
  acceptanceOf,
  deviceTopic,
  encodePayload,
  nodeTopic,
  putAcceptance,
  putNumber,
} from "@isotherm/coldchain";
import type { GatewayState } from "./gateway-table.ts";
import type { StreamState } from "./stream-state.ts";

/** A gateway is asked for a birth no more often than this. */
const REBIRTH_INTERVAL_MS = 30_000;
/** Asked after a random part of this, so that a fleet is not asked in one breath. */
const REBIRTH_JITTER_MS = 2000;

export interface SenderDeps {
  readonly hostId: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  send(topic: string, payload: Uint8Array): boolean;
}

type Accepting = Pick<GatewayState, "groupId" | "gatewayId" | "primaryHost">;

export class CommandSender {
  readonly #deps: SenderDeps;
  readonly #columns = new MetricColumns();
  /** When a gateway was last asked for a birth, by monotonic time; bounded by the number of gateways. */
  readonly #asked = new Map<string, number>();
  #acceptances = 0;
  #rebirths = 0;
  #resends = 0;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  get acceptances(): number {
    return this.#acceptances;
  }

  get rebirths(): number {
    return this.#rebirths;
  }

  get resends(): number {
    return this.#resends;
  }

  /** Tells a stream's gateway what is accepted, unless its primary host is another one. */
  accept(gateway: Accepting, stream: StreamState): void {
    if (this.#sendAcceptance(gateway, stream, [])) this.#acceptances++;
  }

  /** Asks a stream's gateway for ranges that it may have forgotten as accepted; says so with what is accepted. */
  askAgain(gateway: Accepting, stream: StreamState, ranges: readonly Range[]): void {
    if (this.#sendAcceptance(gateway, stream, ranges)) this.#resends++;
  }

  #sendAcceptance(gateway: Accepting, stream: StreamState, resend: readonly Range[]): boolean {
    const { hostId, clock } = this.#deps;
    if (gateway.primaryHost !== null && gateway.primaryHost !== hostId) return false;
    const nowMs = clock.wallMs();
    this.#columns.clear();
    putAcceptance(this.#columns, { ...acceptanceOf(hostId, stream.epoch, stream.accepted), resend }, nowMs);
    const payload = encodePayload(this.#columns, { timestampMs: nowMs, seq: undefined });
    return this.#deps.send(deviceTopic(gateway.groupId, "DCMD", gateway.gatewayId, stream.assetId), payload);
  }

  /** Asks for a birth, soon and not too often. */
  askForBirth(gateway: Pick<GatewayState, "groupId" | "gatewayId" | "gatewayKey">): void {
    const { clock, scheduler, random } = this.#deps;
    const asked = this.#asked.get(gateway.gatewayKey);
    const nowMs = clock.monotonicMs();
    if (asked !== undefined && nowMs - asked < REBIRTH_INTERVAL_MS) return;
    this.#asked.set(gateway.gatewayKey, nowMs);
    scheduler.after(Math.floor(random() * REBIRTH_JITTER_MS), () => this.#sendRebirth(gateway));
  }

  #sendRebirth({ groupId, gatewayId }: Pick<GatewayState, "groupId" | "gatewayId">): void {
    const nowMs = this.#deps.clock.wallMs();
    this.#columns.clear();
    putNumber(this.#columns, REBIRTH_METRIC, 1, DATATYPE.boolean, nowMs);
    const payload = encodePayload(this.#columns, { timestampMs: nowMs, seq: undefined });
    if (this.#deps.send(nodeTopic(groupId, "NCMD", gatewayId), payload)) this.#rebirths++;
  }
}
