// The door of the stream processor. Who only reads its results takes ./store.
export { type IngestConfig, readConfig } from "./src/config.ts";
export { DEFAULT_BOUNDS, type IngestBounds } from "./src/bounds.ts";
export { ConfigError, ListenError, type Problem, StateFileError, type StateFileCode } from "./src/errors.ts";
export { Ingest } from "./src/ingest.ts";
export { type IngestPorts } from "./src/ingest-ports.ts";
export { type CommitStep } from "./src/pipeline.ts";
export { type FedEvent, type FedReading, type FeedEvent } from "./src/feed-hub.ts";
export { type Intent, type IntentAnswer, type RefusalReason } from "./src/intents.ts";
