// Sparkplug B 3.0 payloads into columns. Trusts no byte: whatever comes, it ends, with columns or with a PayloadError.

import { METRIC_FLAG, VALUE_KIND, type MetricColumns } from "./metric-columns.ts";
import { PayloadError } from "./payload-error.ts";
import { PAYLOAD_METRICS_MAX } from "./payload-limits.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import {
  METRIC_ALIAS,
  METRIC_DATATYPE,
  METRIC_IS_HISTORICAL,
  METRIC_IS_NULL,
  METRIC_IS_TRANSIENT,
  METRIC_NAME,
  METRIC_PROPERTIES,
  METRIC_TIMESTAMP,
  PAYLOAD_METRIC,
  PAYLOAD_SEQ,
  PAYLOAD_TIMESTAMP,
  VALUE_BOOLEAN,
  VALUE_DOUBLE,
  VALUE_FLOAT,
  VALUE_INT,
  VALUE_LONG,
  VALUE_TEXT,
  type PayloadHead,
} from "./sparkplug-fields.ts";
import { PropertyReader } from "./sparkplug-properties.ts";
import { isValue, readDatatype, readNumber } from "./sparkplug-value.ts";

const {
  hasAlias: HAS_ALIAS,
  hasTime: HAS_TIME,
  historical: HISTORICAL,
  null: NULL,
  transient: TRANSIENT,
} = METRIC_FLAG;
const { number: KIND_NUMBER, boolean: KIND_BOOLEAN, text: KIND_TEXT, other: KIND_OTHER } = VALUE_KIND;

const reader = new ProtobufReader();
const properties = new PropertyReader(reader);

/**
 * Reads a payload into `into`, which is cleared first, and left clear when this throws.
 *
 * - Integers by datatype: Int8-Int64 as two's complement, 32-bit ones from int_value or long_value alike. Without a
 *   datatype (DATA) int_value is unsigned and long_value signed; `asDatatype` corrects them with the birth's datatype.
 *   DateTime and timestamps are signed. Beyond 2^53 low digits are lost. Float keeps the float32 that was sent.
 * - Doubles keep every bit that a number has: -0, NaN and the infinities included; judging them is the reader's part.
 * - A null metric has kind `none`, whatever value stands beside. Where fields repeat, the last one counts.
 * - A `Quality` that is null, not a whole number or not 0-32767 counts as 0 (bad): what is unclear is not good.
 *   Other properties: text and numbers (booleans as 0, 1); null, nested and unknown ones are passed over.
 *
 * @throws PayloadError, and nothing else, whatever the bytes
 */
export function decodePayload(bytes: Uint8Array, into: MetricColumns): PayloadHead {
  into.clear();
  reader.open(bytes);
  let timestampMs: number | undefined;
  let seq: number | undefined;
  let complete = false;
  try {
    const end = reader.end;
    while (reader.at < end) {
      const tag = reader.tag();
      if (tag === PAYLOAD_METRIC) {
        if (into.length >= PAYLOAD_METRICS_MAX) throw limit(`more than ${PAYLOAD_METRICS_MAX} metrics`);
        const metricEnd = reader.lengthEnd();
        if (metricEnd - reader.at === PLAIN_BYTES && readPlainMetric(into)) continue;
        reader.end = metricEnd;
        readMetric(into);
        reader.end = end;
      } else if (tag === PAYLOAD_TIMESTAMP) timestampMs = reader.int64();
      else if (tag === PAYLOAD_SEQ) seq = reader.uint64();
      else reader.skip(tag);
    }
    complete = true;
  } finally {
    reader.close();
    if (!complete) {
      into.clear();
      properties.clear();
    }
  }
  return { timestampMs, seq };
}

/** Bytes of a metric of an alias below 128, a time and a double, as most of DATA is. */
const PLAIN_BYTES = 18;
const TWO_TO_28 = 268435456;

/** Reads a metric of so many bytes if they are laid out so; false, with nothing read, when it is any other. */
function readPlainMetric(columns: MetricColumns): boolean {
  const { at } = reader;
  if (reader.byteAt(at) !== METRIC_ALIAS || reader.byteAt(at + 2) !== METRIC_TIMESTAMP) return false;
  const alias = reader.byteAt(at + 1);
  const a = reader.byteAt(at + 3);
  const b = reader.byteAt(at + 4);
  const c = reader.byteAt(at + 5);
  const d = reader.byteAt(at + 6);
  const e = reader.byteAt(at + 7);
  const f = reader.byteAt(at + 8);
  // Six bytes hold the milliseconds from 2004 to 2109.
  if ((alias | f) >= 0x80 || (a & b & c & d & e) < 0x80 || reader.byteAt(at + 9) !== VALUE_DOUBLE) return false;
  const low = (a & 0x7f) | ((b & 0x7f) << 7) | ((c & 0x7f) << 14) | ((d & 0x7f) << 21);
  const timeMs = low + ((e & 0x7f) | (f << 7)) * TWO_TO_28;
  columns.pushReading(alias, timeMs, reader.float64At(at + 10));
  reader.at = at + PLAIN_BYTES;
  return true;
}

function readMetric(columns: MetricColumns): void {
  const metric = columns.push();
  const end = reader.end;
  let flags = 0;
  let hasProperties = false;
  let valueTag = 0;
  let valueAt = 0;
  while (reader.at < end) {
    const tag = reader.tag();
    switch (tag) {
      case METRIC_NAME:
        columns.name[metric] = reader.name();
        break;
      case METRIC_ALIAS:
        columns.alias[metric] = readAlias();
        flags |= HAS_ALIAS;
        break;
      case METRIC_TIMESTAMP:
        columns.timeMs[metric] = reader.int64();
        flags |= HAS_TIME;
        break;
      case METRIC_DATATYPE:
        columns.datatype[metric] = readDatatype(reader);
        break;
      case METRIC_IS_HISTORICAL:
        flags = readFlag(flags, HISTORICAL);
        break;
      case METRIC_IS_TRANSIENT:
        flags = readFlag(flags, TRANSIENT);
        break;
      case METRIC_IS_NULL:
        flags = readFlag(flags, NULL);
        break;
      case METRIC_PROPERTIES:
        properties.read();
        hasProperties = true;
        break;
      case VALUE_DOUBLE:
        columns.value[metric] = reader.float64();
        valueTag = VALUE_DOUBLE;
        break;
      default:
        // The datatype may stand behind the value, so values are passed over and read when the metric is known.
        if (isValue(tag)) {
          valueTag = tag;
          valueAt = reader.at;
        }
        reader.skip(tag);
    }
  }
  columns.flags[metric] = flags;
  if ((flags & NULL) !== 0) columns.value[metric] = 0;
  else if (valueTag !== 0) readMetricValue(columns, metric, valueTag, valueAt);
  if (hasProperties) properties.moveTo(columns, metric);
  reader.at = end;
}

function readMetricValue(columns: MetricColumns, metric: number, tag: number, at: number): void {
  if (tag === VALUE_DOUBLE) {
    columns.kind[metric] = KIND_NUMBER;
    return;
  }
  columns.value[metric] = 0;
  reader.at = at;
  if (tag === VALUE_TEXT) {
    columns.text[metric] = reader.text();
    columns.kind[metric] = KIND_TEXT;
  } else if (tag === VALUE_BOOLEAN) {
    columns.value[metric] = reader.bool() ? 1 : 0;
    columns.kind[metric] = KIND_BOOLEAN;
  } else if (tag === VALUE_INT || tag === VALUE_LONG || tag === VALUE_FLOAT) {
    columns.value[metric] = readNumber(reader, tag, columns.datatype[metric] as number);
    columns.kind[metric] = KIND_NUMBER;
  } else columns.kind[metric] = KIND_OTHER;
}

function readAlias(): number {
  const alias = reader.uint64();
  // Two aliases that a double cannot tell apart would give one channel's values to another.
  if (alias > Number.MAX_SAFE_INTEGER) throw limit("an alias beyond 2^53");
  return alias;
}

function readFlag(flags: number, flag: number): number {
  return reader.bool() ? flags | flag : flags & ~flag;
}

function limit(what: string): PayloadError {
  return new PayloadError("PAYLOAD_LIMIT", what, { atByte: reader.at });
}
