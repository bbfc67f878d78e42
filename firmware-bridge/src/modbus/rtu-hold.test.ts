// A slow line brings a reply byte by byte; the master is not to be woken for each, nor to come late because of that.

import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../../checks/kit.ts";
import { passing } from "../../test/answering-line.ts";
import type { Transport } from "../transport/transport.ts";
import { crc16 } from "./crc16.ts";
import { ModbusError } from "./modbus-error.ts";
import { modbusMaster } from "./modbus-master.ts";
import { RtuMaster } from "./rtu-master.ts";

const test = suite("replies that come byte by byte");

const CHARACTER_MS = 10_000 / 9600;
const REPLY_AFTER_MS = 20;

/** A port at 9600 baud on which each request is answered with these bytes, and what it delivered, piece by piece. */
function slowPort(time: VirtualTime, reply: readonly number[]) {
  const pieces: { readonly atMs: number; readonly length: number }[] = [];
  let waiting: number[] = [];
  let isHeld = false;
  let listener: (bytes: Uint8Array) => void = () => undefined;
  const deliver = (): void => {
    if (isHeld || waiting.length === 0) return;
    const bytes = Uint8Array.from(waiting);
    waiting = [];
    pieces.push({ atMs: time.monotonicMs(), length: bytes.length });
    listener(bytes);
  };
  const port: Transport = {
    name: "slow port",
    isOpen: true,
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
    discardInput: () => void (waiting = []),
    onClose: () => () => undefined,
    onBytes(next) {
      listener = next;
      return () => undefined;
    },
    holdInput() {
      isHeld = true;
      return () => {
        isHeld = false;
        deliver();
      };
    },
    write() {
      for (const [at, byte] of reply.entries()) {
        time.after(REPLY_AFTER_MS + (at + 1) * CHARACTER_MS, () => {
          waiting.push(byte);
          deliver();
        });
      }
      return Promise.resolve();
    },
  };
  return { port, pieces };
}

function sealed(body: readonly number[]): number[] {
  const crc = crc16(Uint8Array.from(body));
  return [...body, crc & 0xff, crc >>> 8];
}

async function readOnce(count: number, reply: readonly number[], echo = false) {
  const time = new VirtualTime(0);
  const { port, pieces } = slowPort(time, reply);
  const options = { transport: port, framing: "rtu", baudRate: 9600, echo, responseTimeoutMs: 200 } as const;
  const master = modbusMaster({ ...options, clock: time, scheduler: time });
  assert.instance(master, RtuMaster);
  const pending = master.read({ unit: 1, fn: 4, address: 0, count }).catch((error: unknown) => error);
  const outcome = await passing(time, pending, 0.25);
  const lastAtMs = REPLY_AFTER_MS + reply.length * CHARACTER_MS;
  const result = outcome instanceof ModbusError ? outcome.code : [...(outcome as Uint16Array)];
  return { result, pieces, lateMs: time.monotonicMs() - lastAtMs };
}

function registers(count: number): number[] {
  return sealed([1, 4, count * 2, ...Array.from({ length: count }, (_, at) => [0, at]).flat()]);
}

test("a reply of any length takes four pieces at most, and is there when its last byte is", async () => {
  for (const count of [1, 2, 5, 17, 18, 60, 125]) {
    const { result, pieces, lateMs } = await readOnce(count, registers(count));
    assert.equal(
      result,
      Array.from({ length: count }, (_, at) => at),
    );
    assert.ok(pieces.length <= 4, `${pieces.length} pieces for ${count} registers`);
    assert.ok(lateMs < 1.5, `${lateMs} ms late for ${count} registers`);
  }
});

test("an exception is not waited for as long as the reply would have taken, where that is long", async () => {
  const refusal = sealed([1, 0x84, 2]);
  const short = await readOnce(5, refusal);
  assert.is(short.result, "MODBUS_EXCEPTION");
  assert.ok(short.lateMs < 15 * CHARACTER_MS, `${short.lateMs} ms late`);
  const long = await readOnce(125, refusal);
  assert.is(long.result, "MODBUS_EXCEPTION");
  assert.ok(long.lateMs < 1.5, `${long.lateMs} ms late`);
});

test("what the adapter hears of the request itself is not taken for the beginning of the reply", async () => {
  const echo = sealed([1, 4, 0, 0, 0, 5]);
  const { result, pieces, lateMs } = await readOnce(5, [...echo, ...registers(5)], true);
  assert.equal(result, [0, 1, 2, 3, 4]);
  assert.ok(pieces.length <= 4, `${pieces.length} pieces`);
  assert.ok(lateMs < 1.5, `${lateMs} ms late`);
});

test("a reply that breaks off ends with the timeout, and none of it is kept back", async () => {
  for (const kept of [1, 2, 3, 14]) {
    const { result, pieces } = await readOnce(5, registers(5).slice(0, kept));
    assert.is(result, "MODBUS_TIMEOUT");
    assert.is(
      pieces.reduce((sum, { length }) => sum + length, 0),
      kept,
    );
  }
});

test.run();
