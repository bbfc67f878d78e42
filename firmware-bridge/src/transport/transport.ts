// The byte pipe under every protocol: a serial port or a TCP connection, opened and closed any number of times.

/** Bytes in, bytes out. One owner writes; any number may listen. The same transport may be opened again after a close. */
export interface Transport {
  /** For people: `/dev/ttyUSB0 9600 8N1`, `tcp 127.0.0.1:502`. */
  readonly name: string;
  readonly isOpen: boolean;
  /** Resolves at once when open already. Rejects with a {@link TransportError}. */
  open(signal?: AbortSignal): Promise<void>;
  /** Resolves when the operating system has taken the bytes. Rejects with a {@link TransportError} when closed. */
  write(bytes: Uint8Array): Promise<void>;
  /** The listener is given each arrival; the array is its to keep. Returns what stops it. */
  onBytes(listener: (bytes: Uint8Array) => void): () => void;
  /** Called once for each close of an open transport; `undefined` when we closed it ourselves. */
  onClose(listener: (reason: Error | undefined) => void): () => void;
  /** Drops what has arrived and was not delivered yet; a `write` that follows waits for it. */
  discardInput(): void;
  /**
   * What arrives is kept back until the returned function is called, and then delivered in one piece: who knows how much
   * is still to come is not woken for each byte of it. A transport that has no such thing delivers everything at once.
   */
  holdInput?(): () => void;
  close(): Promise<void>;
}

export type TransportErrorCode =
  | "PORT_ABSENT"
  | "PORT_FORBIDDEN"
  | "PORT_LOCKED"
  | "PORT_AMBIGUOUS"
  | "PORT_FAILED"
  | "CONNECT_REFUSED"
  | "CONNECT_TIMEOUT"
  | "CONNECT_FAILED"
  | "TRANSPORT_CLOSED"
  | "TRANSPORT_ABORTED"
  | "TRANSPORT_LOST";

/** What went wrong with a port or connection, in words that say what to do; `cause` is the system's own error. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "TransportError";
    this.code = code;
  }
}
