// The door of the trace room.
export {
  type Asset,
  type Label,
  type Leg,
  type Person,
  type PersonRole,
  type Place,
  type ProfileText,
  type Shipment,
  type Standing,
  type Tenant,
  type TraceFacts,
} from "./src/fact-shapes.ts";
export { FACT_KINDS, type FactKind } from "./src/fact-kinds.ts";
export { TraceError, type TraceErrorCode } from "./src/errors.ts";
export { TraceWriter, type WrittenFact } from "./src/trace-writer.ts";
export { type TraceReader, openTraceReader } from "./src/trace-reader.ts";
export { People, type PeopleDeps, SESSION_LIFE_MS } from "./src/people.ts";
export { INTENTS_WAITING_MAX, IntentOutbox, type WaitingIntent } from "./src/intent-outbox.ts";
export { type TraceClient, traceClient } from "./src/api-client.ts";
