// Values of Sparkplug metrics and properties, which share their fields and their rules.

import { DATATYPE } from "./metric-columns.ts";
import { asDatatype } from "./payload-limits.ts";
import { WIRE_BYTES, type ProtobufReader } from "./protobuf-reader.ts";
import {
  OTHER_VALUE_FIRST,
  OTHER_VALUE_LAST,
  VALUE_BOOLEAN,
  VALUE_DOUBLE,
  VALUE_FLOAT,
  VALUE_INT,
  VALUE_LONG,
  VALUE_TEXT,
} from "./sparkplug-fields.ts";

const { unknown: UNKNOWN, int32: INT32, int64: INT64, uint64: UINT64 } = DATATYPE;

/** Reads an int_value, long_value or float_value. */
export function readNumber(reader: ProtobufReader, tag: number, datatype: number): number {
  if (tag === VALUE_FLOAT) return reader.float32();
  if (tag === VALUE_INT) {
    const value = reader.uint32();
    // An encoder that puts an Int64 into 32 bits has a small one in mind.
    return asDatatype(value, datatype === INT64 ? INT32 : datatype);
  }
  return datatype === UINT64 ? reader.uint64() : asDatatype(reader.int64(), datatype);
}

/** Whether a tag begins a value of a metric. */
export function isValue(tag: number): boolean {
  switch (tag) {
    case VALUE_DOUBLE:
    case VALUE_LONG:
    case VALUE_INT:
    case VALUE_TEXT:
    case VALUE_BOOLEAN:
    case VALUE_FLOAT:
      return true;
    default:
      return (tag & 7) === WIRE_BYTES && tag >>> 3 >= OTHER_VALUE_FIRST && tag >>> 3 <= OTHER_VALUE_LAST;
  }
}

/** Codes that no version of the specification knows are left out, and the value is read by its field. */
export function readDatatype(reader: ProtobufReader): number {
  const code = reader.uint32();
  return code <= 0xff ? code : UNKNOWN;
}
