// Ids out of names that others chose: kept where they are ids already, else made of what can be kept and a digest, so
// that two names never become one id and the same name always becomes the same.

import { createHash } from "node:crypto";
import { GATEWAY_STREAM, isChannelId, isId } from "@isotherm/coldchain";

const DIGEST_DIGITS = 8;
const ID_LENGTH_MAX = 64;
const PLACE_LENGTH_MAX = 32;

/** A name as an id; `gateway`, which is reserved among assets, is changed too. */
export function idFrom(name: string): string {
  return isId(name) && name !== GATEWAY_STREAM ? name : shortened(name, ID_LENGTH_MAX);
}

/** `<quantity>/<place>` as a channel id; undefined when there is no quantity in front of a slash. */
export function channelFrom(text: string): string | undefined {
  if (isChannelId(text)) return text;
  const slash = text.indexOf("/");
  const quantity = text.slice(0, Math.max(0, slash));
  const place = text.slice(slash + 1);
  if (place === "") return undefined;
  const channel = `${quantity}/${shortened(place, PLACE_LENGTH_MAX)}`;
  return isChannelId(channel) ? channel : undefined;
}

function shortened(name: string, lengthMax: number): string {
  const digest = createHash("sha256").update(name).digest("hex").slice(0, DIGEST_DIGITS);
  const kept = name
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .replace(/-+$/, "")
    .slice(0, lengthMax - DIGEST_DIGITS - 1);
  return kept === "" ? `x-${digest}` : `${kept}-${digest}`;
}
