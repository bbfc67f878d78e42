// The door of the broker.
export { type BrokerDeps, type RunningBroker, startBroker } from "./src/broker.ts";
export { type BrokerConfig, checkBrokerConfig } from "./src/broker-config.ts";
export type { BrokerCounters } from "./src/broker-counters.ts";
export type { BrokerLog } from "./src/broker-log.ts";
export { describeProblem, IdentitiesError, ListenError, type Problem } from "./src/errors.ts";
export { checkIdentities, type Identity } from "./src/identity.ts";
export { hashPassword } from "./src/password.ts";
export { type TopicRights, topicRights } from "./src/topic-rights.ts";
