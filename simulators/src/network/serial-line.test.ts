// The parts of the serial proxy: bytes keep their order and their pace, frames are cut by their lengths, faults are what
// they are called.

import fc from "fast-check";
import { VirtualTime, seededRandom } from "@isotherm/coldchain";
import { crc16 } from "@isotherm/firmware-bridge";
import { assert, seed, suite } from "../../../checks/kit.ts";
import { PacedLane } from "./paced-lane.ts";
import { FrameCutter } from "./rtu-frame-cutter.ts";
import { SERIAL_FAULTS, arrivalsOf, sealed } from "./serial-faults.ts";
import type { SerialFault } from "./serial-faults.ts";

const test = suite("serial line");

const REQUEST = sealed([1, 4, 0, 1, 0, 2]);
const REPLY = sealed([1, 4, 4, 0xff, 0x45, 2, 0x8d]);
const TIMES = { lateMinMs: 100, lateMaxMs: 500, doubleMaxMs: 30, gapMs: 50 };

test("bytes arrive in the order in which they set out, none sooner than the baud rate allows", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ length: fc.integer({ min: 1, max: 20 }), atMs: fc.nat(200) })), (runs) => {
      const time = new VirtualTime(0);
      const arrived: { byte: number; atMs: number }[] = [];
      const lane = new PacedLane({
        characterMs: 1,
        clock: time,
        scheduler: time,
        deliver: (bytes) => bytes.forEach((byte) => arrived.push({ byte, atMs: time.monotonicMs() })),
      });
      let next = 0;
      for (const { length, atMs } of runs) {
        lane.send(
          Uint8Array.from({ length }, () => next++ & 0xff),
          atMs,
        );
      }
      time.advance(10_000);
      assert.equal(
        arrived.map(({ byte }) => byte),
        Array.from({ length: next }, (_, at) => at & 0xff),
      );
      for (const [at, { atMs }] of arrived.entries()) {
        assert.ok(atMs >= (arrived[at - 1]?.atMs ?? 0) + 1 - 1e-6, `byte ${at} at ${atMs} ms`);
      }
    }),
    { numRuns: 50 },
  );
});

test("a line that is asked for more than it holds drops whole frames and counts them", () => {
  const time = new VirtualTime(0);
  const lane = new PacedLane({ characterMs: 1, clock: time, scheduler: time, deliver: () => undefined });
  for (let at = 0; at < 70; at += 1) lane.send(new Uint8Array(1000), 0);
  assert.is(lane.droppedBytes, 5000);
});

test("frames are cut by their own lengths however they come, and noise by silence", () => {
  const time = new VirtualTime(0);
  const frames: string[] = [];
  const cutter = new FrameCutter({
    direction: "reply",
    gapMs: 10,
    scheduler: time,
    take: (frame) => frames.push(Buffer.from(frame).toString("hex")),
  });
  const exception = sealed([1, 0x84, 2]);
  const both = Buffer.concat([REPLY, exception]);
  for (const byte of both) cutter.add(Uint8Array.of(byte));
  cutter.add(Uint8Array.of(0, 0, 0));
  time.advance(11);
  assert.equal(frames, [Buffer.from(REPLY).toString("hex"), Buffer.from(exception).toString("hex"), "000000"]);
});

test("each fault does to a reply what its name says", () => {
  const random = seededRandom(seed());
  const bitsWrong = (bytes: Uint8Array): number[] =>
    REPLY.length === bytes.length
      ? Array.from({ length: bytes.length * 8 }, (_, bit) => bit).filter(
          (bit) => (((bytes[bit >>> 3] as number) ^ (REPLY[bit >>> 3] as number)) & (0x80 >>> (bit & 7))) !== 0,
        )
      : [];
  for (let round = 0; round < 200; round += 1) {
    for (const fault of SERIAL_FAULTS) {
      const arrivals = arrivalsOf(fault, REQUEST, REPLY, TIMES, random);
      const all = Buffer.concat(arrivals.map(({ bytes }) => bytes));
      const wrong = bitsWrong(all);
      const checks: Partial<Record<SerialFault, boolean>> = {
        crc: wrong.length === 1 && (wrong[0] as number) >= (REPLY.length - 2) * 8,
        "bits-flipped": wrong.length >= 1 && wrong.length <= 3,
        burst: wrong.length >= 2 && (wrong.at(-1) as number) - (wrong[0] as number) < 16,
        truncated: all.length < REPLY.length && all.length > 0,
        silence: arrivals.length === 0,
        late: (arrivals[0]?.afterMs ?? 0) >= 100 && (arrivals[0]?.afterMs ?? 0) < 500,
        doubled: all.equals(Buffer.concat([REPLY, REPLY])),
        gap: all.equals(Buffer.from(REPLY)) && arrivals[1]?.afterMs === 50,
        "wrong-unit": crc16(all) === 0 && all[0] !== 1,
        echo: all.equals(Buffer.concat([REQUEST, REPLY])),
      };
      assert.is(checks[fault] ?? true, true, `${fault}: ${all.toString("hex")}`);
      assert.is(all.equals(Buffer.from(REPLY)), ["late", "gap"].includes(fault), fault);
    }
  }
});

test.run();
