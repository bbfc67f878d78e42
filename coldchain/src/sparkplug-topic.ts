// Sparkplug B 3.0 topics (ch. 4): spBv1.0/group/TYPE/edge_node[/device] and spBv1.0/STATE/host.

export type NodeMessageType = "NBIRTH" | "NDEATH" | "NDATA" | "NCMD";
export type DeviceMessageType = "DBIRTH" | "DDEATH" | "DDATA" | "DCMD";

export type SparkplugTopic =
  | { readonly kind: "node"; readonly type: NodeMessageType; readonly groupId: string; readonly gatewayId: string }
  | {
      readonly kind: "device";
      readonly type: DeviceMessageType;
      readonly groupId: string;
      readonly gatewayId: string;
      readonly assetId: string;
    }
  | { readonly kind: "state"; readonly hostId: string };

const NODE_TYPES = new Set<string>(["NBIRTH", "NDEATH", "NDATA", "NCMD"]);
const DEVICE_TYPES = new Set<string>(["DBIRTH", "DDEATH", "DDATA", "DCMD"]);

export function nodeTopic(groupId: string, type: NodeMessageType, gatewayId: string): string {
  return `spBv1.0/${groupId}/${type}/${gatewayId}`;
}

export function deviceTopic(groupId: string, type: DeviceMessageType, gatewayId: string, assetId: string): string {
  return `spBv1.0/${groupId}/${type}/${gatewayId}/${assetId}`;
}

export function stateTopic(hostId: string): string {
  return `spBv1.0/STATE/${hostId}`;
}

/** Topics repeat with every message of a device; as many are remembered, then all are forgotten at once. */
const PARSED_MAX = 20_000;
const parsed = new Map<string, SparkplugTopic>();

/** Undefined for whatever is not a topic of Sparkplug B 3.0. */
export function parseSparkplugTopic(topic: string): SparkplugTopic | undefined {
  const known = parsed.get(topic);
  if (known !== undefined) return known;
  const said = parse(topic);
  if (said === undefined) return undefined;
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(topic, said);
  return said;
}

function parse(topic: string): SparkplugTopic | undefined {
  const [space, groupId, type, gatewayId, assetId, ...rest] = topic.split("/");
  if (space !== "spBv1.0" || rest.length > 0) return undefined;
  if (groupId === "STATE") return type && gatewayId === undefined ? { kind: "state", hostId: type } : undefined;
  if (!groupId || !type || !gatewayId) return undefined;
  if (NODE_TYPES.has(type))
    return assetId === undefined ? { kind: "node", type: type as NodeMessageType, groupId, gatewayId } : undefined;
  if (DEVICE_TYPES.has(type))
    return assetId ? { kind: "device", type: type as DeviceMessageType, groupId, gatewayId, assetId } : undefined;
  return undefined;
}
