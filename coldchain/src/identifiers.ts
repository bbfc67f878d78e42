// Opaque identifiers and what they may look like. Sparkplug forbids + / # in topic levels (3.0, ch. 4); the rest keeps
// ids safe in file names, URLs and line protocol without escaping.

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const CHANNEL = /^[a-z][a-z0-9-]{0,31}\/[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

/** The stream of a gateway's own records (anchors, starts, health) names this instead of an asset. */
export const GATEWAY_STREAM = "gateway";

/** True for a tenant, gateway, asset, probe, shipment or person id: 1-64 of letters, digits, `.`, `_`, `-`. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** True for an asset id; `gateway` is reserved for the gateway's own stream. */
export function isAssetId(text: string): boolean {
  return ID.test(text) && text !== GATEWAY_STREAM;
}

/** True for `<quantity>/<place>`, such as `temperature/product-1`. */
export function isChannelId(text: string): boolean {
  return CHANNEL.test(text);
}

/** The quantity of a channel id: `temperature` of `temperature/product-1`. */
export function channelQuantity(channelId: string): string {
  const slash = channelId.indexOf("/");
  return slash < 0 ? channelId : channelId.slice(0, slash);
}
