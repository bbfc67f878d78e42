// Writes protobuf fields into a slab that many small messages share: an ArrayBuffer of its own costs more than a message.

/** A message that is kept keeps its slab, so slabs are small. */
const SLAB_BYTES = 16_384;
export const TWO_TO_28 = 268435456;
const utf8 = new TextEncoder();

/** `ensure` first, then write: the other methods do not look whether there is room. */
export class ProtobufWriter {
  #bytes = new Uint8Array(SLAB_BYTES);
  #view = new DataView(this.#bytes.buffer);
  /** Where the message that is being written begins in the slab. */
  #start = 0;
  #at = 0;

  /** Makes room for so many bytes more. */
  ensure(length: number): void {
    if (this.#at + length > this.#bytes.length) this.#openSlab(length);
  }

  /** Begins a message anew, giving up what was written since the last `take`. */
  reset(): void {
    this.#at = this.#start;
  }

  /** The bytes written since the last `take`. Nothing else is ever written there, but the ArrayBuffer has others' too. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#bytes.buffer, this.#start, this.#at - this.#start);
    this.#start = this.#at;
    return taken;
  }

  /** Takes the byte that was written last back. */
  takeBack(): void {
    this.#at--;
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  /** A varint of an unsigned 32-bit number; at most 5 bytes. */
  uint32(value: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let rest = value;
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#at = at;
  }

  /** A tag and a varint of `upper` × 2^28 + `lower`: doubles passed to a function are boxed, small integers are not. */
  uint56(tag: number, lower: number, upper: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let rest = lower;
    bytes[at++] = tag;
    if (upper !== 0) {
      bytes[at] = (rest & 0x7f) | 0x80;
      bytes[at + 1] = ((rest >>> 7) & 0x7f) | 0x80;
      bytes[at + 2] = ((rest >>> 14) & 0x7f) | 0x80;
      bytes[at + 3] = (rest >>> 21) | 0x80;
      at += 4;
      rest = upper;
    }
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#at = at;
  }

  /** A tag and a varint of a whole number from -2^63 to 2^64, below 0 as 64-bit two's complement; at most 10 bytes. */
  int64(tag: number, value: number): void {
    const upper = Math.floor(value / TWO_TO_28);
    const lower = value - upper * TWO_TO_28;
    if (value >= 0 && upper < TWO_TO_28) return this.uint56(tag, lower, upper);
    this.byte(tag);
    const top = Math.floor(upper / TWO_TO_28);
    this.#low28(lower);
    this.#low28(upper - top * TWO_TO_28);
    this.uint32(top & 0xff);
  }

  /**
   * Three fields at once, whose tags and sizes are known: a whole number below 128, one of 36 to 42 bits and a double.
   * Columns and an index, because doubles passed to a function are boxed. False, with nothing written, when one does not fit.
   */
  reading(tags: readonly [number, number, number], small: number, wide: Float64Array, double: Float64Array, i: number) {
    const value = wide[i] as number;
    const upper = Math.floor(value / TWO_TO_28) | 0;
    const lower = (value - upper * TWO_TO_28) | 0;
    if (upper < 0x80 || upper >= 0x4000 || upper * TWO_TO_28 + lower !== value) return false;
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = tags[0];
    bytes[at + 1] = small;
    bytes[at + 2] = tags[1];
    bytes[at + 3] = (lower & 0x7f) | 0x80;
    bytes[at + 4] = ((lower >>> 7) & 0x7f) | 0x80;
    bytes[at + 5] = ((lower >>> 14) & 0x7f) | 0x80;
    bytes[at + 6] = (lower >>> 21) | 0x80;
    bytes[at + 7] = (upper & 0x7f) | 0x80;
    bytes[at + 8] = upper >>> 7;
    bytes[at + 9] = tags[2];
    this.#view.setFloat64(at + 10, double[i] as number, true);
    this.#at = at + 18;
    return true;
  }

  float32(value: number): void {
    this.#view.setFloat32(this.#at, value, true);
    this.#at += 4;
  }

  float64(tag: number, value: number): void {
    const at = this.#at;
    this.#bytes[at] = tag;
    this.#view.setFloat64(at + 1, value, true);
    this.#at = at + 9;
  }

  /** Length and UTF-8; at most 5 + 3 × text.length bytes. Lone surrogates become U+FFFD. Gives the bytes of the text. */
  text(text: string): number {
    const lengthAt = this.openLength();
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        at = this.#at + utf8.encodeInto(text, bytes.subarray(this.#at)).written;
        break;
      }
      bytes[at++] = unit;
    }
    this.#at = at;
    return this.closeLength(lengthAt);
  }

  /** Leaves one byte for a length; give the result to closeLength when what it measures is written. */
  openLength(): number {
    return this.#at++ - this.#start;
  }

  /** Writes the length, moving what it measures when it needs more than the byte that was left. Gives the length. */
  closeLength(opened: number): number {
    const lengthAt = opened + this.#start;
    const end = this.#at;
    const length = end - lengthAt - 1;
    if (length < 0x80) {
      this.#bytes[lengthAt] = length;
      return length;
    }
    let more = 0;
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) more++;
    if (more > 0) this.#bytes.copyWithin(lengthAt + 1 + more, lengthAt + 1, end);
    this.#at = lengthAt;
    this.uint32(length);
    this.#at = end + more;
    return length;
  }

  #low28(value: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    bytes[at] = (value & 0x7f) | 0x80;
    bytes[at + 1] = ((value >>> 7) & 0x7f) | 0x80;
    bytes[at + 2] = ((value >>> 14) & 0x7f) | 0x80;
    bytes[at + 3] = (value >>> 21) | 0x80;
    this.#at = at + 4;
  }

  #openSlab(length: number): void {
    const written = this.#at - this.#start;
    const bytes = new Uint8Array(Math.max(SLAB_BYTES, 2 * (written + length)));
    bytes.set(this.#bytes.subarray(this.#start, this.#at));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#start = 0;
    this.#at = written;
  }
}
