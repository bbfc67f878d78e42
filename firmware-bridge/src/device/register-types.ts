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

/** A single register in the device's order of bytes. */
export function wordOf(register: number, order: ByteOrder): number {
  return order === "BADC" ? ((register & 0xff) << 8) | (register >>> 8) : register;
}

/** The number in a single register; undefined where a nibble of a decimal is above nine. */
export function numberInWord(word: number, type: RegisterType, byte: "high" | "low"): number | undefined {
  const half = byte === "high" ? word >>> 8 : word & 0xff;
  switch (type) {
    case "s16":
      return word > 0x7fff ? word - 0x10000 : word;
    case "s8":
      return half > 0x7f ? half - 0x100 : half;
    case "u8":
      return half;
    case "bcd16":
      return decimalDigits(word, 4);
    default:
      return word;
  }
}

/** The bits of two registers as one unsigned number; undefined for 64 bits, which a number cannot hold. */
export function rawOf(bytes: DataView, type: RegisterType): number | undefined {
  return type === "f64" ? undefined : bytes.getUint32(0);
}

/** The number in several registers; undefined where none stands (a float that is no number, a nibble above nine). */
export function numberIn(bytes: DataView, type: RegisterType): number | undefined {
  switch (type) {
    case "s32":
      return bytes.getInt32(0);
    case "f32":
      return finite(bytes.getFloat32(0));
    case "f64":
      return finite(bytes.getFloat64(0));
    case "bcd32":
      return decimalDigits(bytes.getUint32(0), 8);
    default:
      return bytes.getUint32(0);
  }
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function decimalDigits(bits: number, digits: number): number | undefined {
  let value = 0;
  for (let digit = digits - 1; digit >= 0; digit -= 1) {
    const nibble = (bits >>> (digit * 4)) & 0xf;
    if (nibble > 9) return undefined;
    value = value * 10 + nibble;
  }
  return value;
}
