// One opened serial port. On Unix its descriptor is read and written without waiting, at the moment when the system says
// that it can be: serialport's own stream takes four trips through the thread pool for each byte or two that a slow line
// brings. Elsewhere the promises of its binding do the same.

import { readSync, writeSync } from "node:fs";
import { SerialPort } from "serialport";

type Binding = typeof SerialPort.binding;
type BoundPort = Awaited<ReturnType<Binding["open"]>>;
type UnixPort = Extract<BoundPort, { readonly poller: unknown }>;

export interface SerialSettings {
  readonly path: string;
  readonly baudRate: number;
  readonly parity: "none" | "even" | "odd";
  readonly dataBits: 7 | 8;
  readonly stopBits: 1 | 2;
}

export interface SerialLineEvents {
  /** The array is the listener's to keep. */
  readonly bytes: (bytes: Uint8Array) => void;
  /** The port failed or went away; called once, never after `close`. */
  readonly lost: (reason: Error) => void;
}

const READ_MAX_BYTES = 4096;

/** Rejects with what the system said. */
export async function openSerialLine(settings: SerialSettings, events: SerialLineEvents): Promise<SerialLine> {
  const binding = SerialPort.binding as { open(options: SerialSettings): Promise<BoundPort> };
  return new SerialLine(await binding.open(settings), events);
}

export class SerialLine {
  readonly #port: BoundPort;
  readonly #events: SerialLineEvents;
  readonly #buffer = Buffer.alloc(READ_MAX_BYTES);
  #writing: Promise<void> | undefined;
  #clearing: Promise<void> | undefined;
  /** Something has arrived, or the port has gone, and nobody has looked yet. */
  #isReadable = false;
  #isHeld = false;
  /** Where reading goes on once nothing is held back any more. */
  #resume: (() => void) | undefined;
  #isOver = false;

  constructor(port: BoundPort, events: SerialLineEvents) {
    this.#port = port;
    this.#events = events;
    this.#listen();
  }

  /** Resolves when the system has taken the bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#clearing;
    while (this.#writing !== undefined) await this.#writing;
    const written = isUnix(this.#port) ? writtenAtOnce(this.#port, bytes) : 0;
    if (written === bytes.length) return;
    const writing = this.#port.write(Buffer.from(bytes.subarray(written)));
    this.#writing = writing.then(forget, forget).finally(() => (this.#writing = undefined));
    await writing;
  }

  /** Drops what the system has received and nobody has read; a write that follows waits for it. */
  discard(): void {
    const clearing = isUnix(this.#port) ? this.#readAway(this.#port) : this.#port.flush();
    this.#clearing = clearing.then(forget, forget).finally(() => (this.#clearing = undefined));
  }

  /** Within one turn of the event loop the poller tells what is there: to read in vain costs more than that. */
  async #readAway(port: UnixPort): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const isPolled = this.#resume === undefined;
    if (isPolled && !this.#isReadable) return;
    while (readAtOnce(port, this.#buffer) > 0);
  }

  /** What arrives stays with the system until `release`, and comes in one piece then. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  /** Gives the port back to the system. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.release();
    if (this.#port.isOpen) await this.#port.close();
  }

  #listen(): void {
    if (this.#isOver) return;
    if (this.#isHeld) {
      this.#resume = () => this.#listen();
    } else if (isUnix(this.#port)) {
      this.#awaitReadable(this.#port);
    } else {
      this.#port.read(this.#buffer, 0, READ_MAX_BYTES).then(
        ({ bytesRead }) => this.#tell(bytesRead),
        (error: unknown) => this.#fail(error),
      );
    }
  }

  #awaitReadable(port: UnixPort): void {
    port.poller.once("readable", (error) => {
      // The poller calls from outside the event loop's own turns; from within one, promises go on and errors are seen.
      if (error !== null) return this.#fail(error);
      this.#isReadable = true;
      setImmediate(() => this.#read(port));
    });
  }

  #read(port: UnixPort): void {
    if (this.#isOver) return;
    if (this.#isHeld) {
      this.#resume = () => this.#read(port);
      return;
    }
    this.#isReadable = false;
    try {
      const count = readAtOnce(port, this.#buffer);
      // A terminal that says it can be read and gives nothing has hung up.
      if (count === 0) this.#fail(new Error("it hung up"));
      else this.#tell(Math.max(count, 0));
    } catch (error) {
      this.#fail(error);
    }
  }

  #tell(count: number): void {
    if (this.#isOver) return;
    try {
      if (count > 0 && this.#clearing === undefined)
        this.#events.bytes(Uint8Array.from(this.#buffer.subarray(0, count)));
    } finally {
      this.#listen();
    }
  }

  #fail(error: unknown): void {
    if (this.#isOver || (error as { canceled?: boolean }).canceled === true) return;
    this.#isOver = true;
    this.#events.lost(error as Error);
  }
}

function forget(): void {}

function isUnix(port: BoundPort): port is UnixPort {
  return "poller" in port;
}

/** How many bytes came; 0 after a hang-up, -1 when there are none now. */
function readAtOnce({ fd }: UnixPort, into: Buffer): number {
  if (fd === null) return -1;
  try {
    return readSync(fd, into, 0, into.length, null);
  } catch (error) {
    if (isWouldBlock(error)) return -1;
    throw error;
  }
}

/** How many bytes the system took without waiting. */
function writtenAtOnce({ fd }: UnixPort, bytes: Uint8Array): number {
  if (fd === null) return 0;
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (isWouldBlock(error)) return 0;
    throw error;
  }
}

function isWouldBlock(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EAGAIN" || code === "EINTR";
}
