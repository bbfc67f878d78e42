// NMEA 0183, one level below meaning: bytes to sentences with a good checksum.

export interface SentenceCounters {
  sentences: number;
  /** Begun and not ended by a right checksum: damaged, cut, glued or without one. */
  rejected: number;
}

/** The standard says 82; receivers send up to about 130. */
const SENTENCE_MAX_BYTES = 256;
const FIELDS_MAX = 40;
const DOLLAR = 0x24;
const COMMA = 0x2c;
const STAR = 0x2a;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const LETTER_A = 0x41;
const LETTER_P = 0x50;
const LETTER_Z = 0x5a;
/** Two letters of talker and three of type: `GPRMC`. */
const ADDRESS_BYTES = 5;

/** One sentence, where it lies in its reader: it must not be kept, for the next one overwrites it. */
export class Sentence {
  /** From the address on, without `$` and checksum. */
  readonly bytes = new Uint8Array(SENTENCE_MAX_BYTES);
  /** RMC, GGA, … without the talker; see {@link typeCode}. */
  type = 0;
  fieldCount = 0;
  readonly #starts = new Uint16Array(FIELDS_MAX + 1);

  /** Where the first byte of a field lies; fields count from 0 after the address. An absent field is empty. */
  startOf(field: number): number {
    return field < this.fieldCount ? (this.#starts[field] as number) : 0;
  }

  endOf(field: number): number {
    return field < this.fieldCount ? (this.#starts[field + 1] as number) - 1 : 0;
  }

  /** The only byte of a field; 0 for an empty field or one of several bytes. */
  letterOf(field: number): number {
    const start = this.startOf(field);
    return this.endOf(field) - start === 1 ? (this.bytes[start] as number) : 0;
  }

  /** Finds the fields of `bytes[0, end)` and gives the checksum of all that. */
  divide(end: number): number {
    const { bytes } = this;
    const starts = this.#starts;
    let sum = 0;
    let count = 0;
    for (let at = 0; at < end; at += 1) {
      const byte = bytes[at] as number;
      sum ^= byte;
      if (byte === COMMA && count < FIELDS_MAX) starts[count++] = at + 1;
    }
    starts[count] = end + 1;
    this.fieldCount = count;
    this.type = typeOf(bytes, count === 0 ? end : (starts[0] as number) - 1);
    return sum;
  }
}

/** A type in one number, so that it is compared at once. */
export function typeCode(type: string): number {
  return (type.charCodeAt(0) << 16) | (type.charCodeAt(1) << 8) | type.charCodeAt(2);
}

/** 0 for what is no standard address: those of makers begin with P. */
function typeOf(bytes: Uint8Array, addressBytes: number): number {
  if (addressBytes !== ADDRESS_BYTES || bytes[0] === LETTER_P) return 0;
  for (let at = 0; at < ADDRESS_BYTES; at += 1) {
    const byte = bytes[at] as number;
    if (byte < LETTER_A || byte > LETTER_Z) return 0;
  }
  return ((bytes[2] as number) << 16) | ((bytes[3] as number) << 8) | (bytes[4] as number);
}

export class SentenceReader {
  readonly counters: SentenceCounters = { sentences: 0, rejected: 0 };
  readonly #sentence = new Sentence();
  readonly #found: (sentence: Sentence) => void;
  /** Bytes of the sentence that has begun; -1 between sentences. */
  #length = -1;

  /** `found` is called for each good sentence of a standard talker, in order. */
  constructor(found: (sentence: Sentence) => void) {
    this.#found = found;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#length < 0) {
        const dollar = chunk.indexOf(DOLLAR, at);
        if (dollar < 0) return;
        this.#length = 0;
        at = dollar + 1;
      }
      at = this.#copy(chunk, at);
      if (at === chunk.length) return;
      const byte = chunk[at] as number;
      at += 1;
      const isEnd = byte === CARRIAGE_RETURN || byte === LINE_FEED;
      if (!isEnd || !this.#take(this.#length)) this.counters.rejected += 1;
      // A sentence never holds a '$': it begins another one.
      this.#length = byte === DOLLAR ? 0 : -1;
    }
  }

  /** Copies what a sentence may hold, and gives where that ends. */
  #copy(chunk: Uint8Array, from: number): number {
    const body = this.#sentence.bytes;
    const end = Math.min(chunk.length, from + SENTENCE_MAX_BYTES - this.#length);
    let length = this.#length;
    let at = from;
    for (; at < end; at += 1, length += 1) {
      const byte = chunk[at] as number;
      if (byte < 0x20 || byte > 0x7e || byte === DOLLAR) break;
      body[length] = byte;
    }
    this.#length = length;
    return at;
  }

  /** Gives the sentence away if its checksum is right. */
  #take(length: number): boolean {
    const sentence = this.#sentence;
    const star = length - 3;
    if (star < 0 || sentence.bytes[star] !== STAR) return false;
    const stated = hexDigit(sentence.bytes[star + 1] as number) * 16 + hexDigit(sentence.bytes[star + 2] as number);
    if (sentence.divide(star) !== stated || sentence.bytes.indexOf(STAR) !== star) return false;
    this.counters.sentences += 1;
    if (sentence.type !== 0) this.#found(sentence);
    return true;
  }
}

/** NaN for what is no hexadecimal digit. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte & 0xdf;
  return letter >= LETTER_A && letter <= 0x46 ? letter - LETTER_A + 10 : Number.NaN;
}
