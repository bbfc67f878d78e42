// What /api/v1 answers, as types: the server builds these, the pages read them. Times are UTC milliseconds, positions
// WGS-84 degrees, values in the unit that stands beside them.

import type { Role } from "@isotherm/coldchain";
import type { Label, PersonRole, Place } from "@isotherm/trace";

export interface SessionView {
  readonly person: { personId: string; role: PersonRole; name: string | null; language: "en" | "zh" };
  readonly tenant: { tenantId: string; title: Label };
  readonly nowMs: number;
  /** True when the server was told that what it shows is simulated: every page says so. */
  readonly simulated: boolean;
}

/** Limits that hold on a channel now, with the profile that states them. */
export interface LimitView {
  readonly profileId: string;
  readonly profileVersion: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Longest stretch for which a reading stands; more is a gap. */
  readonly gapMs: number;
}

export interface LatestView {
  readonly atMs: number;
  /** Null when the reading is not good: never a number then. */
  readonly value: number | null;
  readonly quality: string;
}

export interface ChannelView {
  readonly channel: string;
  readonly quantity: string;
  readonly role: Role;
  readonly unit: string;
  readonly resolution: number;
  readonly limits: readonly LimitView[];
  readonly latest: LatestView | null;
}

export type AssetStatus = "online" | "offline" | "unknown";

/** The one word that a colour stands for: `unknown` beats none, `breach` beats all. */
export type Condition = "in-range" | "warning" | "breach" | "unknown";

export interface AssetView {
  readonly assetId: string;
  readonly kind: string;
  readonly title: Label;
  readonly gatewayId: string | null;
  readonly status: AssetStatus;
  readonly condition: Condition;
  /** Where it is: its own last good GPS position, or the place where it stands. */
  readonly position: { latitudeDeg: number; longitudeDeg: number; atMs: number | null; speedMps: number | null } | null;
  readonly channels: readonly ChannelView[];
  readonly shipmentIds: readonly string[];
  readonly openAlarmIds: readonly string[];
  readonly lastSampledAtMs: number | null;
  readonly lastReceivedAtMs: number | null;
}

export interface LegView {
  readonly legId: string;
  readonly assetId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly isCurrent: boolean;
  readonly driver: { personId: string; name: string | null } | null;
  readonly origin: Place | null;
  readonly destination: Place | null;
}

export interface ShipmentView {
  readonly shipmentId: string;
  readonly title: Label;
  readonly goods: Label;
  readonly condition: Condition;
  readonly profiles: readonly { profileId: string; version: number; title: Label }[];
  readonly legs: readonly LegView[];
  readonly openAlarmIds: readonly string[];
  readonly excursionCount: number;
}

export interface ExcursionView {
  readonly excursionId: string;
  readonly assetId: string;
  readonly channel: string;
  readonly shipmentId: string | null;
  readonly profileId: string;
  readonly profileVersion: number;
  readonly ruleId: string;
  readonly side: "high" | "low";
  readonly limit: number;
  readonly startMs: number;
  /** Null while it is open. */
  readonly endMs: number | null;
  readonly peak: number;
  readonly peakAtMs: number;
  readonly monitoredMs: number;
  readonly possibleMs: number;
  /** In the channel's unit times minutes. */
  readonly degreeMinutes: number;
  readonly isBreach: boolean;
  /** Allowances used up in it: `consecutive`, `single-event`, `cumulative`. */
  readonly breaches: readonly { readonly kind: string; readonly atMs: number; readonly spentMs: number }[];
}

export interface AlarmView {
  readonly alarmId: string;
  readonly assetId: string;
  readonly assetTitle: Label;
  readonly channel: string | null;
  readonly ruleId: string;
  readonly side: "high" | "low" | null;
  readonly limit: number | null;
  /** State of ISA-18.2: `unacknowledged`, `acknowledged`, `returned-unacknowledged`, `shelved`, `normal` (closed). */
  readonly state: string;
  /** `silent`: nothing is heard of it. `profile`: a new version of a profile has put many channels outside. */
  readonly severity: "excursion" | "breach" | "silent" | "profile";
  /** Found in readings that came late: for quality, never a live alert. */
  readonly foundLate: boolean;
  readonly raisedAtMs: number;
  readonly startMs: number;
  readonly returnedAtMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: { personId: string; name: string | null } | null;
  readonly peak: number | null;
  readonly shipmentIds: readonly string[];
  /** For `profile`: what the alarm stands for. */
  readonly profile: ChangedProfileView | null;
}

export interface ChangedProfileView {
  readonly profileId: string;
  readonly title: Label;
  readonly version: number;
  readonly formerVersion: number;
  /** Null when no person did, or when it is not known. */
  readonly changedBy: { readonly personId: string; readonly name: string | null } | null;
  /** Channels that it has put outside, and those that are outside still. */
  readonly channels: number;
  readonly outside: number;
}

export interface AuditView {
  readonly atMs: number;
  readonly what: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly cause: unknown;
  /** Who did it; null when no person did. */
  readonly by: { readonly personId: string; readonly name: string | null } | null;
}

/** One bucket of a series. Empty stretches have no bucket, so that a gap is seen as one. */
export interface SeriesPoint {
  readonly fromMs: number;
  /** Good readings in the bucket; min, max and mean are null when there are none. */
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly notGood: number;
  /** Why, for the worst of those that were not good. */
  readonly reason: string | null;
}

export interface SeriesView {
  readonly assetId: string;
  readonly channel: string;
  readonly unit: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly bucketMs: number;
  readonly limits: readonly LimitView[];
  readonly points: readonly SeriesPoint[];
}

export interface TrackView {
  readonly assetId: string;
  readonly points: readonly { atMs: number; latitudeDeg: number; longitudeDeg: number }[];
}

/** Delivery and monitoring, never one figure. */
export interface CompletenessView {
  readonly delivery: {
    readonly issued: number;
    readonly accepted: number;
    readonly quarantined: number;
    readonly gone: number;
    readonly outstanding: number;
    readonly streams: readonly {
      gatewayId: string;
      epoch: string;
      assetId: string;
      issued: number;
      accepted: number;
      quarantined: number;
      gone: number;
    }[];
  };
  readonly monitoring: readonly {
    assetId: string;
    channel: string;
    fromMs: number;
    toMs: number;
    promisedMs: number;
    coveredMs: number;
  }[];
}

export interface IntentAnswer {
  readonly intentId: string;
  /** `waiting`: kept here, ingest has not answered yet. */
  readonly outcome: "applied" | "duplicate" | "refused" | "waiting";
  readonly reason?: string;
}

/** Server-sent events of /api/v1/events: the event name and its data. */
export type LiveEvent =
  | { readonly event: "readings"; readonly data: readonly LiveReading[] }
  | { readonly event: "alarm"; readonly data: AlarmView }
  | { readonly event: "excursion"; readonly data: { readonly assetIds: readonly string[] } }
  | { readonly event: "asset"; readonly data: { assetId: string; status: AssetStatus } }
  /** Records of the past came in from a gateway that lags behind: series of the asset have more readings than before. */
  | { readonly event: "backlog"; readonly data: { assetId: string } }
  /** Whether ingest can be heard: while it cannot, silence means nothing. Said at the start and when it changes. */
  | { readonly event: "ingest"; readonly data: { readonly isHeard: boolean } }
  /** Facts changed, or the stream was interrupted: read everything again. */
  | { readonly event: "reload"; readonly data: Record<string, never> };

export interface LiveReading {
  readonly assetId: string;
  readonly channel: string;
  readonly atMs: number;
  readonly value: number | null;
  readonly quality: string;
}

/** Every error answer: a stable code, and words for a person. */
export interface ErrorView {
  readonly error: { readonly code: string; readonly message: string };
}
