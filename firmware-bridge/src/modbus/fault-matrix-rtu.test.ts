// The fault matrix on a serial line: our master, a proxy on two ptys that mistreats replies, and pymodbus.
// file-deadline-s: 900

import ModbusSerial from "modbus-serial";
import { seededRandom } from "@isotherm/coldchain";
import { SERIAL_FAULTS, serialProxy } from "@isotherm/simulators";
import type { SerialFault, SerialProxy } from "@isotherm/simulators";
import { assert, isLong, needs, seed, suite, tempDir, until } from "../../../checks/kit.ts";
import { ExchangeRecord, REGISTERS, emptyTally, pollInTurn, pollOnce, randomFaults } from "../../test/fault-poll.ts";
import type { ReadRegister } from "../../test/fault-poll.ts";
import { pymodbusSlave } from "../../test/pymodbus-slave.ts";
import type { PymodbusSlave } from "../../test/pymodbus-slave.ts";
import { realTime } from "../../test/real-time.ts";
import { serialTransport } from "../transport/serial-transport.ts";
import { modbusMaster } from "./modbus-master.ts";
import type { ModbusMaster } from "./master-contract.ts";

const skip = needs({ commands: ["socat"], pythonModules: ["pymodbus", "serial"] });
const test = suite("fault matrix, Modbus RTU", { skip });

const BAUD_RATE = 38_400;
const TIMEOUT_MS = 200;
/** Late replies come up to this, and the master is told so. */
const LATE_MAX_MS = 600;
/**
 * The proxy sends a second copy within 30 ms, and lives in this process: on a machine with too much to do its copies come
 * late by as long as the process is held up, which is no fault of a line.
 */
const DOUBLE_MAX_MS = 150;
const POLLS = isLong() ? 10_000 : 300;
const FAULT_SHARE = 0.3;

const record = new ExchangeRecord();
let nextFault: () => SerialFault | undefined = () => undefined;
let proxy: SerialProxy;
let slave: PymodbusSlave;
let master: ModbusMaster;

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => realTime.after(delayMs, resolve));

test.before(async () => {
  const folder = await tempDir();
  proxy = await serialProxy({
    folder,
    baudRate: BAUD_RATE,
    nextFault: () => nextFault(),
    times: { lateMinMs: TIMEOUT_MS + 50, lateMaxMs: LATE_MAX_MS },
    onRequest: (request) => record.asked(request),
    onExchange: (request, reply) => record.answered(request, reply, 1),
    random: seededRandom(seed()),
    clock: realTime,
    scheduler: realTime,
  });
  const input = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((address) => [address, "count"] as const));
  slave = await pymodbusSlave(folder, proxy.slavePath, BAUD_RATE, { 1: { input } });
});

test.after(async () => {
  await slave.close();
  await proxy.close();
});

test.before.each(async () => {
  nextFault = () => undefined;
  await until(() => proxy.isPlugged, { what: "the port to be there" });
  master = modbusMaster({
    transport: serialTransport({ path: proxy.masterPath, baudRate: BAUD_RATE }),
    framing: "rtu",
    baudRate: BAUD_RATE,
    responseTimeoutMs: TIMEOUT_MS,
    lateMaxMs: LATE_MAX_MS + 50,
    doubleMaxMs: DOUBLE_MAX_MS,
    backoffMsMin: 20,
    backoffMsMax: 50,
    clock: realTime,
    scheduler: realTime,
  });
});

test.after.each(() => master.close());

/** `widenMax`: how many more registers the device lets us read, so that replies can be told apart. */
function ours(widenMax: number): ReadRegister {
  return async (address) => (await master.read({ unit: 1, fn: 4, address, count: 1, widenMax }))[0] as number;
}

async function comeAlive(read: ReadRegister): Promise<void> {
  await until(() => read(1).then(() => true), { what: "a first reply", deadlineMs: 20_000 });
}

// A device that permits nothing else is withheld after each failure: its polls come slower, lest most of them ask nothing.
for (const [device, widenMax, polls, pauseMaxMs] of [
  ["whose registers may be read together", 5, POLLS, 40],
  ["that permits only these two reads", 0, POLLS / 5, 400],
] as const) {
  test(
    `${polls} polls of a device ${device}, under random faults, give no wrong value`,
    async () => {
      const random = seededRandom(seed() + widenMax);
      await comeAlive(ours(widenMax));
      nextFault = randomFaults(SERIAL_FAULTS, random, FAULT_SHARE);
      const startedAtMs = realTime.monotonicMs();
      const before = { ...proxy.counters };
      const tally = await pollInTurn({ polls, read: ours(widenMax), record, random, pauseMaxMs, pause });
      const seconds = ((realTime.monotonicMs() - startedAtMs) / 1000).toFixed(0);
      const faults = proxy.counters.faults - before.faults;
      console.log(`widenMax ${widenMax}: ${JSON.stringify({ ...tally, faults })} in ${seconds} s`);
      console.log(JSON.stringify(master.counters));
      assert.equal([tally.misplaced, tally.outdated], [0, 0]);
      assert.ok(faults > polls * 0.05, `only ${faults} faults reached the line`);
      assert.ok(tally.right > polls * (widenMax > 0 ? 0.5 : 0.1), `only ${tally.right} polls gave a value`);
    },
    { deadlineMs: polls * 800 },
  );
}

for (const fault of SERIAL_FAULTS) {
  test(
    `a line that always does "${fault}" gives no wrong value, and reads on within two cycles of its end`,
    async () => {
      const read = ours(5);
      await comeAlive(read);
      const tally = emptyTally();
      nextFault = () => fault;
      for (const address of [...REGISTERS, ...REGISTERS]) await pollOnce(read, address, record, tally);
      nextFault = () => undefined;
      // The fault ends when its last late reply has come, and when the port is back.
      if (fault === "late") await pause(LATE_MAX_MS);
      await until(() => proxy.isPlugged, { what: "the port to be there again" });
      await pause(60);
      let sound: boolean[] = [];
      for (let cycle = 0; cycle < 2; cycle += 1) {
        sound = [];
        for (const address of REGISTERS) sound.push(await pollOnce(read, address, record, tally));
      }
      assert.equal(sound, [true, true]);
      assert.equal([tally.misplaced, tally.outdated], [0, 0]);
    },
    { deadlineMs: 30_000 },
  );
}

test(
  "the same faults make modbus-serial give wrong values, so this matrix bites",
  async () => {
    const client = new ModbusSerial.default();
    await client.connectRTUBuffered(proxy.masterPath, { baudRate: BAUD_RATE });
    client.setID(1);
    client.setTimeout(TIMEOUT_MS);
    const read: ReadRegister = async (address) => (await client.readInputRegisters(address, 1)).data[0] as number;
    const random = seededRandom(seed());
    // Without "unplug": it does not open its port again, and then gives nothing at all.
    nextFault = randomFaults(
      SERIAL_FAULTS.filter((fault) => fault !== "unplug"),
      random,
      FAULT_SHARE,
    );
    const tally = emptyTally();
    for (let polls = 0; polls < 1000 && tally.misplaced === 0; polls += 50) {
      const more = await pollInTurn({ polls: 50, read, record, random, pauseMaxMs: 40, pause });
      tally.right += more.right;
      tally.failed += more.failed;
      tally.misplaced += more.misplaced;
      tally.outdated += more.outdated;
    }
    await new Promise<void>((resolve) => client.close(() => resolve()));
    console.log(`modbus-serial: ${JSON.stringify(tally)}`);
    assert.ok(tally.misplaced > 0, "modbus-serial gave no wrong value");
  },
  { deadlineMs: 120_000 },
);

test.run();
