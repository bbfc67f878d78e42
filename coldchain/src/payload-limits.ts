// Bounds of the Sparkplug payload codec, and the one rule by which numbers are read.

import { DATATYPE } from "./metric-columns.ts";

/** Metrics in one payload at most, both ways: a full DDATA of 500 records with 6 channels fits. */
export const PAYLOAD_METRICS_MAX = 4096;

/** Bytes of a metric name or property key at most. */
export const PAYLOAD_NAME_BYTES_MAX = 1024;

/** Properties of one metric at most. */
export const PAYLOAD_PROPERTIES_MAX = 128;

/** Depth of nested protobuf groups (an old form of unknown field) at most; everything else is skipped by its length. */
export const PAYLOAD_GROUPS_MAX = 16;

const { int8: INT8, int16: INT16, int32: INT32, uint64: UINT64 } = DATATYPE;
const TWO_TO_32 = 4294967296;
const TWO_TO_64 = 18446744073709551616;

/**
 * A number as its datatype means it. DATA leaves the datatype out, and then int_value is read unsigned and long_value
 * signed; whoever knows the datatype from the birth corrects the value with this. Changes only integers that lie where
 * the other reading of the same bits would put them, so that applying it twice changes nothing; a number that no reading
 * makes fit its datatype stays as it was sent.
 */
export function asDatatype(value: number, datatype: number): number {
  switch (datatype) {
    case INT8:
      // Both an 8-bit and a 32-bit two's complement are seen in the wild.
      if (value >= 0x80 && value <= 0xff) return value - 0x100;
      return value >= TWO_TO_32 - 0x80 && value < TWO_TO_32 ? value - TWO_TO_32 : value;
    case INT16:
      if (value >= 0x8000 && value <= 0xffff) return value - 0x10000;
      return value >= TWO_TO_32 - 0x8000 && value < TWO_TO_32 ? value - TWO_TO_32 : value;
    case INT32:
      return value >= 0x80000000 && value < TWO_TO_32 ? value - TWO_TO_32 : value;
    case UINT64:
      return value < 0 ? value + TWO_TO_64 : value;
    default:
      return value;
  }
}
