// What ingest's state looks like to those who read it: rows, each of one tenant, with times in UTC milliseconds.

import type { AlarmStateName, AllowanceKind, ChannelDeclaration, Quality, Range } from "@isotherm/coldchain";
import type { SeriesId } from "./store/reading-store.ts";

/** `unknown`: its gateway has been silent for longer than it promised, so nothing is known, good or bad. */
export type AssetStatus = "online" | "offline" | "unknown";

export interface AssetRow {
  readonly tenantId: string;
  readonly assetId: string;
  readonly gatewayId: string;
  readonly status: AssetStatus;
  readonly channels: readonly ChannelDeclaration[];
  /** Null until a reading came. */
  readonly lastSampledAtMs: number | null;
  readonly lastReceivedAtMs: number | null;
}

/** The newest reading of a channel, by the time it was sampled. */
export interface LatestRow {
  readonly channel: string;
  readonly role: string;
  readonly unit: string;
  readonly resolution: number;
  readonly atMs: number;
  /** In `unit`; null when the device gave no number. */
  readonly value: number | null;
  readonly quality: Quality;
}

/** An allowance used up. */
export interface BreachRow {
  readonly kind: AllowanceKind;
  readonly allowedMs: number;
  /** From when on the time counted is a breach. */
  readonly atMs: number;
  /** Counted so far: of a cumulative allowance with what was spent before, on this leg and on former ones. */
  readonly spentMs: number;
  /** The version of the profile that allowed so much then. */
  readonly profileVersion: number;
}

/** A stretch outside limits, as judged from every reading and fact known now. */
export interface ExcursionRow {
  readonly excursionId: string;
  readonly tenantId: string;
  readonly assetId: string;
  readonly channel: string;
  readonly ruleId: string;
  readonly profileId: string;
  readonly profileVersion: number;
  /** Null when the asset's standing profile was judged, without any shipment. */
  readonly shipmentId: string | null;
  readonly side: "high" | "low";
  /** The limit that was left, in the channel's unit. */
  readonly limit: number;
  readonly startMs: number;
  /** Null while it is open. */
  readonly endMs: number | null;
  /** When the leg, or the standing profile, ended: an excursion still open then has no end, but lasts no longer here. */
  readonly judgedUntilMs: number | null;
  /** Start plus on-delay, once readings show that it lasted so long; null before. */
  readonly onsetMs: number | null;
  readonly monitoredMs: number;
  readonly possibleMs: number;
  /** The value furthest outside, in the channel's unit. */
  readonly peak: number;
  readonly peakAtMs: number;
  /** How far and how long outside, in the channel's unit times minutes. */
  readonly degreeMinutes: number;
  /** True when it is over an allowance. */
  readonly breach: boolean;
  /** Every allowance that was used up in it. */
  readonly breaches: readonly BreachRow[];
  readonly alarmId: string | null;
}

/** What an alarm that is not about one channel's limit says of its cause. */
export type AlarmDetail = ProfileDetail | SilenceDetail;

export interface SilenceDetail {
  readonly kind: "silence";
  /** Of what is silent, as ingest names it. */
  readonly key: string;
  /** The longest that it would be silent while all is well; null when nothing was promised. */
  readonly promisedMs: number | null;
}

export interface ProfileDetail {
  readonly kind: "profile";
  readonly profileVersion: number;
  readonly formerVersion: number;
  /** A personId, or `installer`; null when it is not known. */
  readonly changedBy: string | null;
  readonly changedAtMs: number | null;
  /** Channels that this version has put outside. */
  readonly channels: number;
  /** Those of them that are outside still. */
  readonly outside: number;
}

export interface AlarmRow {
  readonly alarmId: string;
  readonly tenantId: string;
  /** For `gateway-silent`: the gateway's id; for `profile-version`: the profile's. */
  readonly assetId: string;
  /** Empty for `gateway-silent` and `profile-version`. */
  readonly channel: string;
  readonly ruleId: string;
  readonly profileId: string;
  readonly side: "high" | "low" | null;
  readonly limit: number | null;
  readonly state: AlarmStateName;
  readonly severity: "warning" | "breach";
  /** True when it was found in readings too old to wake anybody. */
  readonly foundLate: boolean;
  readonly raisedAtMs: number;
  /** When the condition began, by the readings. */
  readonly startMs: number;
  /** Null while the condition lasts. */
  readonly returnedAtMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly shelvedUntilMs: number | null;
  readonly peak: number | null;
  readonly latestValue: number | null;
  readonly shipmentIds: readonly string[];
  /** Null for a limit on one channel. */
  readonly detail: AlarmDetail | null;
}

/** One change of a result and what caused it. Rows are only ever added. */
export interface AuditRow {
  readonly auditId: number;
  readonly tenantId: string;
  /** An excursionId, an alarmId or a gatewayId. */
  readonly subjectId: string;
  readonly kind: string;
  readonly atMs: number;
  readonly before: unknown;
  readonly after: unknown;
  /** Stream and numbers, a fact, or an intent. */
  readonly cause: string;
  readonly personId: string | null;
}

/** Delivery of one stream: numbers accepted of numbers issued, and what is missing. */
export interface CompletenessRow {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly epoch: string;
  readonly assetId: string;
  readonly issued: number;
  /** How many numbers are accepted in all; the next two are part of it. */
  readonly accepted: number;
  readonly quarantined: number;
  readonly gone: number;
  /** Ranges issued and neither accepted nor declared gone, lowest first, at most 100. */
  readonly holes: readonly Range[];
}

export interface QuarantineRow {
  readonly quarantineId: number;
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly assetId: string;
  readonly epoch: string | null;
  /** `undecodable`, `number-conflict`, `point-refused`, `anchor-conflict`, `reading-conflict`, `foreign-refused`. */
  readonly kind: string;
  /** As `1-3,7`. */
  readonly numbers: string;
  readonly reason: string;
  readonly byteCount: number;
  readonly receivedAtMs: number;
}

/** A gateway, or source of plain JSON, without our contract: it numbers nothing, so nothing can be told of delivery. */
export interface ForeignGatewayRow {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly kind: "sparkplug" | "json";
  readonly mapping: string;
  readonly status: AssetStatus;
  readonly maxSilenceMs: number | null;
  readonly lastMessageMs: number;
  readonly assetIds: readonly string[];
}

/** Something that came and that no mapping speaks of, since ingest started. */
export interface UnmappedRow {
  readonly gatewayId: string;
  /** A metric, with its device in front, a topic, or the name of an asset that is not listed. */
  readonly what: string;
  readonly reason: "no-rule" | "asset-not-listed" | "no-value-found";
  readonly example: string;
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/**
 * What a row of a profile's `mkt` or `stability` comes to on one channel over one leg or standing profile, as far as it is
 * judged. Rows are judged about once an hour while a leg goes on.
 */
export interface ConclusionRow {
  readonly conclusionId: string;
  readonly tenantId: string;
  readonly assignmentKey: string;
  readonly assetId: string;
  /** Null under a standing profile. */
  readonly shipmentId: string | null;
  /** Several channels judged as one are named `<quantity>/median(<role>)` or `<quantity>/worst(<role>)`. */
  readonly channel: string;
  readonly kind: "mkt" | "stability";
  readonly role: string;
  /** Its place among the rows of its kind in the profile, and what the profile says where it comes from. */
  readonly rowIndex: number;
  readonly profileId: string;
  readonly profileVersion: number;
  readonly source: string;
  /** °C of a mean kinetic temperature; 1, all of it, of a budget. */
  readonly limit: number;
  /** The greatest mean kinetic temperature in °C over the windows that contain an excursion, or the share of the budget used. */
  readonly value: number;
  /** The window that has the greatest; null for a budget. */
  readonly windowFromMs: number | null;
  readonly windowToMs: number | null;
  /** Of a budget the last of `STABILITY_MARKS` reached; of a mean kinetic temperature 1 when it is above the limit. */
  readonly mark: number | null;
  /** When the budget was used up, or when the window that is above the limit ended. */
  readonly breachAtMs: number | null;
  /** The newest reading of the leg when it was judged. */
  readonly judgedToMs: number;
}

export interface ConclusionQuery {
  readonly tenantId: string;
  readonly assetId?: string;
  readonly shipmentId?: string;
  readonly limit: number;
}

export interface ExcursionQuery {
  readonly tenantId: string;
  readonly assetId?: string;
  readonly shipmentId?: string;
  /** Those that touch fromMs…toMs. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit: number;
}

export interface AlarmQuery {
  readonly tenantId: string;
  /** Those that still ask for something: condition lasting, or not acknowledged. */
  readonly openOnly?: boolean;
  readonly alarmId?: string;
  readonly assetId?: string;
  readonly shipmentId?: string;
  readonly limit: number;
}

/** Ingest's state, read only, while ingest writes. Newest first wherever there is a limit. */
export interface StateReader {
  assets(tenantId: string): AssetRow[];
  latest(tenantId: string, assetId: string): LatestRow[];
  excursions(query: ExcursionQuery): ExcursionRow[];
  conclusions(query: ConclusionQuery): ConclusionRow[];
  alarms(query: AlarmQuery): AlarmRow[];
  audit(tenantId: string, subjectId: string): AuditRow[];
  /** Of one tenant, or of all when none is named: for the operator of the machine. */
  completeness(tenantId?: string): CompletenessRow[];
  quarantine(tenantId: string | undefined, limit: number): QuarantineRow[];
  /** Hours that begin in fromMs…toMs whose sums are missing or out of date; what `windowStatistics` must know. */
  dueHours(series: SeriesId, fromMs: number, toMs: number): ReadonlySet<number>;
  /** What is not under our contract. Gateways of one tenant, or of all; what is unmapped belongs to nobody yet. */
  foreign(tenantId?: string): { readonly gateways: ForeignGatewayRow[]; readonly unmapped: UnmappedRow[] };
  /** Grows with every transaction of ingest's: equal cursors, equal answers. */
  cursor(): number;
  close(): void;
}
