import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { PacketLengths } from "./packet-lengths.ts";

const test = suite("packet lengths");

/** A packet of so many bytes after its fixed header, as MQTT 3.1.1 §2.2.3 encodes it. */
function packet(bodyBytes: number): Buffer {
  const length: number[] = [];
  let left = bodyBytes;
  do {
    length.push((left % 128) + (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from([0x30, ...length]), Buffer.alloc(bodyBytes, 0xff)]);
}

test("packets are judged by their announced length, however the stream is cut into chunks", () => {
  const sizes = fc.array(fc.oneof(fc.nat(400), fc.constantFrom(0, 127, 128, 299, 300, 301, 16_384)), { maxLength: 8 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 50 }), (bodies, chunkBytes) => {
      const stream = Buffer.concat(bodies.map(packet));
      const lengths = new PacketLengths(200, 300);
      let found: number | undefined;
      for (let at = 0; at < stream.length && found === undefined; at += chunkBytes)
        found = lengths.take(stream.subarray(at, at + chunkBytes))?.limitBytes;
      const wanted = bodies
        .map((bytes, at) => [bytes, at === 0 ? 200 : 300] as const)
        .find(([bytes, max]) => bytes > max);
      assert.is(found, wanted?.[1]);
    }),
    { seed: seed(), numRuns: 500 },
  );
});

test("a length of five bytes, which MQTT has not, is refused", () => {
  assert.ok(new PacketLengths(1e9, 1e9).take(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])));
});

test.run();
