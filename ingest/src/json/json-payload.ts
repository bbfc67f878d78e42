// Bytes as JSON, or in words why they are none. Whatever comes, it ends, in time proportional to the bytes.

import type { JsonValue } from "./json-path.ts";

/** More levels of lists and objects than any sensor's message has. */
const DEPTH_MAX = 32;

const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const utf8 = new TextDecoder("utf-8", { fatal: true });

export function readJsonPayload(payload: Uint8Array): { readonly value: JsonValue } | { readonly reason: string } {
  if (payload.length === 0) return { reason: "empty" };
  if (isDeeperThan(payload, DEPTH_MAX)) return { reason: `nested deeper than ${DEPTH_MAX}` };
  try {
    return { value: JSON.parse(utf8.decode(payload)) as JsonValue };
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message.split("\n")[0] : "not UTF-8";
    return { reason: `not JSON: ${(why ?? "").replaceAll(/\p{C}/gu, "?").slice(0, 120)}` };
  }
}

/** Looks at brackets outside texts only; what is not JSON is found out by parsing. */
function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (isText) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (OPENING.has(byte)) {
      depth++;
      if (depth > limit) return true;
    } else if (CLOSING.has(byte)) depth--;
  }
  return false;
}
