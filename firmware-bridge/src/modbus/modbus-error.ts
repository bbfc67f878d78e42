// What can go wrong with one Modbus request. Each class has a stable code; none of them ever carries a value.

export type ModbusErrorCode =
  | "MODBUS_TIMEOUT"
  | "MODBUS_CRC"
  | "MODBUS_MISMATCH"
  | "MODBUS_EXCEPTION"
  | "MODBUS_WITHHELD"
  | "MODBUS_RESTING"
  | "MODBUS_QUEUE_FULL"
  | "MODBUS_LINK_DOWN"
  | "MODBUS_CLOSED"
  | "MODBUS_REQUEST_INVALID";

export class ModbusError extends Error {
  readonly code: ModbusErrorCode;

  constructor(code: ModbusErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** No complete reply in time. */
export class ModbusTimeoutError extends ModbusError {
  constructor(message: string) {
    super("MODBUS_TIMEOUT", message);
  }
}

/** A reply whose checksum is wrong. */
export class ModbusCrcError extends ModbusError {
  constructor(message: string) {
    super("MODBUS_CRC", message);
  }
}

/** Bytes that do not answer the request: another unit, function or length, an echo, garbage. */
export class ModbusMismatchError extends ModbusError {
  constructor(message: string) {
    super("MODBUS_MISMATCH", message);
  }
}

/** The device refused: 1 illegal function, 2 illegal address, 3 illegal value, 4 device failure, 6 busy, 10/11 gateway. */
export class ModbusExceptionError extends ModbusError {
  readonly exceptionCode: number;

  constructor(message: string, exceptionCode: number) {
    super("MODBUS_EXCEPTION", message);
    this.exceptionCode = exceptionCode;
  }
}

/** Not sent, because a reply that may still come could be taken for its own. */
export class ModbusWithheldError extends ModbusError {
  constructor(message: string) {
    super("MODBUS_WITHHELD", message);
  }
}

/** Not sent, because this unit did not answer for a while: it is tried now and then only, for the sake of the others. */
export class ModbusRestingError extends ModbusError {
  constructor(message: string) {
    super("MODBUS_RESTING", message);
  }
}

/** The queue of this bus is full: requests come faster than the line can carry them. */
export class ModbusQueueFullError extends ModbusError {
  constructor(message: string) {
    super("MODBUS_QUEUE_FULL", message);
  }
}

/** The port or connection is not there; `cause` says why. */
export class ModbusLinkDownError extends ModbusError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("MODBUS_LINK_DOWN", message, options);
  }
}

/** The master was closed. */
export class ModbusClosedError extends ModbusError {
  constructor(message: string) {
    super("MODBUS_CLOSED", message);
  }
}

/** A request that no Modbus frame can carry: the caller's mistake. */
export class ModbusRequestError extends ModbusError {
  constructor(message: string) {
    super("MODBUS_REQUEST_INVALID", message);
  }
}
