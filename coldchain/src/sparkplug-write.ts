// The parts of a Sparkplug metric that the encoder writes: names, values, property sets.

import { DATATYPE, VALUE_KIND, type MetricColumns } from "./metric-columns.ts";
import { PayloadError } from "./payload-error.ts";
import { PAYLOAD_NAME_BYTES_MAX, PAYLOAD_PROPERTIES_MAX } from "./payload-limits.ts";
import { TWO_TO_28, type ProtobufWriter } from "./protobuf-writer.ts";
import {
  METRIC_PROPERTIES,
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

const { none: KIND_NONE, number: KIND_NUMBER, boolean: KIND_BOOLEAN, text: KIND_TEXT } = VALUE_KIND;

/** Room for the fields of a property that have a largest size: tags, lengths, type, number. */
const PROPERTY_BYTES = 48;
export const UTF8_BYTES_PER_UNIT = 3;
const TWO_TO_32 = 2 ** 32;
const LARGEST_UPPER = 2 ** 25;

type IntegerRange = readonly [smallest: number, largest: number];

/** The largest is the largest double below 2^63. */
export const INT64_RANGE: IntegerRange = [-(2 ** 63), 2 ** 63 - 1024];
/** Beyond 2^53 two aliases could become one. */
export const ALIAS_RANGE: IntegerRange = [0, Number.MAX_SAFE_INTEGER];
/** By datatype code: Int8 to Int64, UInt8 to UInt64. */
const INTEGER_RANGES: readonly (IntegerRange | undefined)[] = [
  undefined,
  [-0x80, 0x7f],
  [-0x8000, 0x7fff],
  [-(2 ** 31), 2 ** 31 - 1],
  INT64_RANGE,
  [0, 0xff],
  [0, 0xffff],
  [0, TWO_TO_32 - 1],
  [0, 2 ** 64 - 2048],
];

/** The value, if it is a whole number within the range. */
export function whole(value: number, range: IntegerRange, metric?: number): number {
  if (value >= range[0] && value <= range[1] && Math.floor(value) === value) return value;
  throw new PayloadError(
    "PAYLOAD_VALUE",
    `${value} is not a whole number from ${range[0]} to ${range[1]}`,
    metric === undefined ? {} : { atMetric: metric },
  );
}

/** Writes a whole number of a column as a 64-bit varint. */
export function writeInt64(
  writer: ProtobufWriter,
  tag: number,
  column: Float64Array,
  metric: number,
  range: IntegerRange,
): void {
  const value = column[metric] as number;
  const upper = Math.floor(value / TWO_TO_28);
  const lower = (value - upper * TWO_TO_28) | 0;
  // Positive, below 2^53 and whole: put together again the parts are what they were.
  if (upper >= 0 && upper < LARGEST_UPPER && upper * TWO_TO_28 + lower === value) writer.uint56(tag, lower, upper | 0);
  else writer.int64(tag, whole(value, range, metric));
}

export function writeName(writer: ProtobufWriter, tag: number, name: string, metric: number): void {
  writer.byte(tag);
  const bytes = writer.text(name);
  if (bytes > PAYLOAD_NAME_BYTES_MAX)
    throw new PayloadError("PAYLOAD_LIMIT", `a name of ${bytes} bytes, at most ${PAYLOAD_NAME_BYTES_MAX}`, {
      atMetric: metric,
    });
}

/** Writes the value of a metric that is not null. Room for the text must be there. */
export function writeValue(writer: ProtobufWriter, columns: MetricColumns, metric: number): void {
  const kind = columns.kind[metric];
  const datatype = columns.datatype[metric] as number;
  if (kind === KIND_NONE) return;
  if (kind === KIND_NUMBER) writeNumber(writer, columns, metric, datatype);
  else if (kind === KIND_BOOLEAN && (datatype === DATATYPE.boolean || datatype === DATATYPE.unknown)) {
    writer.byte(VALUE_BOOLEAN);
    writer.byte(columns.value[metric] === 0 ? 0 : 1);
  } else if (kind === KIND_TEXT && isTextDatatype(datatype)) {
    writer.byte(VALUE_TEXT);
    writer.text(columns.text[metric] as string);
  } else throw new PayloadError("PAYLOAD_VALUE", `kind ${kind} as datatype ${datatype}`, { atMetric: metric });
}

function isTextDatatype(datatype: number): boolean {
  return (
    datatype === DATATYPE.string ||
    datatype === DATATYPE.unknown ||
    datatype === DATATYPE.text ||
    datatype === DATATYPE.uuid
  );
}

function writeNumber(writer: ProtobufWriter, columns: MetricColumns, metric: number, datatype: number): void {
  const value = columns.value[metric] as number;
  if (datatype === DATATYPE.double || datatype === DATATYPE.unknown) {
    writer.float64(VALUE_DOUBLE, value);
    return;
  }
  if (datatype === DATATYPE.float) {
    writer.byte(VALUE_FLOAT);
    writer.float32(value);
    return;
  }
  const range = datatype === DATATYPE.dateTime ? INT64_RANGE : INTEGER_RANGES[datatype];
  if (range === undefined)
    throw new PayloadError("PAYLOAD_VALUE", `a number as datatype ${datatype}`, { atMetric: metric });
  const integer = whole(value, range, metric);
  if (range[1] < TWO_TO_32) {
    writer.byte(VALUE_INT);
    writer.uint32(integer >>> 0);
  } else {
    writer.int64(VALUE_LONG, integer);
  }
}

/** Writes the property set of a metric, if it has any: all keys, then all values, as protobuf orders them. */
export function writeProperties(
  writer: ProtobufWriter,
  quality: number,
  others: ReadonlyMap<string, string | number> | undefined,
  metric: number,
): void {
  const count = (quality >= 0 ? 1 : 0) + (others?.size ?? 0);
  if (count === 0) return;
  if (count > PAYLOAD_PROPERTIES_MAX)
    throw new PayloadError("PAYLOAD_LIMIT", `${count} properties of one metric`, { atMetric: metric });
  // The quality has one home, so that it cannot say two things.
  if (others?.has(QUALITY_KEY))
    throw new PayloadError("PAYLOAD_VALUE", "Quality stands among the properties; it has a column", {
      atMetric: metric,
    });
  let room = PROPERTY_BYTES * (count + 1);
  for (const [key, value] of others ?? [])
    room += (key.length + (typeof value === "string" ? value.length : 0)) * UTF8_BYTES_PER_UNIT;
  writer.ensure(room);
  writer.byte(METRIC_PROPERTIES);
  const lengthAt = writer.openLength();
  if (quality >= 0) writeName(writer, PROPERTY_SET_KEY, QUALITY_KEY, metric);
  for (const key of others?.keys() ?? []) writeName(writer, PROPERTY_SET_KEY, key, metric);
  if (quality >= 0) writeQuality(writer, quality);
  for (const value of others?.values() ?? []) writeProperty(writer, value);
  writer.closeLength(lengthAt);
}

function writeQuality(writer: ProtobufWriter, quality: number): void {
  const lengthAt = openProperty(writer, DATATYPE.int32);
  writer.byte(VALUE_INT - PROPERTY_TO_METRIC);
  writer.uint32(quality);
  writer.closeLength(lengthAt);
}

function writeProperty(writer: ProtobufWriter, value: string | number): void {
  const lengthAt = openProperty(writer, typeof value === "string" ? DATATYPE.string : DATATYPE.double);
  if (typeof value === "string") {
    writer.byte(VALUE_TEXT - PROPERTY_TO_METRIC);
    writer.text(value);
  } else {
    writer.float64(VALUE_DOUBLE - PROPERTY_TO_METRIC, value);
  }
  writer.closeLength(lengthAt);
}

function openProperty(writer: ProtobufWriter, type: number): number {
  writer.byte(PROPERTY_SET_VALUE);
  const lengthAt = writer.openLength();
  writer.byte(PROPERTY_TYPE);
  writer.byte(type);
  return lengthAt;
}
