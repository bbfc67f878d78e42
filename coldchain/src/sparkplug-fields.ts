// Field tags of sparkplug_b.proto (3.0): field number × 8 + wire type.
//
// These are single numbers, not objects of numbers: V8 shares the hidden class of an object literal with every other one
// of the same first keys, and once somebody else writes `{ timestamp: 1.79e12 }` it reads `TAGS.timestamp` on a slow path
// that it compiles and throws away again and again (measured here: encoding eight times slower).

export const PAYLOAD_TIMESTAMP = 8;
export const PAYLOAD_METRIC = 18;
export const PAYLOAD_SEQ = 24;

export const METRIC_NAME = 10;
export const METRIC_ALIAS = 16;
export const METRIC_TIMESTAMP = 24;
export const METRIC_DATATYPE = 32;
export const METRIC_IS_HISTORICAL = 40;
export const METRIC_IS_TRANSIENT = 48;
export const METRIC_IS_NULL = 56;
export const METRIC_PROPERTIES = 74;

// The value `oneof` of a metric.
export const VALUE_INT = 80;
export const VALUE_LONG = 88;
export const VALUE_FLOAT = 101;
export const VALUE_DOUBLE = 105;
export const VALUE_BOOLEAN = 112;
export const VALUE_TEXT = 122;
/** Fields 16-19, which the chain passes over: bytes, data set, template, extension. */
export const OTHER_VALUE_FIRST = 16;
export const OTHER_VALUE_LAST = 19;

export const PROPERTY_SET_KEY = 10;
export const PROPERTY_SET_VALUE = 18;
export const PROPERTY_TYPE = 8;
export const PROPERTY_IS_NULL = 16;
/** A property value has the `oneof` of a metric, seven field numbers lower; nothing lower stands for other values. */
export const PROPERTY_TO_METRIC = 7 * 8;

/** Sparkplug's own property, an Int32. */
export const QUALITY_KEY = "Quality";

/** What stands beside the metrics in a payload. */
export interface PayloadHead {
  readonly timestampMs: number | undefined;
  /** 0-255 by the specification; decoding passes on what it finds. */
  readonly seq: number | undefined;
}
