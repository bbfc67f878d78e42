/** Why bytes are not a payload, or columns cannot become one. Only ever add: hosts count by these. */
export type PayloadErrorCode =
  /** The bytes end inside a field, or a length points beyond its message. */
  | "PAYLOAD_TRUNCATED"
  /** Not protobuf: a varint of more than ten bytes, field number 0, a wire type that does not exist, a stray group end. */
  | "PAYLOAD_WIRE"
  /** Protobuf, but beyond a bound that is stated in the codec. */
  | "PAYLOAD_LIMIT"
  /** A name or a property key is not UTF-8; replacing bytes in it could make two names one. */
  | "PAYLOAD_TEXT"
  /** A property set has not as many keys as values, so that nobody can tell which value is the quality. */
  | "PAYLOAD_PROPERTIES"
  /** Encoding only: a value that its datatype cannot carry exactly. */
  | "PAYLOAD_VALUE";

/** The only error of the payload codec. `atByte` (decoding) or `atMetric` (encoding) says where. */
export class PayloadError extends Error {
  readonly code: PayloadErrorCode;
  readonly atByte: number | undefined;
  readonly atMetric: number | undefined;
  override readonly name = "PayloadError";

  constructor(code: PayloadErrorCode, message: string, place: { atByte?: number; atMetric?: number } = {}) {
    super(message);
    this.code = code;
    this.atByte = place.atByte;
    this.atMetric = place.atMetric;
  }
}
