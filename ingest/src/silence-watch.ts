// What is silent, as alarms: raised, returned and told. Gateways, their assets and channels by what they promised in
// births; the broker itself, when ingest cannot hear anybody.

import { ALARM_NORMAL, GATEWAY_STREAM, type AlarmEffect } from "@isotherm/coldchain";
import { alarmAfter, saveAlarm } from "./alarm-change.ts";
import { idOf } from "./alarm-settling.ts";
import { BROKER_RULE, SILENT_RULES, type StoredAlarm } from "./alarm-table.ts";
import type { ReceivedBirth } from "./birth-table.ts";
import type { IngestConfig } from "./config.ts";
import type { GatewayState } from "./gateway-table.ts";
import { Liveness, type LivenessChange } from "./liveness.ts";
import type { IngestState } from "./state.ts";
import type { SeriesId } from "./store/reading-store.ts";

export interface SilenceChange {
  readonly alarmId: string;
  readonly effects: readonly AlarmEffect[];
  /** Whose assets have another status now. */
  readonly gatewayKey: string | undefined;
}

/** What a batch of messages says of who is alive. */
export interface Heard {
  readonly gateways: Iterable<GatewayState>;
  readonly births: Iterable<Pick<ReceivedBirth, "gatewayKey" | "birth"> & { readonly tenantId: string }>;
  /** Channels that gave a good reading. */
  readonly good: Iterable<SeriesId>;
}

interface Subject {
  readonly tenantId: string;
  readonly assetId: string;
  readonly channel: string;
  readonly gatewayKey: string;
}

type WatchConfig = Pick<IngestConfig, "bounds" | "groups" | "hostId" | "links">;

export class SilenceWatch {
  readonly #state: IngestState;
  readonly #config: WatchConfig;
  readonly #liveness: Liveness;
  readonly #subjects = new Map<string, Subject>();
  /** Promise and grace of each gateway, as they were last told to the watch. */
  readonly #gateways = new Map<string, string>();
  /** Alarms that last, by what they are about. */
  readonly #alarms = new Map<string, string>();
  readonly #keys = new WeakMap<SeriesId, string>();
  readonly #pending: LivenessChange[] = [];
  #awaySinceMs: number | undefined;

  constructor(state: IngestState, config: WatchConfig, nowMs: number) {
    this.#state = state;
    this.#config = config;
    this.#liveness = new Liveness(config.bounds);
    this.#awaySinceMs = nowMs;
    this.#load(nowMs);
  }

  /** How many gateways, assets and channels are watched. */
  get size(): number {
    return this.#liveness.size;
  }

  /** Messages are heard from now on; or no longer. */
  listening(isListening: boolean, nowMs: number): SilenceChange[] {
    this.#liveness.listening(isListening ? nowMs : undefined);
    if (!isListening) {
      this.#awaySinceMs ??= nowMs;
      return [];
    }
    this.#awaySinceMs = undefined;
    return this.#tenants().flatMap((tenantId) => this.#return(brokerKey(tenantId), undefined, nowMs, "broker is back"));
  }

  /** Takes note of a committed batch; who was silent and has spoken returns at once. */
  heard({ gateways, births, good }: Heard, nowMs: number): SilenceChange[] {
    for (const gateway of gateways) this.#hearGateway(gateway);
    for (const { gatewayKey, tenantId, birth } of births)
      if (birth.assetId !== GATEWAY_STREAM) this.#knowAsset(gatewayKey, tenantId, birth.assetId, birth.channels, nowMs);
    for (const series of good) this.#liveness.channelSpoke(this.#keyOf(series), nowMs);
    return this.#apply(this.#liveness.spoken(), nowMs);
  }

  /** The pipeline gives the same object for a channel again and again. */
  #keyOf(series: SeriesId): string {
    let key = this.#keys.get(series);
    if (key === undefined) {
      key = `${series.tenantId}/${series.assetId}/${series.channel}`;
      this.#keys.set(series, key);
    }
    return key;
  }

  look(nowMs: number): SilenceChange[] {
    const awayMs = this.#awaySinceMs === undefined ? 0 : nowMs - this.#awaySinceMs;
    const away = awayMs > this.#config.bounds.brokerGraceMs ? this.#tenants() : [];
    return [
      ...away.flatMap((tenantId) => this.#raiseBroker(tenantId, nowMs - awayMs, nowMs)),
      ...this.#apply(this.#liveness.look(nowMs), nowMs),
    ];
  }

  #tenants(): string[] {
    return [...new Set(Object.values(this.#config.groups))];
  }

  #load(nowMs: number): void {
    const { gateways, alarms } = this.#state;
    for (const gateway of gateways.all()) this.#hearGateway(gateway);
    for (const { gatewayKey, tenantId, assetId, channels } of gateways.watched())
      this.#knowAsset(gatewayKey, tenantId, assetId, channels, nowMs);
    for (const { alarmId, detail, tenantId, assetId } of alarms.lasting(Object.values(SILENT_RULES))) {
      // Alarms of before there was a detail are of gateways.
      const old = gateways.all().find((each) => each.tenantId === tenantId && each.gatewayId === assetId)?.gatewayKey;
      const key = detail?.kind === "silence" ? detail.key : old;
      if (key === undefined) continue;
      this.#alarms.set(key, alarmId);
      this.#liveness.knowSilent(key);
    }
  }

  #hearGateway(gateway: GatewayState): void {
    const { gatewayKey, gatewayId, tenantId, link, maxSilenceMs, diedAtMs, lastMessageMs, sleepUntilMs } = gateway;
    const { bounds, links } = this.#config;
    const kind = links[gatewayId] ?? link;
    const graceMs = kind === "cellular" ? bounds.cellularGraceMs : kind === "satellite" ? bounds.satelliteGraceMs : 0;
    const promisedMs = maxSilenceMs ?? bounds.maxSilenceMs;
    const terms = `${promisedMs} ${graceMs}`;
    this.#liveness.gatewaySleeps(gatewayKey, sleepUntilMs);
    if (this.#gateways.get(gatewayKey) !== terms) {
      this.#gateways.set(gatewayKey, terms);
      this.#subjects.set(gatewayKey, { tenantId, assetId: gatewayId, channel: "", gatewayKey });
      this.#liveness.knowGateway(gatewayKey, promisedMs, graceMs, lastMessageMs);
    }
    if (diedAtMs !== null) this.#liveness.gatewayDied(gatewayKey, diedAtMs);
    else this.#liveness.gatewaySpoke(gatewayKey, lastMessageMs);
  }

  #knowAsset(
    gatewayKey: string,
    tenantId: string,
    assetId: string,
    channels: readonly { readonly channel: string; readonly maxSilenceMs?: number }[],
    nowMs: number,
  ): void {
    const assetKey = `${tenantId}/${assetId}`;
    const promises = channels.flatMap(({ maxSilenceMs }) => (maxSilenceMs === undefined ? [] : [maxSilenceMs]));
    const promisedMs = promises.length === 0 ? null : Math.min(...promises);
    if (!this.#liveness.knowPart("asset", assetKey, gatewayKey, promisedMs, nowMs)) return;
    this.#subjects.set(assetKey, { tenantId, assetId, channel: "", gatewayKey });
    for (const { channel, maxSilenceMs } of channels) {
      const key = `${assetKey}/${channel}`;
      this.#subjects.set(key, { tenantId, assetId, channel, gatewayKey });
      this.#liveness.knowPart("channel", key, assetKey, maxSilenceMs ?? null, nowMs);
    }
    this.#liveness.forgetOthers(assetKey, new Set(channels.map(({ channel }) => `${assetKey}/${channel}`)), nowMs);
  }

  /** What cannot be written down now is not lost: it stays first in line. */
  #apply(changes: readonly LivenessChange[], nowMs: number): SilenceChange[] {
    this.#pending.push(...changes);
    const told: SilenceChange[] = [];
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      told.push(...this.#write(next, nowMs));
      this.#pending.shift();
    }
    return told;
  }

  #write({ kind, watched, atMs }: LivenessChange, nowMs: number): SilenceChange[] {
    const subject = this.#subjects.get(watched.key);
    const gatewayKey = watched.kind === "gateway" ? watched.key : undefined;
    if (subject === undefined) return [];
    const name = `${watched.kind} ${subject.channel === "" ? subject.assetId : `${subject.assetId}/${subject.channel}`}`;
    if (kind === "spoke") return this.#return(watched.key, gatewayKey, atMs, `${name} spoke`);
    const of = { ruleId: SILENT_RULES[watched.kind], key: watched.key, promisedMs: watched.promisedMs };
    return this.#raise(subject, of, atMs, nowMs, `${name} silent`, gatewayKey);
  }

  #raiseBroker(tenantId: string, sinceMs: number, nowMs: number): SilenceChange[] {
    const key = brokerKey(tenantId);
    if (this.#alarms.has(key)) return [];
    const subject = { tenantId, assetId: this.#config.hostId, channel: "", gatewayKey: "" };
    const of = { ruleId: BROKER_RULE, key, promisedMs: this.#config.bounds.brokerGraceMs };
    return this.#raise(subject, of, sinceMs, nowMs, "broker away", undefined);
  }

  #raise(
    { tenantId, assetId, channel }: Subject,
    { ruleId, key, promisedMs }: { readonly ruleId: string; readonly key: string; readonly promisedMs: number | null },
    sinceMs: number,
    nowMs: number,
    cause: string,
    gatewayKey: string | undefined,
  ): SilenceChange[] {
    const { gateways, alarms, db } = this.#state;
    const alarmId = idOf("silent", key, sinceMs);
    const fresh: StoredAlarm = {
      ...{ alarmId, tenantId, assetId, channel, ruleId, profileId: "", side: null, limit: null },
      ...{ state: ALARM_NORMAL, severity: "warning", raisedAtMs: nowMs, startMs: sinceMs, returnedAtMs: null },
      ...{ acknowledgedAtMs: null, acknowledgedBy: null, peak: null, shipmentIds: [], foundLate: false },
      detail: { kind: "silence", key, promisedMs },
    };
    const change = alarmAfter(alarms.get(alarmId) ?? fresh, { kind: "raise" });
    if (change === undefined) return [];
    db.transaction(() => {
      if (gatewayKey !== undefined) {
        gateways.setStatus(gatewayKey, "unknown");
        gateways.setAssetStatuses(gatewayKey, "unknown");
        gateways.setSilent(gatewayKey, alarmId);
      }
      const after = { ...change.alarm, returnedAtMs: null };
      saveAlarm(db, alarms, undefined, after, "raised", { atMs: nowMs, cause, personId: null });
    });
    this.#alarms.set(key, alarmId);
    return [{ alarmId, effects: change.effects, gatewayKey }];
  }

  #return(key: string, gatewayKey: string | undefined, spokeMs: number, cause: string): SilenceChange[] {
    const { gateways, alarms, db } = this.#state;
    const alarmId = this.#alarms.get(key);
    if (alarmId === undefined) return [];
    const alarm = alarms.get(alarmId);
    const change = alarm && alarmAfter(alarm, { kind: "return" });
    db.transaction(() => {
      if (gatewayKey !== undefined) {
        gateways.setSilent(gatewayKey, null);
        gateways.reviveAssets(gatewayKey);
      }
      if (alarm === undefined || change === undefined) return;
      const after = { ...change.alarm, returnedAtMs: spokeMs };
      saveAlarm(db, alarms, alarm, after, "returned", { atMs: spokeMs, cause, personId: null });
    });
    this.#alarms.delete(key);
    return [{ alarmId, effects: change?.effects ?? [], gatewayKey }];
  }
}

function brokerKey(tenantId: string): string {
  return `broker/${tenantId}`;
}
