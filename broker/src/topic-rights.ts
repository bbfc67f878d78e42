import { deviceTopic, nodeTopic, stateTopic } from "@isotherm/coldchain";
import type { Identity } from "./identity.ts";
import { type FilterLevels, filterIsWithin, filterMatches, isTopicFilter, isTopicName } from "./topic-filter.ts";

/** What one identity may do. Lists are topic patterns; whatever no pattern covers is refused. */
export interface TopicRights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Topics that its will may have. */
  readonly will: readonly string[];
  /** Topics where its messages may be retained; elsewhere the flag is cleared (a retained command would run again at every reconnect). */
  readonly retain: readonly string[];
  mayPublish(topic: string): boolean;
  /** True if everything that the filter could match is covered by one pattern of `subscribe`. */
  maySubscribe(filter: string): boolean;
  mayReceive(topic: string): boolean;
  mayLeaveWill(topic: string): boolean;
  mayRetain(topic: string): boolean;
}

type Patterns = Pick<TopicRights, "publish" | "subscribe" | "will" | "retain">;

/** Everything that is published for the screens of a tenant, and alarms, lives below this. */
const APPLICATION_TOPICS = "isotherm/1";

/** The rights of an identity: a pure function of it. */
export function topicRights(identity: Identity): TopicRights {
  const patterns = patternsOf(identity);
  const publish = coverage(patterns.publish);
  const subscribe = coverage(patterns.subscribe);
  const will = coverage(patterns.will);
  const retain = coverage(patterns.retain);
  return {
    ...patterns,
    mayPublish: publish.covers,
    maySubscribe: subscribe.contains,
    mayReceive: subscribe.covers,
    mayLeaveWill: will.covers,
    mayRetain: retain.covers,
  };
}

function patternsOf(identity: Identity): Patterns {
  switch (identity.role) {
    case "gateway":
      return gatewayPatterns(identity.groupId, identity.gatewayId);
    case "host":
      return {
        publish: [
          nodeTopic("+", "NCMD", "+"),
          deviceTopic("+", "DCMD", "+", "+"),
          stateTopic(identity.hostId),
          `${APPLICATION_TOPICS}/#`,
        ],
        subscribe: ["spBv1.0/#", `${APPLICATION_TOPICS}/#`, ...(identity.hears ?? [])],
        will: [stateTopic(identity.hostId)],
        retain: [stateTopic(identity.hostId), `${APPLICATION_TOPICS}/#`],
      };
    case "publisher":
      // Its will says that it has gone, by a topic of its own; a retained value would come again as if it were new.
      return { publish: identity.publishes, subscribe: identity.hears ?? [], will: identity.publishes, retain: [] };
    case "viewer":
      return { publish: [], subscribe: [`${APPLICATION_TOPICS}/${identity.tenantId}/#`], will: [], retain: [] };
  }
}

function gatewayPatterns(groupId: string, gatewayId: string): Patterns {
  return {
    publish: [
      ...(["NDATA", "NBIRTH", "NDEATH"] as const).map((type) => nodeTopic(groupId, type, gatewayId)),
      ...(["DDATA", "DBIRTH", "DDEATH"] as const).map((type) => deviceTopic(groupId, type, gatewayId, "+")),
    ],
    // Gateways of other makes ask for their commands with /# behind, and for hosts' states where 2.2 had them.
    subscribe: [
      `${nodeTopic(groupId, "NCMD", gatewayId)}/#`,
      deviceTopic(groupId, "DCMD", gatewayId, "#"),
      stateTopic("+"),
      "STATE/+",
    ],
    will: [nodeTopic(groupId, "NDEATH", gatewayId)],
    retain: [],
  };
}

/** Answers for a list of patterns; each is split once, since `covers` runs for every message delivered. */
function coverage(patterns: readonly string[]): {
  covers: (topic: string) => boolean;
  contains: (filter: string) => boolean;
} {
  const split: readonly FilterLevels[] = patterns.map((pattern) => pattern.split("/"));
  return {
    covers(topic) {
      if (!isTopicName(topic)) return false;
      const levels = topic.split("/");
      // An empty level names no device, tenant or host: `+` matches it in MQTT, but no right is meant to.
      return !levels.includes("") && split.some((pattern) => filterMatches(pattern, levels));
    },
    contains(filter) {
      if (!isTopicFilter(filter)) return false;
      const levels = filter.split("/");
      return split.some((pattern) => filterIsWithin(levels, pattern));
    },
  };
}
