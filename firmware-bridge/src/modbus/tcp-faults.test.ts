// Modbus TCP against a server that misbehaves: nothing but the reply to this very request is ever taken.

import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { VirtualTime, seededRandom } from "@isotherm/coldchain";
import { assert, seed, suite } from "../../../checks/kit.ts";
import { realTime } from "../../test/real-time.ts";
import { tcpTransport } from "../transport/tcp-transport.ts";
import type { Transport } from "../transport/transport.ts";
import { ModbusError } from "./modbus-error.ts";
import { modbusMaster } from "./modbus-master.ts";
import type { ModbusMaster } from "./master-contract.ts";

const test = suite("Modbus TCP under faults");

let server: Server;
let master: ModbusMaster;
let answer: (request: Buffer, socket: Socket) => void;
let connections = 0;

test.before(async () => {
  server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => {
      for (let at = 0; at + 12 <= bytes.length; at += 12) answer(bytes.subarray(at, at + 12), socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

test.before.each(() => {
  const { port } = server.address() as AddressInfo;
  connections = 0;
  master = modbusMaster({
    transport: tcpTransport({ host: "127.0.0.1", port, connectTimeoutMs: 1000 }),
    framing: "tcp",
    responseTimeoutMs: 80,
    backoffMsMin: 20,
    queueMax: 8,
    clock: realTime,
    scheduler: realTime,
  });
});

test.after.each(() => master.close());
test.after(() => {
  server.close();
});

/** One register whose value is its address + 1000. */
function reply(request: Buffer, change: { id?: number; unit?: number; value?: number } = {}): Buffer {
  const frame = Buffer.from([0, 0, 0, 0, 0, 5, 0, 4, 2, 0, 0]);
  frame.writeUInt16BE((request.readUInt16BE(0) + (change.id ?? 0)) & 0xffff, 0);
  frame.writeUInt8(change.unit ?? request.readUInt8(6), 6);
  frame.writeUInt16BE(change.value ?? request.readUInt16BE(8) + 1000, 9);
  return frame;
}

async function ask(address: number): Promise<number | string> {
  try {
    return (await master.read({ unit: 5, fn: 4, address, count: 1 }))[0] as number;
  } catch (error) {
    if (error instanceof ModbusError) return error.code;
    throw error;
  }
}

test("replies with another transaction id are passed over, and the right one is still taken", async () => {
  answer = (request, socket) => {
    socket.write(Buffer.concat([reply(request, { id: -1, value: 6 }), reply(request, { id: 7, value: 6 })]));
    socket.write(reply(request));
  };
  assert.equal([await ask(1), await ask(2)], [1001, 1002]);
  assert.is(master.counters.lateReplies, 4);
});

test("a reply with only a wrong transaction id times out", async () => {
  answer = (request, socket) => socket.write(reply(request, { id: 1 }));
  assert.is(await ask(1), "MODBUS_TIMEOUT");
});

test("a reply of another unit, or one that is not Modbus at all, gives no value", async () => {
  answer = (request, socket) => socket.write(reply(request, { unit: 6 }));
  assert.is(await ask(1), "MODBUS_MISMATCH");
  answer = (_request, socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  assert.is(await ask(1), "MODBUS_MISMATCH");
  answer = (request, socket) => socket.write(reply(request));
  const answers: (number | string)[] = [];
  while (answers.at(-1) !== 1003 && answers.length < 1000) answers.push(await ask(3));
  assert.is(answers.at(-1), 1003, "it never connected anew");
  assert.is(connections, 2);
});

test("a reset rejects what waits at once, and later reads connect again", async () => {
  answer = (_request, socket) => socket.resetAndDestroy();
  const startedAtMs = realTime.monotonicMs();
  assert.equal(await Promise.all([ask(1), ask(2), ask(3)]), Array(3).fill("MODBUS_LINK_DOWN"));
  assert.ok(realTime.monotonicMs() - startedAtMs < 70, "it waited for the timeout");
  answer = (request, socket) => socket.write(reply(request));
  assert.is(await ask(4), 1004);
});

test("a full queue refuses, and closing rejects what waits", async () => {
  answer = () => undefined;
  const all = Array.from({ length: 12 }, (_, address) => ask(address));
  await master.close();
  const codes = await Promise.all(all);
  assert.is(codes.filter((code) => code === "MODBUS_QUEUE_FULL").length, 3);
  assert.is(codes.filter((code) => code === "MODBUS_CLOSED").length, 9);
  assert.is(await ask(1), "MODBUS_CLOSED");
});

test("a server that is not there is tried again only after the back-off", async () => {
  const time = new VirtualTime(0);
  let openings = 0;
  const nowhere: Transport = {
    name: "nowhere",
    isOpen: false,
    open: () => Promise.reject(new Error(`opening ${(openings += 1)}`)),
    write: () => Promise.reject(new Error("closed")),
    onBytes: () => () => undefined,
    onClose: () => () => undefined,
    discardInput: () => undefined,
    close: () => Promise.resolve(),
  };
  master = modbusMaster({ transport: nowhere, framing: "tcp", responseTimeoutMs: 10, clock: time, scheduler: time });
  for (let second = 0; second < 60; second += 1) {
    assert.is(await ask(1), "MODBUS_LINK_DOWN");
    time.advance(1000);
  }
  // Openings at 0, 1, 2, 4, 8, 16, 32 s: each pause is twice the one before, from 500 ms.
  assert.is(openings, 7);
});

test("2000 random replies, cut in random pieces, never give a value of another request", async () => {
  const random = seededRandom(seed());
  answer = (request, socket) => {
    const kind = Math.floor(random() * 5);
    const frames = [
      [reply(request)],
      [reply(request), reply(request)],
      [reply(request, { id: -1, value: 6 }), reply(request)],
      [reply(request, { unit: 77, value: 6 })],
      [Buffer.from([...request.subarray(0, 5), 3, 5, 0x84, 2])],
    ][kind] as Buffer[];
    const bytes = Buffer.concat(frames);
    const cut = Math.floor(random() * bytes.length);
    socket.write(bytes.subarray(0, cut));
    setImmediate(() => socket.write(bytes.subarray(cut)));
  };
  let right = 0;
  for (let round = 0; round < 2000; round += 1) {
    const address = Math.floor(random() * 5000);
    const got = await ask(address);
    if (typeof got === "string") continue;
    assert.is(got, address + 1000);
    right += 1;
  }
  assert.ok(right > 1000, `only ${right} of 2000 reads gave a value`);
});

test("several on their way are told apart by their ids, in whatever order, cuts and company the replies come", async () => {
  const random = seededRandom(seed());
  let held: Buffer[] = [];
  let most = 0;
  answer = (request, socket) => {
    held.push(Buffer.from(request));
    most = Math.max(most, held.length);
    if (held.length > 1) return;
    setImmediate(() => {
      const frames = held.sort(() => random() - 0.5).map((one) => reply(one));
      held = [];
      if (random() < 0.2) frames.push(...frames.slice(0, 1), reply(frames[0] as Buffer, { id: 1000, value: 6 }));
      if (random() < 0.1) frames.shift();
      const bytes = Buffer.concat(frames);
      const cut = Math.floor(random() * bytes.length);
      socket.write(bytes.subarray(0, cut));
      setImmediate(() => socket.write(bytes.subarray(cut)));
    });
  };
  const { port } = server.address() as AddressInfo;
  const transport = tcpTransport({ host: "127.0.0.1", port, connectTimeoutMs: 1000 });
  const many = modbusMaster({
    transport,
    framing: "tcp",
    responseTimeoutMs: 40,
    inFlightMax: 8,
    clock: realTime,
    scheduler: realTime,
  });
  let right = 0;
  for (let round = 0; round < 60; round += 1) {
    const addresses = Array.from({ length: 16 }, () => Math.floor(random() * 5000));
    const reads = addresses.map((address) => many.read({ unit: 5, fn: 4, address, count: 1 }).catch(() => undefined));
    for (const [at, values] of (await Promise.all(reads)).entries()) {
      if (values === undefined) continue;
      assert.is(values[0], (addresses[at] as number) + 1000);
      right += 1;
    }
  }
  await many.close();
  assert.is(most, 8, "as many as were allowed were on their way, and no more");
  assert.ok(right > 600, `only ${right} of 960 reads gave a value`);
});

test.run();
