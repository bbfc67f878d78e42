// The door of the cold-chain domain.
export { type Cancel, type Clock, type Random, type Scheduler, seededRandom } from "./src/clock.ts";
export { VirtualTime } from "./src/virtual-time.ts";
export {
  QUALITIES,
  QUALITY_GOOD,
  type Quality,
  type QualityCode,
  isQuality,
  qualityCode,
  qualityOf,
} from "./src/quality.ts";
export { GATEWAY_STREAM, channelQuantity, isAssetId, isChannelId, isId } from "./src/identifiers.ts";
export { type ChannelDeclaration, ROLES, type Role } from "./src/channels.ts";
export { type Range, RangeSet, formatRanges, parseRanges } from "./src/ranges.ts";
export {
  type ChainRecord,
  RECORD_FORMAT,
  RECORD_READINGS_MAX,
  RecordBytesError,
  type RecordReading,
  RecordShapeError,
  parseRecordBytes,
  recordBytes,
} from "./src/chain-record.ts";
export { RecordColumns } from "./src/record-columns.ts";
export {
  type DeviceMessageType,
  type NodeMessageType,
  type SparkplugTopic,
  deviceTopic,
  nodeTopic,
  parseSparkplugTopic,
  stateTopic,
} from "./src/sparkplug-topic.ts";
export { DATATYPE, METRIC_FLAG, MetricColumns, VALUE_KIND } from "./src/metric-columns.ts";
export { findMetric, numberOf, putNumber, putText, textOf } from "./src/metric-access.ts";
export {
  ACCEPTED_ABOVE_MAX,
  BD_SEQ_METRIC,
  CONTRACT,
  CONTRACT_VERSION,
  GATEWAY_CHANNEL,
  GONE_REASONS,
  type GoneReason,
  PROPERTY,
  REBIRTH_METRIC,
} from "./src/contract-names.ts";
export { type CurrentValue, type StreamBirth, birthIdOf, putBirth, readBirth } from "./src/contract-birth.ts";
export {
  type DataFrame,
  type DataHead,
  type DataMessage,
  type DataRefusal,
  type GoneRange,
  MESSAGE_RECORDS_MAX,
  putData,
  readData,
  readDataHead,
  readRecords,
} from "./src/contract-data.ts";
export { type Acceptance, acceptanceOf, putAcceptance, readAcceptance } from "./src/contract-acceptance.ts";
export { type Anchor, anchorOrdinalOf, placeInTime } from "./src/anchor.ts";
export { type Allowance, type AllowanceKind } from "./src/allowance.ts";
export { type Gate } from "./src/gate.ts";
export {
  type InForce,
  type JudgedLine,
  type LineReadings,
  type ProfileInForce,
  gateChannelsOf,
  gatesReachMs,
  judgedWholeUntilMs,
  linesOf,
  measured,
  memberReachMs,
  pushLine,
  ruleAt,
} from "./src/judged-line.ts";
export {
  type FoundExcursion,
  type FoundMkt,
  type FoundStability,
  type LegAssessment,
  type LegChannel,
  type LegReadings,
  assessLeg,
  isMktRule,
  mktAround,
  mktCountsToMs,
} from "./src/leg-assessment.ts";
export {
  type LimitRow,
  type MktRow,
  type Profile,
  type RateRow,
  type StabilityBudget,
  parseProfile,
} from "./src/profile.ts";
export { type Problem } from "./src/profile-text.ts";
export { type Measure, type Rule, type Side, isLiveReading, rateRulesFor, rulesFor } from "./src/rule.ts";
export { ALWAYS_QUIET, NEVER_QUIET, type QuietBand, isQuiet, quietBand } from "./src/quiet-band.ts";
export {
  type AssessState,
  type AssessStep,
  type Excursion,
  type ExcursionWindow,
  ReadingOrderError,
  type ReadingSlice,
  assessPush,
  assessResume,
  assessStart,
  findExcursions,
} from "./src/excursion.ts";
export {
  type ExcursionChange,
  type ExcursionMatch,
  type FormerExcursion,
  type Interval,
  matchExcursions,
} from "./src/excursion-match.ts";
export {
  ALARM_NORMAL,
  type AlarmEffect,
  type AlarmInput,
  type AlarmState,
  type AlarmStateName,
  type AlarmStep,
  nextAlarm,
} from "./src/alarm-state.ts";
export { parseDurationMs } from "./src/duration.ts";
export { encodePayload } from "./src/sparkplug-encode.ts";
export { decodePayload } from "./src/sparkplug-decode.ts";
export { type PayloadHead } from "./src/sparkplug-fields.ts";
export { PayloadError, type PayloadErrorCode } from "./src/payload-error.ts";
export { PAYLOAD_METRICS_MAX, asDatatype } from "./src/payload-limits.ts";
export { RECORD_ALIAS_MAX } from "./src/chain-record.ts";
export { type LimitComparison, limitComparison } from "./src/limit-comparison.ts";
export { type SpanVisitor, type TimeWindow, visitStandingSpans } from "./src/standing-span.ts";
export {
  MKT_ACTIVATION_ENERGY_KJ_PER_MOL,
  MKT_GAS_CONSTANT_KJ_PER_MOL_K,
  type MktWindow,
  greatestMktAround,
  meanKineticTemperatureC,
} from "./src/mean-kinetic-temperature.ts";
export { type ChannelStatistics, type StatisticsOptions, channelStatistics } from "./src/channel-statistics.ts";
export {
  GSP_HUMIDITY_ERROR_MAX_RH,
  GSP_REFRESH_MS_MAX,
  type GspPlace,
  type GspState,
  gspRecordIntervalMsMax,
  gspTemperatureErrorMaxC,
  gspTerminalCountMin,
} from "./src/gsp-monitoring.ts";
export { type RecordGap, type RecordGapOptions, gspRecordGaps, recordGaps } from "./src/record-gaps.ts";
export { EN_12830_CLASSES, en12830RecordIntervalMsMax } from "./src/en-12830.ts";
export {
  STABILITY_MARKS,
  type StabilityMark,
  type StabilityOptions,
  type StabilityRow,
  StabilityTableError,
  type StabilityUse,
  stabilityUse,
} from "./src/stability-budget.ts";
