// CRC-16/MODBUS: polynomial 0x8005 reflected (0xA001), start 0xFFFF, sent low byte first.

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/** The checksum of `bytes[0, end)`. Over a whole frame, checksum included, it is 0. */
export function crc16(bytes: Uint8Array, end: number = bytes.length): number {
  let crc = 0xffff;
  for (let at = 0; at < end; at += 1) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return crc;
}
