// Line protocol as bytes, without a string a reading: what is the same for all lines of a series, or of an instant, is
// copied.
import { QUALITY_GOOD } from "@isotherm/coldchain";
import { nanosecondsOf } from "./influx-time.ts";

const SPACE = 0x20;
const NEWLINE = 0x0a;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const VALUE = Buffer.from("value=");
const QUALITY = Buffer.from("quality=");
const RAW = Buffer.from("i,raw=");
const I = 0x69;
/** The longest that a line is beyond its prefix: two numbers of 24 digits at most, their names, a time of 19. */
const REST_BYTES_MAX = 128;
/** Kept between batches; a larger buffer is given back. */
const BYTES_KEPT = 8 * 2 ** 20;
/** Values are tried in whole thousandths, which nearly all measurements are; up to here those are exact. */
const THOUSANDTHS_MAX = 1e9;

/** Lines of one batch after the other; each ends with a newline. */
export class LineWriter {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #starts = new Int32Array(1024);
  #count = 0;
  #at = 0;
  // The time written last, and where it stands.
  #timeMs = -1;
  #ordinal = -1;
  #timeAt = 0;
  #timeLength = 0;

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
    this.#at = 0;
    this.#timeMs = -1;
    if (this.#bytes.length > BYTES_KEPT) this.#bytes = Buffer.allocUnsafeSlow(64 * 1024);
  }

  /** The lines from one up to another, exclusive: a view that `clear` makes invalid. */
  lines(from: number, to: number): Buffer {
    const end = to >= this.#count ? this.#at : (this.#starts[to] as number);
    // The last newline ends no further line.
    return this.#bytes.subarray(this.#starts[from], end - 1);
  }

  /**
   * Only a good reading has the field `value`, so that no query written without thought shows another's number; one that
   * is not good has its code in `quality`, and its number, if any, in `raw`.
   *
   * @param prefix measurement and tags, as `linePrefix` has them
   * @param number NaN for none
   */
  add(prefix: Uint8Array, number: number, quality: number, atMs: number, ordinal: number): void {
    this.#reserve(prefix.length + REST_BYTES_MAX);
    this.#starts[this.#count++] = this.#at;
    this.#copy(prefix);
    if (quality === QUALITY_GOOD) {
      this.#copy(VALUE);
      this.#number(number);
    } else {
      this.#copy(QUALITY);
      this.#digits(quality);
      if (Number.isNaN(number)) this.#bytes[this.#at++] = I;
      else {
        this.#copy(RAW);
        this.#number(number);
      }
    }
    this.#bytes[this.#at++] = SPACE;
    this.#time(atMs, ordinal);
    this.#bytes[this.#at++] = NEWLINE;
  }

  #time(atMs: number, ordinal: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    if (atMs === this.#timeMs && ordinal === this.#ordinal) {
      const from = this.#timeAt;
      for (let i = 0; i < this.#timeLength; i++) bytes[at + i] = bytes[from + i] as number;
      this.#at = at + this.#timeLength;
      return;
    }
    this.#timeLength = bytes.write(nanosecondsOf(atMs, ordinal), at, "latin1");
    this.#timeMs = atMs;
    this.#ordinal = ordinal;
    this.#timeAt = at;
    this.#at = at + this.#timeLength;
  }

  #number(number: number): void {
    const thousandths = Math.round(number * 1000);
    // A whole number of thousandths divided by a thousand is the very double that its decimals name.
    if (thousandths / 1000 !== number || Math.abs(thousandths) > THOUSANDTHS_MAX) {
      // Adding 0 makes a negative zero the ordinary one, as SQLite does.
      this.#at += this.#bytes.write(String(number + 0), this.#at, "latin1");
      return;
    }
    let rest = Math.abs(thousandths);
    if (thousandths < 0) this.#bytes[this.#at++] = MINUS;
    const whole = Math.floor(rest / 1000);
    this.#digits(whole);
    rest -= whole * 1000;
    if (rest === 0) return;
    const bytes = this.#bytes;
    const tenths = Math.floor(rest / 100);
    const hundredths = Math.floor(rest / 10) % 10;
    bytes[this.#at++] = POINT;
    bytes[this.#at++] = ZERO + tenths;
    if (rest % 100 === 0) return;
    bytes[this.#at++] = ZERO + hundredths;
    if (rest % 10 !== 0) bytes[this.#at++] = ZERO + (rest % 10);
  }

  /** Of a whole number, 0 or more, of nine digits at most. */
  #digits(number: number): void {
    let digits = 1;
    for (let bound = 10; number >= bound; bound *= 10) digits++;
    const bytes = this.#bytes;
    let rest = number;
    for (let at = this.#at + digits - 1; at >= this.#at; at--) {
      const higher = Math.floor(rest / 10);
      bytes[at] = ZERO + rest - higher * 10;
      rest = higher;
    }
    this.#at += digits;
  }

  #copy(from: Uint8Array): void {
    const bytes = this.#bytes;
    const at = this.#at;
    const { length } = from;
    for (let i = 0; i < length; i++) bytes[at + i] = from[i] as number;
    this.#at = at + length;
  }

  #reserve(more: number): void {
    if (this.#count >= this.#starts.length) {
      const starts = new Int32Array(this.#starts.length * 2);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    if (this.#at + more <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + more));
    this.#bytes.copy(bytes, 0, 0, this.#at);
    this.#bytes = bytes;
  }
}
