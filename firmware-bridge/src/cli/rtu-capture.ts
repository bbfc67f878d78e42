// A capture of a Modbus RTU line, cut into frames without the silence between them: by function, length and checksum.

import { crc16 } from "../modbus/crc16.ts";

export interface CapturedFrame {
  /** Where it begins: a byte of a binary capture, a line (from 1) of one in hexadecimal digits. */
  readonly at: number;
  readonly kind: "request" | "reply" | "exception" | "other" | "damaged";
  readonly unit: number | null;
  readonly function: number | null;
  /** Of a reply: what the request before it asked for. */
  readonly address: number | null;
  readonly count: number | null;
  /** Registers as unsigned, or bits as 0 and 1 of a reply; what a request writes. */
  readonly values: readonly number[] | null;
  readonly exception: number | null;
  readonly quality: "good" | "bad-crc";
  readonly hex: string;
}

interface Request {
  readonly unit: number;
  readonly fn: number;
  readonly address: number;
  readonly count: number;
}

const NOTHING = { unit: null, function: null, address: null, count: null, values: null, exception: null };

export function decodeRtuCapture(capture: Uint8Array): CapturedFrame[] {
  const pieces = piecesOf(capture);
  const frames = new FrameCutter();
  for (const { at, bytes, isLine } of pieces) frames.cut(bytes, at, isLine);
  return frames.found;
}

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly isLine: boolean;
}

/** `[01][04]…` and `<01><04>…` are what libmodbus and mbpoll print; a label such as `RX:` may stand before the digits. */
const HEX_LINE = /^(?:.*?[:=>]\s+)?((?:(?:0x)?[0-9a-f]{2}[\s,;]*)+)$/i;

function piecesOf(capture: Uint8Array): Piece[] {
  const lines = new TextDecoder("latin1").decode(capture).split("\n");
  const pieces: Piece[] = [];
  for (const [index, line] of lines.entries()) {
    const text = line.replaceAll(/[<[]([0-9a-f]{2})[\]>]/gi, "$1 ").trim();
    if (text === "" || text.startsWith("#")) continue;
    const digits = HEX_LINE.exec(text)?.[1]?.replaceAll(/0x|[\s,;]/gi, "");
    if (digits === undefined) return [binaryPiece(capture)];
    pieces.push({ at: index + 1, bytes: Uint8Array.from(Buffer.from(digits, "hex")), isLine: true });
  }
  return pieces;
}

/** The bytes after the header lines. */
function binaryPiece(capture: Uint8Array): Piece {
  let at = 0;
  while (capture[at] === 0x23) {
    const end = capture.indexOf(0x0a, at);
    if (end < 0) break;
    at = end + 1;
  }
  return { at, bytes: capture.subarray(at), isLine: false };
}

class FrameCutter {
  readonly found: CapturedFrame[] = [];
  #asked: Request | undefined;

  cut(bytes: Uint8Array, base: number, isLine: boolean): void {
    let damagedFrom = 0;
    let at = 0;
    const damaged = (until: number): void => {
      if (until <= damagedFrom) return;
      const hex = hexOf(bytes.subarray(damagedFrom, until));
      const place = isLine ? base : base + damagedFrom;
      this.found.push({ at: place, kind: "damaged", ...NOTHING, quality: "bad-crc", hex });
    };
    while (at < bytes.length) {
      const frame = this.#frameAt(bytes.subarray(at), isLine && at === 0);
      if (frame === undefined) {
        at += 1;
        continue;
      }
      damaged(at);
      this.found.push(this.#read(frame, isLine ? base : base + at));
      at += frame.length;
      damagedFrom = at;
    }
    damaged(bytes.length);
  }

  /** The frame that begins here, if its checksum says that one does. */
  #frameAt(bytes: Uint8Array, isWholeLine: boolean): Uint8Array | undefined {
    const sound = this.#lengthsOf(bytes).find((length) => isSound(bytes, length));
    if (sound !== undefined) return bytes.subarray(0, sound);
    return isWholeLine && isSound(bytes, bytes.length) ? bytes : undefined;
  }

  #lengthsOf(bytes: Uint8Array): number[] {
    const fn = bytes[1] ?? 0;
    if (fn > 0x80) return [5];
    if (fn >= 1 && fn <= 4) {
      const reply = 5 + (bytes[2] ?? 0);
      return this.#asked?.unit === bytes[0] && this.#asked?.fn === fn ? [reply, 8] : [8, reply];
    }
    if (fn === 5 || fn === 6) return [8];
    return fn === 15 || fn === 16 ? [9 + (bytes[6] ?? 0), 8] : [];
  }

  #read(frame: Uint8Array, at: number): CapturedFrame {
    const [unit = 0, fn = 0] = frame;
    const head = { at, unit, function: fn & 0x7f, quality: "good", hex: hexOf(frame) } as const;
    const nothing = { address: null, count: null, values: null, exception: null };
    const asked = this.#asked?.unit === unit && this.#asked.fn === (fn & 0x7f) ? this.#asked : undefined;
    const place = asked === undefined ? nothing : { ...nothing, address: asked.address, count: asked.count };
    if (fn > 0x80) {
      this.#asked = undefined;
      return { ...head, ...place, kind: "exception", exception: frame[2] ?? 0 };
    }
    if (fn < 1 || (fn > 6 && fn !== 15 && fn !== 16)) return { ...head, ...nothing, kind: "other" };
    const isReply = fn <= 4 ? isReadReply(frame, asked) : asked !== undefined && word(frame, 2) === asked.address;
    if (isReply && (fn < 15 || frame.length === 8)) {
      this.#asked = undefined;
      return { ...head, ...place, kind: "reply", values: replyValues(frame, fn, asked?.count) };
    }
    const count = fn === 5 || fn === 6 ? 1 : word(frame, 4);
    this.#asked = { unit, fn, address: word(frame, 2), count };
    const values = writtenValues(frame, fn, count);
    return { ...head, ...nothing, kind: "request", address: word(frame, 2), count, values };
  }
}

/** Eight bytes may be a request or a reply of three bytes of bits: the request before it decides. */
function isReadReply(frame: Uint8Array, asked: Request | undefined): boolean {
  if (frame.length !== 8) return true;
  return frame[2] === 3 && asked !== undefined && Math.ceil(asked.count / 8) === 3;
}

function replyValues(frame: Uint8Array, fn: number, count: number | undefined): number[] | null {
  if (fn > 4) return null;
  return fn <= 2 ? bitsOf(frame.subarray(3, -2), count) : wordsOf(frame.subarray(3, -2));
}

function writtenValues(frame: Uint8Array, fn: number, count: number): number[] | null {
  if (fn === 5) return [word(frame, 4) === 0 ? 0 : 1];
  if (fn === 6) return [word(frame, 4)];
  if (fn <= 4 || frame.length === 8) return null;
  return fn === 15 ? bitsOf(frame.subarray(7, -2), count) : wordsOf(frame.subarray(7, -2));
}

function isSound(bytes: Uint8Array, length: number): boolean {
  return length >= 4 && length <= 256 && length <= bytes.length && crc16(bytes, length) === 0;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function wordsOf(bytes: Uint8Array): number[] {
  return Array.from({ length: Math.floor(bytes.length / 2) }, (_, at) => word(bytes, at * 2));
}

function bitsOf(bytes: Uint8Array, count = bytes.length * 8): number[] {
  return Array.from({ length: count }, (_, at) => ((bytes[at >>> 3] ?? 0) >>> (at & 7)) & 1);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
