import fc from "fast-check";
import { assert, suite } from "../../../checks/kit.ts";
import { crc16 } from "./crc16.ts";

const test = suite("CRC-16/MODBUS");

test("gives the published check value", () => {
  // The catalogue of parametrised CRC algorithms: check = 0x4B37 over "123456789".
  assert.is(crc16(new TextEncoder().encode("123456789")), 0x4b37);
});

test("gives the checksum of a request as sent: 01 03 00 00 00 0A C5 CD", () => {
  assert.is(crc16(Uint8Array.from([0x01, 0x03, 0x00, 0x00, 0x00, 0x0a])), 0xcdc5);
});

test("is 0 over a frame with its checksum, and not 0 once a burst of up to 16 bits was flipped", () => {
  const cases = fc.record({
    body: fc.uint8Array({ minLength: 2, maxLength: 60 }),
    burst: fc.integer({ min: 1, max: 0xffff }),
    at: fc.nat(),
  });
  fc.assert(
    fc.property(cases, ({ body, burst, at }) => {
      const crc = crc16(body);
      const frame = Uint8Array.from([...body, crc & 0xff, crc >>> 8]);
      assert.is(crc16(frame), 0);
      const start = at % (frame.length * 8 - 15);
      for (let bit = 0; bit < 16; bit += 1) {
        const where = start + bit;
        if ((burst >>> bit) & 1) frame[where >>> 3] = (frame[where >>> 3] as number) ^ (1 << (where & 7));
      }
      assert.is.not(crc16(frame), 0);
    }),
  );
});

test.run();
