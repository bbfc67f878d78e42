// How registers become a number, before any scale: widths, orders of words and bytes, and what is no number at all.

export const REGISTER_TYPES = ["s8", "u8", "s16", "u16", "bcd16", "s32", "u32", "bcd32", "f32", "f64"] as const;
export type RegisterType = (typeof REGISTER_TYPES)[number];

/**
 * In which order the bytes of a value are sent, the highest called A: ABCD as the specification has it, CDAB low word
 * first, BADC bytes swapped, DCBA both. Eight bytes follow the same pattern; of a single register only the first two count.
 */
export const BYTE_ORDERS = ["ABCD", "BADC", "CDAB", "DCBA"] as const;
export type ByteOrder = (typeof BYTE_ORDERS)[number];

export function registersOf(type: RegisterType): number {
  if (type === "f64") return 4;
  return type.endsWith("32") ? 2 : 1;
}

export function isFloat(type: RegisterType): boolean {
  return type === "f32" || type === "f64";
}

/** The largest number that the bits of this type can be, unsigned. */
export function rawMaxOf(type: RegisterType): number {
  if (type === "s8" || type === "u8") return 0xff;
  return registersOf(type) === 1 ? 0xffff : 0xffff_ffff;
}

/** A value's bytes, highest first. */
export function valueBytes(registers: readonly number[], order: ByteOrder): DataView {
  const view = new DataView(new ArrayBuffer(registers.length * 2));
  const isLowFirst = order === "CDAB" || order === "DCBA";
  const isSwapped = order === "BADC" || order === "DCBA";
  for (const [at, register] of registers.entries()) {
    const to = isLowFirst ? registers.length - 1 - at : at;
    view.setUint16(to * 2, register, isSwapped);
  }
  return view;
}

/** The bits as one unsigned number, a single register whole; undefined for 64 bits, which a number cannot hold. */
export function rawOf(bytes: DataView, type: RegisterType): number | undefined {
  if (type === "f64") return undefined;
  return registersOf(type) === 1 ? bytes.getUint16(0) : bytes.getUint32(0);
}

/** The number that stands in the bytes; undefined where none does (a float that is no number, a nibble above nine). */
export function numberIn(bytes: DataView, type: RegisterType, byte: "high" | "low"): number | undefined {
  const at = byte === "high" ? 0 : 1;
  switch (type) {
    case "s8":
      return bytes.getInt8(at);
    case "u8":
      return bytes.getUint8(at);
    case "s16":
      return bytes.getInt16(0);
    case "u16":
      return bytes.getUint16(0);
    case "s32":
      return bytes.getInt32(0);
    case "u32":
      return bytes.getUint32(0);
    case "f32":
      return finite(bytes.getFloat32(0));
    case "f64":
      return finite(bytes.getFloat64(0));
    case "bcd16":
    case "bcd32":
      return decimalDigits(bytes);
  }
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function decimalDigits(bytes: DataView): number | undefined {
  let value = 0;
  for (let at = 0; at < bytes.byteLength; at += 1) {
    const high = bytes.getUint8(at) >>> 4;
    const low = bytes.getUint8(at) & 0xf;
    if (high > 9 || low > 9) return undefined;
    value = value * 100 + high * 10 + low;
  }
  return value;
}
