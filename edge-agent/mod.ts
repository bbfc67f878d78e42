// The door of the edge agent.
export { type Agent, type AgentCounters, type AgentDeps, startAgent } from "./src/agent.ts";
export type { AgentLog } from "./src/agent-log.ts";
export {
  AgentConfigError,
  agentConfigOf,
  checkAgentConfig,
  type CheckedConfig,
  type ConfigProblem,
} from "./src/config.ts";
export type { AgentConfig, AssetConfig, BusConfig, DeviceConfig, PointConfig } from "./src/config-schema.ts";
export type { DeviceSource } from "./src/sampling.ts";
export { recordHistory, type RecordedHistory, type RecordHistoryOptions } from "./src/history.ts";
export { type OpenedSpool, openSpool, type OpenSpoolOptions, type SpoolStart } from "./src/open-spool.ts";
export { SpoolError, type SpoolErrorCode } from "./src/spool-error.ts";
export type { Spool } from "./src/spool.ts";
export type { SpoolCounters } from "./src/spool-counters.ts";
export type { RecordDraft, TakenRecord } from "./src/record-draft.ts";
export type { SpoolStream } from "./src/spool-stream.ts";
export { readSpoolSummary, type SpoolSummary, type StreamSummary } from "./src/spool-summary.ts";
export { randomId, readMachineId } from "./src/ports.ts";
