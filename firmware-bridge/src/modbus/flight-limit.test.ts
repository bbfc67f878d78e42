// How many requests a Modbus TCP server takes at once is found out, and no reading is lost by that.

import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../../checks/kit.ts";
import { passing } from "../../test/answering-line.ts";
import type { Transport } from "../transport/transport.ts";
import type { ModbusMaster } from "./master-contract.ts";
import { modbusMaster } from "./modbus-master.ts";

const test = suite("how many requests on their way");

const TIMEOUT_MS = 100;
const ANSWER_MS = 5;
const UNITS = Array.from({ length: 16 }, (_, at) => at + 1);

type Server = (frames: readonly Uint8Array[]) => readonly Uint8Array[] | "hang up";

/** A connection to a server that is given what was sent in one piece, and says which of it it answers, or hangs up. */
function connection(time: VirtualTime, server: Server) {
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let closed: (reason: Error | undefined) => void = () => undefined;
  const seen = { most: 0, openings: 0, requests: 0 };
  let underWay = 0;
  const transport: Transport & { isOpen: boolean } = {
    name: "server",
    isOpen: false,
    open() {
      transport.isOpen = true;
      seen.openings += 1;
      return Promise.resolve();
    },
    close() {
      hangUp(undefined);
      return Promise.resolve();
    },
    discardInput: () => undefined,
    onBytes(next) {
      listener = next;
      return () => undefined;
    },
    onClose(next) {
      closed = next;
      return () => undefined;
    },
    write(bytes) {
      const frames = Array.from({ length: bytes.length / 12 }, (_, at) => bytes.slice(12 * at, 12 * at + 12));
      seen.requests += frames.length;
      underWay += frames.length;
      seen.most = Math.max(seen.most, underWay);
      const answered = server(frames);
      time.after(ANSWER_MS, () => {
        underWay -= frames.length;
        if (answered === "hang up") hangUp(new Error("the other side closed the connection"));
        else for (const frame of answered) listener(frame);
      });
      return Promise.resolve();
    },
  };
  const hangUp = (reason: Error | undefined): void => {
    if (!transport.isOpen) return;
    transport.isOpen = false;
    closed(reason);
  };
  return { transport, seen };
}

/** One register, whose value is 1000 and the unit. */
function reply(frame: Uint8Array): Uint8Array {
  const unit = frame[6] as number;
  return Uint8Array.of(
    frame[0] as number,
    frame[1] as number,
    0,
    0,
    0,
    5,
    unit,
    4,
    2,
    1000 >>> 8,
    (1000 & 0xff) + unit,
  );
}

function busy(frame: Uint8Array): Uint8Array {
  return Uint8Array.of(frame[0] as number, frame[1] as number, 0, 0, 0, 3, frame[6] as number, 0x84, 6);
}

function bench(server: Server, inFlightMax?: number) {
  const time = new VirtualTime(0);
  const { transport, seen } = connection(time, server);
  const told = inFlightMax === undefined ? {} : { inFlightMax };
  const options = { framing: "tcp", responseTimeoutMs: TIMEOUT_MS, backoffMsMin: 1, ...told } as const;
  const master = modbusMaster({ ...options, transport, clock: time, scheduler: time });
  return { time, seen, master };
}

/** Which units gave their own value in one round over all of them. */
async function round(time: VirtualTime, master: ModbusMaster): Promise<number[]> {
  const reads = UNITS.map((unit) => master.read({ unit, fn: 4, address: 0, count: 1 }).then(([value]) => value));
  const settled = await passing(time, Promise.allSettled(reads));
  return UNITS.filter((unit, at) => {
    const one = settled[at];
    return one?.status === "fulfilled" && one.value === 1000 + unit;
  });
}

test("a server that takes all is soon asked sixteen at a time", async () => {
  const { time, seen, master } = bench((frames) => frames.map(reply));
  assert.equal(await round(time, master), UNITS);
  assert.equal(await round(time, master), UNITS);
  assert.is(seen.most, 16);
  assert.is(master.counters.timeouts, 0);
});

test("one that answers the first of a piece only loses no reading, and is asked one by one from then on", async () => {
  const { time, seen, master } = bench((frames) => frames.slice(0, 1).map(reply));
  assert.equal(await round(time, master), UNITS);
  const { requests } = seen;
  const startedAtMs = time.monotonicMs();
  for (let at = 0; at < 10; at += 1) assert.equal(await round(time, master), UNITS);
  assert.is(seen.requests - requests, 160, "nothing was asked twice");
  assert.ok(time.monotonicMs() - startedAtMs < 160 * (ANSWER_MS + 2), "no timeout was waited for");
  assert.is(seen.most, 2);
  assert.is(master.counters.timeouts, 0);
});

test("one that says it is busy is asked for no more than it took", async () => {
  const { time, seen, master } = bench((frames) => frames.map((frame, at) => (at < 4 ? reply(frame) : busy(frame))));
  assert.equal(await round(time, master), UNITS);
  const { requests } = seen;
  assert.equal(await round(time, master), UNITS);
  assert.is(seen.requests - requests, 16);
  assert.is(master.counters.exceptions, 0);
});

test("one that hangs up on two requests is asked one by one once it is back", async () => {
  const { time, seen, master } = bench((frames) => (frames.length > 1 ? "hang up" : frames.map(reply)));
  await round(time, master);
  time.advance(10);
  for (let at = 0; at < 3; at += 1) assert.equal(await round(time, master), UNITS);
  assert.is(seen.openings, 2);
});

test("a dead unit behind a gateway does not count against the others", async () => {
  const { time, seen, master } = bench((frames) => frames.filter((frame) => frame[6] !== 3).map(reply));
  const living = UNITS.filter((unit) => unit !== 3);
  for (let at = 0; at < 6; at += 1) assert.equal(await round(time, master), living);
  assert.ok(seen.most > 8, `${seen.most} at most`);
});

test("what is told of a device is not put to the proof", async () => {
  const one = bench((frames) => frames.map(reply), 1);
  assert.equal(await round(one.time, one.master), UNITS);
  assert.is(one.seen.most, 1);
  let lost = 2;
  const eight = bench((frames) => frames.filter(() => (lost -= 1) < 0).map(reply), 8);
  assert.is((await round(eight.time, eight.master)).length, 14);
  assert.is(eight.seen.most, 8);
});

test.run();
