// Property sets of Sparkplug metrics: the quality to its column, text and numbers to the properties, the rest skipped.

import type { MetricColumns } from "./metric-columns.ts";
import { PayloadError } from "./payload-error.ts";
import { PAYLOAD_PROPERTIES_MAX } from "./payload-limits.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import {
  PROPERTY_IS_NULL,
  PROPERTY_SET_KEY,
  PROPERTY_SET_VALUE,
  PROPERTY_TO_METRIC,
  PROPERTY_TYPE,
  QUALITY_KEY,
  VALUE_BOOLEAN,
  VALUE_DOUBLE,
  VALUE_FLOAT,
  VALUE_INT,
  VALUE_LONG,
  VALUE_TEXT,
} from "./sparkplug-fields.ts";
import { isValue, readDatatype, readNumber } from "./sparkplug-value.ts";

const PROPERTY_VALUE_LAST = 11;
const QUALITY_BAD = 0;
const QUALITY_LARGEST = 32767;

/** Gathers the properties of one metric at a time. Protobuf gives all keys first, then all values. */
export class PropertyReader {
  readonly #reader: ProtobufReader;
  readonly #keys: string[] = [];
  /** Undefined where no value stood that the chain uses. */
  readonly #values: (string | number | undefined)[] = [];

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
  }

  /** Forgets what a payload that was given up has left. */
  clear(): void {
    this.#keys.length = 0;
    this.#values.length = 0;
  }

  /** Reads the property set that the reader stands before. */
  read(): void {
    const reader = this.#reader;
    const outerEnd = reader.end;
    const end = reader.lengthEnd();
    reader.end = end;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === PROPERTY_SET_KEY) this.#keys.push(reader.name());
      else if (tag === PROPERTY_SET_VALUE) this.#values.push(this.#readProperty());
      else reader.skip(tag);
      if (this.#keys.length > PAYLOAD_PROPERTIES_MAX || this.#values.length > PAYLOAD_PROPERTIES_MAX)
        throw new PayloadError("PAYLOAD_LIMIT", `more than ${PAYLOAD_PROPERTIES_MAX} properties of one metric`, {
          atByte: reader.at,
        });
    }
    reader.end = outerEnd;
  }

  /** Pairs keys with values, puts them to the metric and forgets them. */
  moveTo(columns: MetricColumns, metric: number): void {
    const keys = this.#keys;
    const values = this.#values;
    if (keys.length !== values.length)
      throw new PayloadError("PAYLOAD_PROPERTIES", `${keys.length} property keys for ${values.length} values`, {
        atByte: this.#reader.at,
      });
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string;
      const value = values[i];
      if (key === QUALITY_KEY) columns.quality[metric] = qualityOrBad(value);
      else if (value !== undefined) columns.setProperty(metric, key, value);
    }
    this.clear();
  }

  #readProperty(): string | number | undefined {
    const reader = this.#reader;
    const outerEnd = reader.end;
    const end = reader.lengthEnd();
    reader.end = end;
    let type = 0;
    let isNull = false;
    let valueTag = 0;
    let valueAt = end;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === PROPERTY_TYPE) type = readDatatype(reader);
      else if (tag === PROPERTY_IS_NULL) isNull = reader.bool();
      else {
        if (tag >>> 3 <= PROPERTY_VALUE_LAST && isValue(tag + PROPERTY_TO_METRIC)) {
          valueTag = tag + PROPERTY_TO_METRIC;
          valueAt = reader.at;
        }
        reader.skip(tag);
      }
    }
    reader.at = valueAt;
    const value = isNull ? undefined : this.#readValue(valueTag, type);
    reader.at = end;
    reader.end = outerEnd;
    return value;
  }

  #readValue(tag: number, type: number): string | number | undefined {
    const reader = this.#reader;
    if (tag === VALUE_TEXT) return reader.text();
    if (tag === VALUE_DOUBLE) return reader.float64();
    if (tag === VALUE_BOOLEAN) return reader.bool() ? 1 : 0;
    if (tag === VALUE_INT || tag === VALUE_LONG || tag === VALUE_FLOAT) return readNumber(reader, tag, type);
    return undefined;
  }
}

/** What is unclear is not good. */
function qualityOrBad(value: string | number | undefined): number {
  if (typeof value !== "number" || !Number.isInteger(value)) return QUALITY_BAD;
  return value >= 0 && value <= QUALITY_LARGEST ? value : QUALITY_BAD;
}
