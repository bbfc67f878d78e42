// The simulated serial slaves, read and written by mbpoll, which is not ours, and by the bridge.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { modbusMaster, serialTransport } from "@isotherm/firmware-bridge";
import type { Clock, Scheduler } from "@isotherm/coldchain";
import { assert, needs, suite, tempDir } from "../../../checks/kit.ts";
import { modbusRtuLine } from "./modbus-rtu-line.ts";
import type { ModbusRtuLine } from "./modbus-rtu-line.ts";
import { sht20Registers, tableRegisters } from "./register-models.ts";
import type { RegisterTable } from "./register-models.ts";

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
const realTime: Clock & Scheduler = {
  wallMs: () => performance.timeOrigin + performance.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = startTimer(run, delayMs);
    return () => stopTimer(timer);
  },
};

const test = suite("simulated Modbus RTU slaves", { skip: needs({ commands: ["socat", "mbpoll"] }) });
const table: Required<RegisterTable> = {
  1: { 0: 0, 1: 1 },
  2: { 0: 1, 1: 0, 2: 1 },
  3: { 10: 65_349, 11: 653, 12: 0 },
  4: { 10: 7 },
};
let line: ModbusRtuLine;

test.before(async () => {
  const units = new Map([
    [1, sht20Registers(() => ({ temperatureC: -18.7, humidityPct: 65.3 }))],
    [5, tableRegisters(table)],
  ]);
  const path = join(await tempDir(), "bus");
  line = await modbusRtuLine({ path, baudRate: 19_200, units, clock: realTime, scheduler: realTime });
});
test.after(() => line.close());

async function mbpoll(...options: string[]): Promise<string> {
  const [reading, values] = options.includes("--")
    ? [options.slice(0, options.indexOf("--")), options.slice(options.indexOf("--") + 1)]
    : [[...options, "-1"], []];
  const all = ["-m", "rtu", "-b", "19200", "-P", "none", "-0", "-o", "0.5", ...reading, line.path, ...values];
  const run = promisify(execFile)("mbpoll", all);
  const { stdout, stderr } = await run.catch((error: unknown) => error as { stdout: string; stderr: string });
  return stdout + stderr;
}

test("mbpoll reads input and holding registers, coils and discrete inputs", async () => {
  assert.match(await mbpoll("-a", "1", "-t", "3", "-r", "1", "-c", "2"), /\[1\]:\s+65349 \(-187\)[^]*\[2\]:\s+653\b/);
  assert.match(
    await mbpoll("-a", "5", "-t", "4", "-r", "10", "-c", "2"),
    /\[10\]:\s+65349 \(-187\)[^]*\[11\]:\s+653\b/,
  );
  assert.match(await mbpoll("-a", "5", "-t", "1", "-r", "0", "-c", "3"), /\[0\]:\s+1[^]*\[1\]:\s+0[^]*\[2\]:\s+1/);
  assert.match(await mbpoll("-a", "5", "-t", "0", "-r", "0", "-c", "2"), /\[0\]:\s+0[^]*\[1\]:\s+1/);
});

test("mbpoll writes registers and coils, one and several", async () => {
  assert.match(await mbpoll("-a", "5", "-t", "4", "-r", "12", "--", "4242"), /Written 1/);
  assert.is(table[3][12], 4242);
  assert.match(await mbpoll("-a", "5", "-t", "4", "-r", "10", "--", "1", "2", "3"), /Written 3/);
  assert.equal([table[3][10], table[3][11], table[3][12]], [1, 2, 3]);
  assert.match(await mbpoll("-a", "5", "-t", "0", "-r", "0", "--", "1", "0"), /Written 2/);
  assert.equal([table[1][0], table[1][1]], [1, 0]);
});

test("an address that is not there is an exception, a unit that is not there a timeout", async () => {
  assert.match(await mbpoll("-a", "5", "-t", "4", "-r", "99", "-c", "1"), /Illegal data address/);
  assert.match(await mbpoll("-a", "1", "-t", "4", "-r", "1", "--", "1"), /Illegal function/);
  assert.match(await mbpoll("-a", "77", "-t", "3", "-r", "1", "-c", "1"), /timed out/);
});

test("a reply takes its time on the wire, and a broadcast reaches every unit that can be written", async () => {
  const transport = serialTransport({ path: line.path, baudRate: 19_200 });
  const master = modbusMaster({
    transport,
    framing: "rtu",
    baudRate: 19_200,
    responseTimeoutMs: 500,
    clock: realTime,
    scheduler: realTime,
  });
  await master.read({ unit: 1, fn: 4, address: 1, count: 2 });
  const startedAtMs = realTime.monotonicMs();
  await master.read({ unit: 1, fn: 4, address: 1, count: 2 });
  // 8 characters there, 3.5 of silence, 9 back, at 10 bits each.
  const wireMs = (20.5 * 10 * 1000) / 19_200;
  assert.ok(realTime.monotonicMs() - startedAtMs >= wireMs - 0.5, "it came sooner than a wire could carry it");
  await master.write({ unit: 0, fn: 6, address: 12, values: [99] });
  await master.read({ unit: 1, fn: 4, address: 1, count: 2 });
  assert.is(table[3][12], 99);
  await master.close();
});

test.run();
