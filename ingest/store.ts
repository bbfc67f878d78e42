// The read-only door: stored readings and ingest's state.
export type {
  AlarmQuery,
  AlarmRow,
  AlarmStateName,
  AssetRow,
  AssetStatus,
  AuditRow,
  CompletenessRow,
  ExcursionQuery,
  ExcursionRow,
  LatestRow,
  QuarantineRow,
  StateReader,
} from "./src/state-rows.ts";
