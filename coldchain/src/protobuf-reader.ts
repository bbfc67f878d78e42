// Reads protobuf fields off bytes that anybody may have sent: every read is checked against the message that it is in.

import { PayloadError } from "./payload-error.ts";
import { PAYLOAD_GROUPS_MAX, PAYLOAD_NAME_BYTES_MAX } from "./payload-limits.ts";

/** Protobuf wire types: the low three bits of a tag. */
const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
const WIRE_GROUP_START = 3;
const WIRE_GROUP_END = 4;
const WIRE_FIXED32 = 5;

const TWO_TO_28 = 268435456;
/** A varint of 36 to 42 bits: UTC milliseconds from 2004 to 2109. */
const TIME_BYTES = 6;
const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
/** Longer text is left to TextDecoder, whose call costs more than a few characters do. */
const SHORT_TEXT = 40;
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Texts read of late, each in the slot of its hash: names and ids come again with every message. */
const TEXT_SLOTS = 4096;
const textOfSlot: string[] = new Array<string>(TEXT_SLOTS).fill("");
const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, from: number, to: number): string;
};

/** Undefined when it is not all ASCII. */
function shortText(bytes: Uint8Array, from: number, to: number): string | undefined {
  let hash = to - from;
  let or = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    hash = (Math.imul(hash, 31) + byte) | 0;
    or |= byte;
  }
  if (or >= 0x80) return undefined;
  const slot = (hash ^ (hash >>> 15)) & (TEXT_SLOTS - 1);
  const known = textOfSlot[slot] as string;
  if (known.length === to - from && isText(known, bytes, from)) return known;
  return (textOfSlot[slot] = latin1Slice.call(bytes, from, to));
}

function isText(text: string, bytes: Uint8Array, from: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[from + at]) return false;
  return true;
}

/** A cursor over one payload. `end` is where the message that is being read ends; callers narrow it and set it back. */
export class ProtobufReader {
  at = 0;
  end = 0;
  #bytes: Uint8Array = NO_BYTES;
  /** Over the whole buffer that the bytes lie in, and where they begin there. */
  #view: DataView = NO_VIEW;
  #viewAt = 0;
  // The varint read last: bits 0-27, 28-55 and 56-63. Small integers stay unboxed.
  #low = 0;
  #middle = 0;
  #high = 0;

  open(bytes: Uint8Array): void {
    this.#bytes = bytes;
    // Messages that came together mostly lie in one buffer.
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    this.#viewAt = bytes.byteOffset;
    this.at = 0;
    this.end = bytes.length;
  }

  /** Lets go of the bytes. */
  close(): void {
    this.#bytes = NO_BYTES;
  }

  /** The byte at a place within `end`. */
  byteAt(at: number): number {
    return this.#bytes[at] as number;
  }

  /** A double at a place that lies eight bytes before `end` at least. */
  float64At(at: number): number {
    return this.#view.getFloat64(this.#viewAt + at, true);
  }

  /** Field number and wire type as they stand: number × 8 + wire type. */
  tag(): number {
    const at = this.at;
    if (at < this.end) {
      const byte = this.#bytes[at] as number;
      if (byte < 0x80) {
        this.at = at + 1;
        return byte;
      }
    }
    this.#varint();
    if (this.#middle > 0xf || this.#high !== 0) throw this.#wire("a field number of more than 29 bits");
    return this.#low + this.#middle * TWO_TO_28;
  }

  /** Low 32 bits, unsigned. */
  uint32(): number {
    this.#varint();
    return this.#low + (this.#middle & 0xf) * TWO_TO_28;
  }

  /** 64 bits as two's complement; exact to 2^53. */
  int64(): number {
    const at = this.at;
    if (at + TIME_BYTES <= this.end) {
      const bytes = this.#bytes;
      const last = bytes[at + 5] as number;
      const a = bytes[at] as number;
      const b = bytes[at + 1] as number;
      const c = bytes[at + 2] as number;
      const d = bytes[at + 3] as number;
      const e = bytes[at + 4] as number;
      // The length that milliseconds of this age have.
      if (last < 0x80 && (a & b & c & d & e) >= 0x80) {
        this.at = at + TIME_BYTES;
        const low = (a & 0x7f) | ((b & 0x7f) << 7) | ((c & 0x7f) << 14) | ((d & 0x7f) << 21);
        return low + ((e & 0x7f) | (last << 7)) * TWO_TO_28;
      }
    }
    this.#varint();
    if (this.#high === 0) return this.#low + this.#middle * TWO_TO_28;
    return this.#low + (this.#middle + ((this.#high << 24) >> 24) * TWO_TO_28) * TWO_TO_28;
  }

  /** 64 bits, unsigned; exact to 2^53. */
  uint64(): number {
    const at = this.at;
    if (at < this.end) {
      const byte = this.#bytes[at] as number;
      if (byte < 0x80) {
        this.at = at + 1;
        return byte;
      }
    }
    this.#varint();
    return this.#low + (this.#middle + this.#high * TWO_TO_28) * TWO_TO_28;
  }

  bool(): boolean {
    this.#varint();
    return (this.#low | this.#middle | this.#high) !== 0;
  }

  float32(): number {
    return this.#view.getFloat32(this.#viewAt + this.#advance(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#viewAt + this.#advance(8), true);
  }

  /** Reads a length and returns where what it measures ends. */
  lengthEnd(): number {
    const length = this.uint64();
    if (length > this.end - this.at) throw this.#truncated();
    return this.at + length;
  }

  /** A name or key. Throws on what is not UTF-8. */
  name(): string {
    const to = this.lengthEnd();
    if (to - this.at > PAYLOAD_NAME_BYTES_MAX)
      throw new PayloadError("PAYLOAD_LIMIT", `a name of ${to - this.at} bytes`, { atByte: this.at });
    try {
      return this.#text(to, strictUtf8);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      throw new PayloadError("PAYLOAD_TEXT", "a name is not UTF-8", { atByte: this.at });
    }
  }

  /** A text value; bytes that are not UTF-8 become U+FFFD. */
  text(): string {
    return this.#text(this.lengthEnd(), lenientUtf8);
  }

  /** Passes over the field that `tag` began. */
  skip(tag: number): void {
    if (tag < 8) throw this.#wire("field number 0");
    const wire = tag & 7;
    if (wire === WIRE_VARINT) this.#varint();
    else if (wire === WIRE_FIXED64) this.#advance(8);
    else if (wire === WIRE_BYTES) this.at = this.lengthEnd();
    else if (wire === WIRE_FIXED32) this.#advance(4);
    else if (wire === WIRE_GROUP_START) this.#skipGroup(tag);
    else throw this.#wire(wire === WIRE_GROUP_END ? "the end of a group that never began" : `wire type ${wire}`);
  }

  #skipGroup(tag: number): void {
    const open = [tag + 1];
    while (open.length > 0) {
      const next = this.tag();
      if (next === open.at(-1)) open.pop();
      else if ((next & 7) !== WIRE_GROUP_START || next < 8) this.skip(next);
      else if (open.push(next + 1) > PAYLOAD_GROUPS_MAX)
        throw new PayloadError("PAYLOAD_LIMIT", "groups nested too deep", { atByte: this.at });
    }
  }

  #varint(): void {
    const bytes = this.#bytes;
    const end = this.end;
    let at = this.at;
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end) throw this.#truncated();
      const byte = bytes[at++] as number;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift < 56) middle |= (byte & 0x7f) << (shift - 28);
      else if (shift < 70) high |= (byte & 0x7f) << (shift - 56);
      else throw this.#wire("a varint of more than ten bytes");
      if (byte < 0x80) break;
    }
    this.at = at;
    this.#low = low;
    this.#middle = middle;
    this.#high = high & 0xff;
  }

  #text(to: number, decoder: TextDecoder): string {
    const bytes = this.#bytes;
    const from = this.at;
    this.at = to;
    if (to - from > SHORT_TEXT) return decoder.decode(bytes.subarray(from, to));
    return shortText(bytes, from, to) ?? decoder.decode(bytes.subarray(from, to));
  }

  #advance(length: number): number {
    const from = this.at;
    if (length > this.end - from) throw this.#truncated();
    this.at = from + length;
    return from;
  }

  #truncated(): PayloadError {
    return new PayloadError("PAYLOAD_TRUNCATED", "the payload ends inside a field", { atByte: this.at });
  }

  #wire(what: string): PayloadError {
    return new PayloadError("PAYLOAD_WIRE", `the payload is not protobuf: ${what}`, { atByte: this.at });
  }
}
