// The fault matrix over TCP: our master, a relay that mistreats replies and resets connections, and pymodbus.
// file-deadline-s: 600

import ModbusSerial from "modbus-serial";
import { seededRandom } from "@isotherm/coldchain";
import { TCP_FAULTS, modbusTcpProxy } from "@isotherm/simulators";
import type { ModbusTcpProxy, TcpFault } from "@isotherm/simulators";
import { assert, freePort, isLong, needs, seed, suite, tempDir, until } from "../../../checks/kit.ts";
import { ExchangeRecord, REGISTERS, emptyTally, pollInTurn, pollOnce, randomFaults } from "../../test/fault-poll.ts";
import type { ReadRegister } from "../../test/fault-poll.ts";
import { pymodbusSlave } from "../../test/pymodbus-slave.ts";
import type { PymodbusSlave } from "../../test/pymodbus-slave.ts";
import { realTime } from "../../test/real-time.ts";
import { tcpTransport } from "../transport/tcp-transport.ts";
import { modbusMaster } from "./modbus-master.ts";
import type { ModbusMaster } from "./master-contract.ts";

const test = suite("fault matrix, Modbus TCP", { skip: needs({ pythonModules: ["pymodbus"] }) });

const TIMEOUT_MS = 200;
const LATE_MAX_MS = 600;
const POLLS = isLong() ? 10_000 : 500;
const FAULT_SHARE = 0.3;

const record = new ExchangeRecord();
let nextFault: () => TcpFault | undefined = () => undefined;
let proxy: ModbusTcpProxy;
let slave: PymodbusSlave;
let master: ModbusMaster;

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => realTime.after(delayMs, resolve));
const ours: ReadRegister = async (address) => (await master.read({ unit: 1, fn: 4, address, count: 1 }))[0] as number;

test.before(async () => {
  const port = await freePort();
  slave = await pymodbusSlave(await tempDir(), `tcp:${port}`, 0, { 1: { input: { 1: "count", 2: "count" } } });
  proxy = await modbusTcpProxy({
    host: "127.0.0.1",
    port,
    nextFault: () => nextFault(),
    lateMinMs: TIMEOUT_MS + 50,
    lateMaxMs: LATE_MAX_MS,
    onRequest: (request) => record.asked(request),
    onExchange: (request, reply) => record.answered(request, reply, 7),
    random: seededRandom(seed()),
    scheduler: realTime,
  });
});

test.after(async () => {
  await proxy.close();
  await slave.close();
});

test.before.each(async () => {
  nextFault = () => undefined;
  master = modbusMaster({
    transport: tcpTransport({ host: "127.0.0.1", port: proxy.port, connectTimeoutMs: 1000 }),
    framing: "tcp",
    responseTimeoutMs: TIMEOUT_MS,
    backoffMsMin: 10,
    backoffMsMax: 20,
    clock: realTime,
    scheduler: realTime,
  });
  await until(() => ours(1).then(() => true), { what: "a first reply", deadlineMs: 20_000 });
});

test.after.each(() => master.close());

test(
  `${POLLS} polls under random faults and resets give no wrong value`,
  async () => {
    const random = seededRandom(seed());
    nextFault = randomFaults(TCP_FAULTS, random, FAULT_SHARE);
    const startedAtMs = realTime.monotonicMs();
    const tally = await pollInTurn({ polls: POLLS, read: ours, record, random, pauseMaxMs: 20, pause });
    const seconds = ((realTime.monotonicMs() - startedAtMs) / 1000).toFixed(0);
    const { faults, connections } = proxy.counters;
    console.log(`${JSON.stringify({ ...tally, faults, connections })} in ${seconds} s`);
    assert.equal([tally.misplaced, tally.outdated], [0, 0]);
    assert.ok(faults > POLLS * 0.15, `only ${faults} faults reached the connection`);
    assert.ok(tally.right > POLLS * 0.5, `only ${tally.right} polls gave a value`);
  },
  { deadlineMs: POLLS * 400 },
);

for (const fault of TCP_FAULTS) {
  test(`a connection that always does "${fault}" gives no wrong value, and reads on within two cycles of its end`, async () => {
    const tally = emptyTally();
    nextFault = () => fault;
    for (const address of [...REGISTERS, ...REGISTERS]) await pollOnce(ours, address, record, tally);
    nextFault = () => undefined;
    // Longer than the back-off between two attempts to connect.
    await pause(40);
    let sound: boolean[] = [];
    for (let cycle = 0; cycle < 2; cycle += 1) {
      sound = [];
      for (const address of REGISTERS) sound.push(await pollOnce(ours, address, record, tally));
      await pause(40);
    }
    assert.equal(sound, [true, true]);
    assert.equal([tally.misplaced, tally.outdated], [0, 0]);
  });
}

test("the same faults leave modbus-serial without a connection after a reset", async () => {
  const client = new ModbusSerial.default();
  await client.connectTCP("127.0.0.1", { port: proxy.port });
  client.setID(1);
  client.setTimeout(TIMEOUT_MS);
  // After a reset some of its reads never settle at all, so each is given four timeouts.
  const read: ReadRegister = async (address) => {
    const gaveUp = pause(4 * TIMEOUT_MS).then(() => Promise.reject(new Error("it never settled")));
    return (await Promise.race([client.readInputRegisters(address, 1), gaveUp])).data[0] as number;
  };
  const tally = emptyTally();
  assert.ok(await pollOnce(read, 1, record, tally));
  nextFault = () => "reset-before";
  await pollOnce(read, 1, record, tally);
  nextFault = () => undefined;
  for (let poll = 0; poll < 4; poll += 1) await pollOnce(read, 1, record, tally);
  client.close(() => undefined);
  console.log(`modbus-serial: ${JSON.stringify(tally)}`);
  assert.is(tally.failed, 5);
});

test.run();
