/** The packet announces more bytes than its limit, or a length that MQTT cannot express. */
export interface PacketTooLong {
  readonly announcedBytes: number;
  readonly limitBytes: number;
}

/**
 * Watches a stream of MQTT packets for their announced lengths (MQTT 3.1.1 §2.2.3), so that a peer cannot make the parser
 * collect up to 256 MiB for one packet. The first packet, CONNECT, comes from somebody not yet known and has a limit of its own.
 */
export class PacketLengths {
  readonly #laterBytesMax: number;
  #limitBytes: number;
  #bodyBytesLeft = 0;
  #lengthBytesRead = -1;
  #length = 0;

  constructor(firstBytesMax: number, laterBytesMax: number) {
    this.#limitBytes = firstBytesMax;
    this.#laterBytesMax = laterBytesMax;
  }

  /** Takes the next bytes of the stream; undefined as long as every packet is within its limit. */
  take(chunk: Uint8Array): PacketTooLong | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#bodyBytesLeft > 0) {
        const skipped = Math.min(this.#bodyBytesLeft, chunk.length - at);
        this.#bodyBytesLeft -= skipped;
        at += skipped;
      } else if (this.#lengthBytesRead < 0) {
        this.#lengthBytesRead = 0;
        at += 1;
      } else {
        const tooLong = this.#takeLengthByte(chunk[at] ?? 0);
        if (tooLong) return tooLong;
        at += 1;
      }
    }
    return undefined;
  }

  #takeLengthByte(byte: number): PacketTooLong | undefined {
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytesRead;
    this.#lengthBytesRead += 1;
    const continues = (byte & 0x80) !== 0;
    if (this.#length > this.#limitBytes || (continues && this.#lengthBytesRead === 4))
      return { announcedBytes: this.#length, limitBytes: this.#limitBytes };
    if (continues) return undefined;
    this.#bodyBytesLeft = this.#length;
    this.#length = 0;
    this.#lengthBytesRead = -1;
    this.#limitBytes = this.#laterBytesMax;
    return undefined;
  }
}
