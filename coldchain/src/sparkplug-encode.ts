// Columns into Sparkplug B 3.0 payloads.

import { DATATYPE, METRIC_FLAG, VALUE_KIND, type MetricColumns } from "./metric-columns.ts";
import { PayloadError } from "./payload-error.ts";
import { PAYLOAD_METRICS_MAX } from "./payload-limits.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import {
  METRIC_ALIAS,
  METRIC_DATATYPE,
  METRIC_IS_HISTORICAL,
  METRIC_IS_NULL,
  METRIC_IS_TRANSIENT,
  METRIC_NAME,
  METRIC_TIMESTAMP,
  PAYLOAD_METRIC,
  PAYLOAD_SEQ,
  PAYLOAD_TIMESTAMP,
  VALUE_DOUBLE,
  type PayloadHead,
} from "./sparkplug-fields.ts";
import {
  ALIAS_RANGE,
  INT64_RANGE,
  UTF8_BYTES_PER_UNIT,
  whole,
  writeInt64,
  writeName,
  writeProperties,
  writeValue,
} from "./sparkplug-write.ts";

const {
  hasAlias: HAS_ALIAS,
  hasTime: HAS_TIME,
  historical: HISTORICAL,
  null: NULL,
  transient: TRANSIENT,
  untyped: UNTYPED,
} = METRIC_FLAG;

/** Bytes of all fields of a metric that have a largest size, with room to spare for lengths. */
const METRIC_BYTES = 96;

const writer = new ProtobufWriter();

/**
 * Writes the columns as one payload; the bytes are a copy of their own, exactly as long as they need to be.
 *
 * - A number is written as its datatype says: 8- to 32-bit integers as int_value, 64-bit ones and DateTime as long_value
 *   (two's complement), Float rounded to float32, Double bit by bit: -0, NaN and the infinities are sent as they are.
 *   Without a datatype a number is a double_value. With the flag `untyped` the datatype decides the field but is not
 *   sent itself, as DATA wants it.
 * - The name is sent unless empty, alias, time and null by their flags, quality when not -1.
 * - Properties: text as String, every number as Double, so that 0.1 and 1 both come back as they are.
 *
 * @throws PayloadError `PAYLOAD_VALUE` when a value does not fit its datatype (a fraction, NaN or too large a number as
 *   an integer or time; text as a number; kind `other`, which is not kept), `PAYLOAD_LIMIT` beyond what decoding takes
 */
export function encodePayload(columns: MetricColumns, head: PayloadHead): Uint8Array<ArrayBuffer> {
  if (columns.length > PAYLOAD_METRICS_MAX)
    throw new PayloadError(
      "PAYLOAD_LIMIT",
      `${columns.length} metrics, at most ${PAYLOAD_METRICS_MAX} are sent at once`,
    );
  const { timestampMs, seq } = head;
  if (seq !== undefined && !(Number.isInteger(seq) && seq >= 0 && seq <= 255))
    throw new PayloadError("PAYLOAD_VALUE", `seq ${seq} is not 0-255`);
  writer.reset();
  writer.ensure(METRIC_BYTES);
  if (timestampMs !== undefined) {
    writer.int64(PAYLOAD_TIMESTAMP, whole(timestampMs, INT64_RANGE));
  }
  for (let metric = 0; metric < columns.length; metric++) writeMetric(columns, metric);
  if (seq !== undefined) {
    writer.ensure(METRIC_BYTES);
    writer.byte(PAYLOAD_SEQ);
    writer.uint32(seq);
  }
  return writer.take();
}

/** An alias below 128, a time and a double: as most of DATA is. */
const READING_BYTES = 18;
const READING_TAGS = [METRIC_ALIAS, METRIC_TIMESTAMP, VALUE_DOUBLE] as const;
const READING_FLAGS = HAS_ALIAS | HAS_TIME;

function isReading(columns: MetricColumns, metric: number, flags: number): boolean {
  if ((flags & ~UNTYPED) !== READING_FLAGS || columns.kind[metric] !== VALUE_KIND.number) return false;
  const datatype = columns.datatype[metric];
  const isDouble = datatype === DATATYPE.unknown || (datatype === DATATYPE.double && (flags & UNTYPED) !== 0);
  const alias = columns.alias[metric] as number;
  if (!isDouble || alias !== (alias & 0x7f)) return false;
  return columns.quality[metric] === -1 && columns.properties.size === 0;
}

function writeMetric(columns: MetricColumns, metric: number): void {
  const name = columns.name[metric] as string;
  const text = columns.text[metric] as string;
  const flags = columns.flags[metric] as number;
  writer.ensure(METRIC_BYTES + (name.length + text.length) * UTF8_BYTES_PER_UNIT);
  writer.byte(PAYLOAD_METRIC);
  if (name === "" && isReading(columns, metric, flags)) {
    const alias = columns.alias[metric] as number;
    writer.byte(READING_BYTES);
    if (writer.reading(READING_TAGS, alias | 0, columns.timeMs, columns.value, metric)) return;
    writer.takeBack();
  }
  const lengthAt = writer.openLength();
  if (name !== "") writeName(writer, METRIC_NAME, name, metric);
  if (flags & HAS_ALIAS) {
    writeInt64(writer, METRIC_ALIAS, columns.alias, metric, ALIAS_RANGE);
  }
  if (flags & HAS_TIME) {
    writeInt64(writer, METRIC_TIMESTAMP, columns.timeMs, metric, INT64_RANGE);
  }
  const datatype = columns.datatype[metric] as number;
  if (datatype !== DATATYPE.unknown && (flags & UNTYPED) === 0) {
    writer.byte(METRIC_DATATYPE);
    writer.uint32(datatype);
  }
  if (flags & HISTORICAL) writeTrue(METRIC_IS_HISTORICAL);
  if (flags & TRANSIENT) writeTrue(METRIC_IS_TRANSIENT);
  if (flags & NULL) writeTrue(METRIC_IS_NULL);
  const quality = columns.quality[metric] as number;
  if (quality >= 0 || columns.properties.size > 0) {
    writeProperties(writer, quality, columns.properties.get(metric), metric);
    writer.ensure(METRIC_BYTES + text.length * UTF8_BYTES_PER_UNIT);
  }
  if ((flags & NULL) === 0) writeValue(writer, columns, metric);
  writer.closeLength(lengthAt);
}

function writeTrue(tag: number): void {
  writer.byte(tag);
  writer.byte(1);
}
