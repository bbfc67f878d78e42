// Names of the delivery contract's metrics: ordinary Sparkplug metrics, declared in births.

/** major.minor; ingest takes the last two majors. */
export const CONTRACT_VERSION = "1.0";

export const CONTRACT = {
  /** NBIRTH, String. */
  version: "Contract/Version",
  /** NBIRTH and DCMD, String: the primary host, which alone may accept. */
  host: "Contract/Host",
  /** NBIRTH, Int64: a gateway silent for longer is not well. */
  maxSilenceMs: "Contract/MaxSilenceMs",
  /** NBIRTH, String: `wired`, `cellular` or `satellite`; a host gives the latter two more time. */
  link: "Contract/Link",
  /** NBIRTH and NDATA, Int64: the gateway will not speak until then, UTC ms; 0 takes it back. */
  sleepUntilMs: "Contract/SleepUntilMs",
  /** DBIRTH and DCMD, String: 32 hex digits. */
  epoch: "Contract/Epoch",
  /** DBIRTH and DDATA, String: 16 hex digits, the hash of what the birth declares. */
  birthId: "Contract/BirthId",
  /** DBIRTH and DDATA, Int64: the highest number issued in the stream. */
  issued: "Contract/Issued",
  /** DDATA, String: the ranges of numbers that this message carries. */
  carries: "Contract/Carries",
  /** DDATA, String: ranges that will never come, with the reason: `thinned:3-5;corrupt:9`. */
  gone: "Contract/Gone",
  /** DDATA, String: 16 hex digits over what this message carries and declares gone, to the last bit of every value. */
  digest: "Contract/Digest",
  /** DCMD, Int64: all numbers up to this one are accepted. */
  watermark: "Contract/Watermark",
  /** DCMD, String: up to 32 ranges above the watermark that are accepted too. */
  acceptedAbove: "Contract/AcceptedAbove",
  /** DCMD, String: ranges that the host asks for again. */
  resend: "Contract/Resend",
  /** DBIRTH with alias; DDATA by alias, Int64: opens a record. */
  recordNumber: "Record/Number",
  /** DBIRTH with alias; DDATA by alias, Int64. */
  recordMonotonicMs: "Record/MonotonicMs",
  /** DBIRTH and, where it differs from the record before, DDATA: String, 32 hex digits. */
  recordBoot: "Record/Boot",
  /** DBIRTH and, where it differs from the record before, DDATA: Int64. */
  recordAnchor: "Record/Anchor",
} as const;

export const REBIRTH_METRIC = "Node Control/Rebirth";
export const BD_SEQ_METRIC = "bdSeq";

/** Metric properties. `Quality` is Sparkplug's own; the others are ours. */
export const PROPERTY = {
  quality: "Quality",
  reason: "Reason",
  unit: "Unit",
  role: "Role",
  resolution: "Resolution",
  /** Int64: a channel without a good value for longer is not well. Not part of the birth's hash. */
  maxSilenceMs: "MaxSilenceMs",
} as const;

/** Channels of the gateway's own stream. An anchor says: this boot's monotonic instant was that UTC instant. */
export const GATEWAY_CHANNEL = {
  anchorOrdinal: "anchor/ordinal",
  anchorUtcMs: "anchor/utc-ms",
  anchorErrorMs: "anchor/error-ms",
  /** 1 system clock, 2 GPS. */
  anchorSource: "anchor/source",
  /** 1 first start, 2 clean stop, 3 killed or power lost. */
  startAfter: "start/after",
  /** Wall clock of the last sign of life before this start, as it stood then. */
  startLastAliveMs: "start/last-alive-ms",
} as const;

/** Ranges above the watermark in one acceptance at most (design, delivery contract 3). */
export const ACCEPTED_ABOVE_MAX = 32;

/** Why a number will never come. */
export const GONE_REASONS = ["thinned", "corrupt"] as const;
export type GoneReason = (typeof GONE_REASONS)[number];
