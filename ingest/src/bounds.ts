// How much ingest holds at most, and what happens beyond: each bound with its policy.

export interface IngestBounds {
  /** Waiting messages; over either bound whole DDATA messages are dropped unaccepted, and the gateways send them again. */
  readonly inboxMessagesMax: number;
  readonly inboxBytesMax: number;
  /** One batch, and so one transaction. */
  readonly batchMessagesMax: number;
  readonly batchBytesMax: number;
  /** A batch is gathered for this long; under load for longer, up to the second figure, so that transactions stay few. */
  readonly batchWaitMs: number;
  readonly batchWaitMsMax: number;
  /** Bytes in quarantine for one gateway; beyond, nothing more of its is quarantined, and so not accepted. */
  readonly quarantineBytesMax: number;
  /** Records of one gateway that wait for an anchor; beyond, further ones are not accepted. */
  readonly pendingRecordsMax: number;
  /** How long a record waits for its anchor before it is stored at its untrusted time. */
  readonly pendingWaitMs: number;
  /** Ranges of accepted numbers in one stream; a number that would open one more is not accepted. */
  readonly streamRangesMax: number;
  /** Numbers of one stream whose digests are kept, from the highest down; duplicates of older ones are dropped unchecked. */
  readonly streamDigestsMax: number;
  /** Messages that failed once and are remembered for it. */
  readonly failuresMax: number;
  /** Waiting time between two tries of a store that is away: doubled from try to try up to this. */
  readonly storeBackoffMsMax: number;
  /** Numbers that are missing for so long while nothing below them comes are asked for; then after twice that, and so on. */
  readonly resendAfterMs: number;
  /** Bytes that a reader of the feed may leave unread before it is cut off. */
  readonly feedBytesMax: number;
  readonly feedReadersMax: number;
  /** A gateway that died is `unknown` and raises an alarm after this. */
  readonly deathGraceMs: number;
  /** How long a gateway that declares nothing itself may be silent. */
  readonly maxSilenceMs: number;
  /** What gateways with such links are given beyond their promise: coverage comes and goes. */
  readonly cellularGraceMs: number;
  readonly satelliteGraceMs: number;
  /** A broker that is away for longer raises an alarm. */
  readonly brokerGraceMs: number;
  /** Alarms that one changed profile raises on more channels than this are one alarm: a flood is 10 in 10 minutes. */
  readonly groupAboveChannels: number;
  /** More intervals than this waiting to be assessed, and ingest says that it is not ready. */
  readonly dirtyMarksMax: number;
  /** Bytes of one plain-JSON message; a longer one goes to quarantine, cut short. */
  readonly foreignMessageBytesMax: number;
  /** Readings of one plain-JSON message; one with more goes to quarantine. */
  readonly foreignReadingsMax: number;
  /** Gateways without our contract; what further ones send is dropped and counted. */
  readonly foreignGatewaysMax: number;
  /** Metrics of foreign births held in memory; beyond, the aliases of further births are not learned. */
  readonly foreignMetricsMax: number;
  /** Lines in the list of what came unmapped; further ones are only counted. */
  readonly foreignUnmappedMax: number;
}

export const DEFAULT_BOUNDS: IngestBounds = {
  inboxMessagesMax: 50_000,
  inboxBytesMax: 64 * 2 ** 20,
  batchMessagesMax: 4000,
  batchBytesMax: 4 * 2 ** 20,
  batchWaitMs: 20,
  batchWaitMsMax: 500,
  quarantineBytesMax: 64 * 2 ** 20,
  pendingRecordsMax: 200_000,
  pendingWaitMs: 24 * 3600_000,
  streamRangesMax: 4096,
  streamDigestsMax: 4_000_000,
  failuresMax: 10_000,
  storeBackoffMsMax: 30_000,
  resendAfterMs: 60_000,
  feedBytesMax: 2 * 2 ** 20,
  feedReadersMax: 32,
  deathGraceMs: 60_000,
  maxSilenceMs: 10 * 60_000,
  cellularGraceMs: 5 * 60_000,
  satelliteGraceMs: 30 * 60_000,
  brokerGraceMs: 60_000,
  groupAboveChannels: 10,
  dirtyMarksMax: 20_000,
  foreignMessageBytesMax: 256 * 2 ** 10,
  foreignReadingsMax: 4096,
  foreignGatewaysMax: 10_000,
  foreignMetricsMax: 200_000,
  foreignUnmappedMax: 1000,
};
