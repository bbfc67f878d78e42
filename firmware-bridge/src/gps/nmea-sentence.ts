// NMEA 0183, one level below meaning: bytes to sentences with a good checksum, and fields to numbers. Strict: a field
// that is not exactly what it should be is absent, never guessed.

export interface Sentence {
  /** RMC, GGA, … without the talker. */
  readonly type: string;
  readonly talker: string;
  /** What follows the address, between commas. */
  readonly fields: readonly string[];
}

export interface SentenceCounters {
  sentences: number;
  /** Begun and not ended by a right checksum: damaged, cut, glued or without one. */
  rejected: number;
}

/** The standard says 82; receivers send up to about 130. */
const SENTENCE_MAX_BYTES = 256;
const DOLLAR = 0x24;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const ADDRESS = /^([A-OQ-Z][A-Z])([A-Z]{3})$/;

export class SentenceReader {
  readonly counters: SentenceCounters = { sentences: 0, rejected: 0 };
  readonly #body = new Uint8Array(SENTENCE_MAX_BYTES);
  #length = -1;

  /** Calls `found` for each good sentence of a standard talker, in order. */
  push(bytes: Uint8Array, found: (sentence: Sentence) => void): void {
    for (const byte of bytes) {
      if (byte === DOLLAR) {
        // A sentence never holds a '$': what went before was cut off.
        if (this.#length >= 0) this.counters.rejected += 1;
        this.#length = 0;
      } else if (this.#length >= 0) {
        if (byte === CARRIAGE_RETURN || byte === LINE_FEED) this.#end(found);
        else if (byte < 0x20 || byte > 0x7e || this.#length === SENTENCE_MAX_BYTES) this.#reject();
        else this.#body[this.#length++] = byte;
      }
    }
  }

  #reject(): void {
    this.counters.rejected += 1;
    this.#length = -1;
  }

  #end(found: (sentence: Sentence) => void): void {
    const text = String.fromCharCode(...this.#body.subarray(0, this.#length));
    const star = text.length - 3;
    const isSound = text.indexOf("*") === star && hexByte(text.slice(star + 1)) === xorOf(this.#body, star);
    if (!isSound) return this.#reject();
    this.#length = -1;
    this.counters.sentences += 1;
    const [address = "", ...fields] = text.slice(0, star).split(",");
    const [, talker, type] = ADDRESS.exec(address) ?? [];
    if (talker !== undefined && type !== undefined) found({ talker, type, fields });
  }
}

function hexByte(text: string): number | undefined {
  return /^[0-9A-Fa-f]{2}$/.test(text) ? Number.parseInt(text, 16) : undefined;
}

function xorOf(bytes: Uint8Array, end: number): number {
  let sum = 0;
  for (let at = 0; at < end; at += 1) sum ^= bytes[at] as number;
  return sum;
}

export function numberField(text: string | undefined): number | null {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

/** Degrees, signed: `4134.498,N` is 41 degrees and 34.498 minutes north. */
export function angleField(
  text: string | undefined,
  hemisphere: string | undefined,
  degreeDigits: 2 | 3,
): number | null {
  const [positive, negative, maxDeg] = degreeDigits === 2 ? ["N", "S", 90] : ["E", "W", 180];
  if (text === undefined || (hemisphere !== positive && hemisphere !== negative)) return null;
  const pattern = degreeDigits === 2 ? /^(\d{2})(\d{2}(?:\.\d+)?)$/ : /^(\d{3})(\d{2}(?:\.\d+)?)$/;
  const match = pattern.exec(text);
  if (match === null) return null;
  const minutes = Number(match[2]);
  const degrees = Number(match[1]) + minutes / 60;
  if (minutes >= 60 || degrees > Number(maxDeg)) return null;
  return hemisphere === negative && degrees !== 0 ? -degrees : degrees;
}

/** Milliseconds since midnight UTC of `hhmmss` or `hhmmss.s…`; finer digits are cut. A leap second is 23:59:60. */
export function timeField(text: string | undefined): number | null {
  const match = /^(\d{2})(\d{2})(\d{2})(?:\.(\d+))?$/.exec(text ?? "");
  if (match === null) return null;
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (hours > 23 || minutes > 59 || seconds > 60) return null;
  const milliseconds = Number((match[4] ?? "").slice(0, 3).padEnd(3, "0"));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}

/** Midnight of a day of the calendar, or null for one that does not exist. */
export function dayUtcMs(year: number, month: number, day: number): number | null {
  const atMs = Date.UTC(year, month - 1, day);
  const date = new Date(atMs);
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? atMs : null;
}
