// The read-only door: stored readings and ingest's state.
export { BROKER_RULE, PROFILE_RULE, SILENT_RULES } from "./src/alarm-table.ts";
export type {
  AlarmDetail,
  AlarmQuery,
  AlarmRow,
  AssetRow,
  AssetStatus,
  AuditRow,
  BreachRow,
  CompletenessRow,
  ConclusionQuery,
  ConclusionRow,
  ExcursionQuery,
  ExcursionRow,
  LatestRow,
  QuarantineRow,
  StateReader,
} from "./src/state-rows.ts";
export {
  BUCKETS_MAX,
  type CountQuery,
  type FirstQuery,
  type HoursQuery,
  type HourSums,
  type LastQuery,
  READINGS_MAX,
  openReadingReader,
  type ReadingColumns,
  type ReadingReader,
  type ReadingsQuery,
  type SeriesBuckets,
  type SeriesId,
  type SeriesQuery,
  StoreError,
  StoreFullError,
  StoreFormatError,
  type StoreHome,
  StoreQueryError,
  StoreUnavailableError,
  type StoredReading,
  type Track,
  type TrackQuery,
} from "./src/store/reading-store.ts";
export { windowStatistics, type WindowStatistics, type WindowStatisticsQuery } from "./src/store/window-statistics.ts";
export { openStateReader } from "./src/state-reader.ts";
export { StateFileError, type StateFileCode } from "./src/errors.ts";
export type { FedEvent, FedReading, FeedEvent } from "./src/feed-hub.ts";
export type { Intent, IntentAnswer, RefusalReason } from "./src/intents.ts";
