// JSON as it comes from a file: nothing is known of its shape until it is asked for.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

const NOTHING: JsonObject = {};

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object, or an empty one. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** The objects of an array, or none. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The value as text, or "". */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
