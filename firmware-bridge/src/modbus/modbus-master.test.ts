import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../../checks/kit.ts";
import { answeringLine, passing } from "../../test/answering-line.ts";
import type { ModbusMaster, ModbusMasterOptions } from "./master-contract.ts";
import { ModbusError } from "./modbus-error.ts";
import { modbusMaster } from "./modbus-master.ts";
import type { WriteRequest } from "./write-request.ts";

const test = suite("Modbus master");

type Answer = (body: readonly number[]) => readonly number[] | undefined;

function bench(answer: Answer, options: Partial<ModbusMasterOptions> = {}) {
  const time = new VirtualTime(0);
  const line = answeringLine(time, answer);
  const master = modbusMaster({
    transport: line,
    framing: "rtu",
    baudRate: 9600,
    responseTimeoutMs: 200,
    clock: time,
    scheduler: time,
    ...options,
  });
  return { time, line, master };
}

const confirm: Answer = (body) => (body[0] === 0 ? undefined : body.slice(0, 6));
const register: Answer = (body) => [body[0] as number, body[1] as number, 2, 0, body[3] as number];

async function codeOf(time: VirtualTime, pending: Promise<unknown>): Promise<string> {
  const error: unknown = await passing(time, pending).catch((thrown: unknown) => thrown);
  return error instanceof ModbusError ? error.code : "done";
}

test("writes go out as the specification's examples say, and end with the device's confirmation", async () => {
  const { time, line, master } = bench(confirm);
  // Modbus Application Protocol 1.1b3, sections 6.5, 6.6, 6.11, 6.12.
  const examples: [WriteRequest, number[]][] = [
    [{ unit: 1, fn: 5, address: 172, values: [1] }, [1, 5, 0, 0xac, 0xff, 0]],
    [{ unit: 1, fn: 6, address: 1, values: [3] }, [1, 6, 0, 1, 0, 3]],
    [{ unit: 1, fn: 15, address: 19, values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0] }, [1, 15, 0, 19, 0, 10, 2, 0xcd, 1]],
    [{ unit: 1, fn: 16, address: 1, values: [10, 0x0102] }, [1, 16, 0, 1, 0, 2, 4, 0, 10, 1, 2]],
  ];
  for (const [request, body] of examples) {
    await passing(time, master.write(request));
    assert.equal(line.sent.at(-1)?.body, body);
  }
  assert.is(master.counters.replies, 4);
});

test("a confirmation of another place or value is no confirmation", async () => {
  const wrongs: Answer[] = [
    (body) => [...body.slice(0, 4), 0, 9],
    (body) => [...body.slice(0, 2), 0, 7, ...body.slice(4)],
    (body) => [body[0] as number, 3, 2, 0, 1],
  ];
  for (const wrong of wrongs) {
    const { time, master } = bench(wrong);
    const code = await codeOf(time, master.write({ unit: 1, fn: 6, address: 1, values: [3] }));
    assert.is(code, "MODBUS_MISMATCH");
  }
});

test("what no frame can carry is refused before it is sent", async () => {
  const { time, line, master } = bench(confirm);
  const impossible: Partial<WriteRequest>[] = [
    { values: [] },
    { values: [1, 2] },
    { values: [65536] },
    { values: [-1] },
    { values: [0.5] },
    { fn: 5, values: [2] },
    { fn: 16, values: Array<number>(124).fill(0) },
    { fn: 15, values: Array<number>(1969).fill(0) },
    { unit: 248 },
    { address: 65536 },
  ];
  for (const change of impossible) {
    const code = await codeOf(time, master.write({ unit: 1, fn: 6, address: 1, values: [3], ...change }));
    assert.is(code, "MODBUS_REQUEST_INVALID", JSON.stringify(change));
  }
  assert.is(line.sent.length, 0);
});

test("a broadcast waits for nobody, and the next request leaves the devices their time", async () => {
  const { time, line, master } = bench((body) => (body[1] === 4 ? register(body) : confirm(body)));
  const before = time.monotonicMs();
  await passing(time, master.write({ unit: 0, fn: 6, address: 1, values: [3] }));
  assert.ok(time.monotonicMs() - before <= 5, "it waited");
  await passing(time, master.read({ unit: 1, fn: 4, address: 1, count: 1 }));
  const betweenMs = (line.sent[1]?.atMs ?? NaN) - (line.sent[0]?.atMs ?? NaN);
  assert.ok(betweenMs >= 100, `only ${betweenMs} ms lay between`);
  assert.is(master.counters.timeouts, 0);
});

test("over an adapter that hears itself a write needs the device's own confirmation", async () => {
  const { time, master } = bench(confirm, { echo: true });
  // The one frame that comes back is the echo; the device is silent.
  assert.is(await codeOf(time, master.write({ unit: 1, fn: 6, address: 1, values: [3] })), "MODBUS_TIMEOUT");
});

async function cycles(time: VirtualTime, master: ModbusMaster, units: readonly number[], count: number) {
  const started = time.monotonicMs();
  for (let cycle = 0; cycle < count; cycle += 1) {
    for (const unit of units) await codeOf(time, master.read({ unit, fn: 4, address: 1, count: 1 }));
  }
  return (time.monotonicMs() - started) / count;
}

test("two dead slaves of sixteen cost the others less than a tenth, and are seen when they come back", async () => {
  let dead: readonly number[] = [];
  const { time, master } = bench((body) => (dead.includes(body[0] as number) ? undefined : register(body)));
  const all = Array.from({ length: 16 }, (_, at) => at + 1);
  const aliveMs = await cycles(time, master, all.slice(2), 20);
  dead = [1, 2];
  await cycles(time, master, all, 5);
  const withDeadMs = await cycles(time, master, all, 100);
  assert.ok(withDeadMs < aliveMs * 1.1, `${withDeadMs} ms a cycle with dead slaves, ${aliveMs} without`);
  assert.is(master.counters.unitsResting, 2);
  dead = [];
  await cycles(time, master, all, 50);
  assert.is(master.counters.unitsResting, 0);
});

test("a slave that is alone on its bus is asked every time, however long it has been silent", async () => {
  const { time, line, master } = bench(() => undefined, { lateMaxMs: 0 });
  await cycles(time, master, [1, 2], 20);
  assert.is(line.sent.length, 40);
});

test("the second copy of a reply is never taken for the answer to the same question asked again", async () => {
  for (const widenMax of [0, 2]) {
    const time = new VirtualTime(0);
    let reads = 0;
    const counting: Answer = (body) =>
      [1, 4, (body[5] as number) * 2, 0, ++reads, 0, 0, 0, 0].slice(0, 3 + (body[5] as number) * 2);
    const line = answeringLine(time, counting, 5, 20);
    const master = modbusMaster({
      transport: line,
      framing: "rtu",
      responseTimeoutMs: 200,
      lateMaxMs: 0,
      clock: time,
      scheduler: time,
    });
    for (let poll = 0; poll < 40; poll += 1) {
      const values = await passing(time, master.read({ unit: 1, fn: 4, address: 1, count: 1, widenMax })).catch(
        () => undefined,
      );
      if (values !== undefined) assert.is(values[0], reads);
    }
    assert.ok(master.counters.replies >= 20, `${master.counters.replies} replies`);
  }
});

test("an exception is taken for the answer, so that the next read of that kind goes out at once", async () => {
  const { time, line, master } = bench((body) => ((body[3] as number) > 9 ? [1, 0x84, 2] : register(body)));
  assert.is(await codeOf(time, master.read({ unit: 1, fn: 4, address: 10, count: 1 })), "MODBUS_EXCEPTION");
  assert.is(await codeOf(time, master.read({ unit: 1, fn: 4, address: 1, count: 1 })), "done");
  assert.is(line.sent.length, 2);
});

test("after a lost reply a device that answers in order is first asked something unlike, then as before", async () => {
  let lost = 1;
  const { time, line, master } = bench(
    (body) => {
      if (lost-- > 0) return undefined;
      const count = body[5] as number;
      return [body[0] as number, 4, count * 2, ...Array<number>(count * 2).fill(1)];
    },
    { inOrder: true },
  );
  const request = { unit: 1, fn: 4, address: 1, count: 3 } as const;
  assert.is(await codeOf(time, master.read(request)), "MODBUS_TIMEOUT");
  assert.equal([...(await passing(time, master.read(request)))], [0x101, 0x101, 0x101]);
  assert.equal(
    line.sent.map(({ body }) => body[5]),
    [3, 2, 3],
  );
});

test.run();
