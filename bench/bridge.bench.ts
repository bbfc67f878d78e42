// The bridge's Modbus master and modbus-serial on the same reads: a paced serial line, dead slaves on it, TCP on loopback.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { busSchedule, modbusDevice, modbusMaster, parseDeviceProfile } from "@isotherm/firmware-bridge";
import { serialTransport, tcpTransport } from "@isotherm/firmware-bridge";
import type { DeviceProfile, ModbusDevice, ModbusMaster, Transport } from "@isotherm/firmware-bridge";
import { modbusSerialClient, slaves } from "./measure/modbus-peer.ts";
import type { ModbusSerialClient, Slaves } from "./measure/modbus-peer.ts";

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
const realTime = {
  wallMs: () => performance.timeOrigin + performance.now(),
  monotonicMs: () => performance.now(),
  after(delayMs: number, run: () => void) {
    const timer = startTimer(run, delayMs);
    return () => stopTimer(timer);
  },
};

const BAUD_RATE = 9600;
const UNITS = Array.from({ length: 16 }, (_, at) => at + 1);
const DEAD = [15, 16];
const TIMEOUT_MS = 200;
const CHANNELS = 5;
const POINTS = ["a", "b", "c", "d", "e"];
/** 8N1: request 8 characters, reply 5 and two for each register; 3.5 characters of silence after each of them. */
const EXCHANGE_MS = ((8 + 5 + 2 * CHANNELS + 2 * 3.5) * 10 * 1000) / BAUD_RATE;

const DEAD_ROUNDS = 3;
const [LOAD_WINDOWS, LOAD_WINDOW_MS] = [5, 10_000];
/** Half a second beyond the beat of the schedule, so that no round falls on the edge of a window. */
const LOAD_SETTLE_MS = 3500;

const profile = fiveRegisters();
const folder = mkdtempSync(join(tmpdir(), "isotherm-bench-"));

function fiveRegisters(): DeviceProfile {
  const points = POINTS.map(
    (name, at) => `  ${name}: { fn: 4, address: ${at}, type: s16, decimals: 1, unit: Cel, min: -100, max: 200 }`,
  );
  const text = ["profile: x", "label: l", "source: s", "protocol: modbus", "points:", ...points].join("\n");
  const parsed = parseDeviceProfile(text, "x.yaml");
  if (!("profile" in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return { ...parsed.profile, responseTimeoutMs: TIMEOUT_MS } as DeviceProfile;
}

function masterOn(transport: Transport, framing: "rtu" | "tcp", inFlightMax?: number): ModbusMaster {
  return modbusMaster({
    transport,
    framing,
    ...(inFlightMax === undefined ? {} : { inFlightMax }),
    baudRate: BAUD_RATE,
    responseTimeoutMs: TIMEOUT_MS,
    clock: realTime,
    scheduler: realTime,
  });
}

function devicesOn(master: ModbusMaster, units: readonly number[]) {
  const channels = Object.fromEntries(POINTS.map((name) => [name, `temperature/${name}`]));
  return units.map((unit) => modbusDevice({ master, unit, profile, channels }));
}

/** One cycle over some units; gives how many of them answered. */
type Cycle = (units: readonly number[]) => Promise<number>;

function oursOn(master: ModbusMaster): Cycle {
  const devices = devicesOn(master, UNITS);
  return async (units) => {
    const all = await Promise.all(units.map(async (unit) => (await devices[unit - 1]?.read()) ?? []));
    return all.filter((readings) => readings[0]?.value === -18.7).length;
  };
}

function theirsOn(client: ModbusSerialClient): Cycle {
  client.setTimeout(TIMEOUT_MS);
  return async (units) => {
    let answered = 0;
    // It has no queue: a second call while one is under way makes both fail.
    for (const unit of units) {
      client.setID(unit);
      const reply = await client.readInputRegisters(0, CHANNELS).catch(() => undefined);
      if (reply?.data[0] === 65_349) answered += 1;
    }
    return answered;
  };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
}

/** A cycle in which somebody came too late, as on a machine with too much to do, is left out. */
async function cycleTimes(cycle: Cycle, units: readonly number[], count: number): Promise<number[]> {
  await cycle(units);
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const startedAtMs = performance.now();
    if ((await cycle(units)) === units.length) times.push(performance.now() - startedAtMs);
  }
  if (times.length < count / 2) throw new Error("living units did not answer");
  return times;
}

/** Reads of living units a second, while cycles over all sixteen go on for so long. */
async function livingRate(cycle: Cycle, units: readonly number[], forMs: number): Promise<number> {
  const startedAtMs = performance.now();
  let answered = 0;
  while (performance.now() - startedAtMs < forMs) answered += await cycle(units);
  return (answered * 1000) / (performance.now() - startedAtMs);
}

async function withOurs<Value>(
  path: string,
  run: (cycle: Cycle, master: ModbusMaster) => Promise<Value>,
): Promise<Value> {
  const master = masterOn(serialTransport({ path, baudRate: BAUD_RATE }), "rtu");
  const value = await run(oursOn(master), master);
  await master.close();
  return value;
}

async function withTheirs<Value>(path: string, run: (cycle: Cycle) => Promise<Value>): Promise<Value> {
  const client = modbusSerialClient();
  await client.connectRTUBuffered(path, { baudRate: BAUD_RATE });
  const value = await run(theirsOn(client));
  await new Promise<void>((resolve) => client.close(resolve));
  return value;
}

async function pacedLine(): Promise<void> {
  const path = join(folder, "bus");
  const far = await slaves("rtu", path, String(BAUD_RATE), String(UNITS.length));
  const wireMs = EXCHANGE_MS * UNITS.length;
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round += 1) {
    ours.push(...(await withOurs(path, (cycle) => cycleTimes(cycle, UNITS, 7))));
    theirs.push(...(await withTheirs(path, (cycle) => cycleTimes(cycle, UNITS, 7))));
  }
  console.log(`\n9600 baud, 16 units of 5 channels, wire time of a cycle with its silences ${wireMs.toFixed(0)} ms`);
  print("ours", median(ours), "ms a cycle", median(ours) / wireMs, "× wire time (at most 1.15)");
  print("modbus-serial", median(theirs), "ms a cycle", median(theirs) / wireMs, "× wire time");

  await deadUnits(path, far);
  await steadyLoad(path);
  await far.close();
}

/** The sound rate is measured before and after, so that a busy machine slows both alike. */
async function deadUnits(path: string, far: Slaves): Promise<void> {
  const living = UNITS.filter((unit) => !DEAD.includes(unit));
  const [ours, theirs, trialShares]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < DEAD_ROUNDS; round += 1) {
    const soundRate = await withOurs(path, (cycle) => livingRate(cycle, living, 6000));
    const theirSoundRate = await withTheirs(path, (cycle) => livingRate(cycle, living, 3000));
    for (const unit of DEAD) far.tell(`silent ${unit}`);
    const rate = await withOurs(path, async (cycle, master) => {
      while (master.counters.unitsResting < DEAD.length) await cycle(UNITS);
      // So long that two trials of each fall into it, as on any other day.
      trialShares.push(await trialShare(cycle, master, 25_000));
      return livingRate(cycle, UNITS, 25_000);
    });
    const theirRate = await withTheirs(path, (cycle) => livingRate(cycle, UNITS, 6000));
    for (const unit of DEAD) far.tell(`speaking ${unit}`);
    const soundAgain = await withOurs(path, (cycle) => livingRate(cycle, living, 6000));
    ours.push(100 * (1 - (2 * rate) / (soundRate + soundAgain)));
    theirs.push(100 * (1 - theirRate / theirSoundRate));
  }
  for (const unit of DEAD) far.tell(`speaking ${unit}`);
  console.log(
    `\nThe same with two dead units and a timeout of ${TIMEOUT_MS} ms: what the other fourteen lose of their rate`,
  );
  print("ours", median(ours), "%", Math.max(...ours), `% at most in ${DEAD_ROUNDS} rounds (less than 10)`);
  print("modbus-serial", median(theirs), "%", Math.max(...theirs), "%");
  print("ours, by cycles with a trial", median(trialShares), "%", Math.max(...trialShares), "% at most; free of load");
}

/** The part of the time, in percent, by which cycles with a trial of a dead unit are longer than those without. */
async function trialShare(cycle: Cycle, master: ModbusMaster, forMs: number): Promise<number> {
  const [plain, tried]: [number[], number[]] = [[], []];
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < forMs) {
    const [cycleAtMs, timeouts] = [performance.now(), master.counters.timeouts];
    await cycle(UNITS);
    (master.counters.timeouts === timeouts ? plain : tried).push(performance.now() - cycleAtMs);
  }
  const excessMs = tried.reduce((sum, ms) => sum + ms - median(plain), 0);
  return (100 * excessMs) / (performance.now() - startedAtMs);
}

/** Eight units of five channels, each read every second. */
async function steadyLoad(path: string): Promise<void> {
  const master = masterOn(serialTransport({ path, baudRate: BAUD_RATE }), "rtu");
  let channels = 0;
  const points = Object.fromEntries(POINTS.map((name) => [name, { channel: `temperature/${name}`, everyMs: 1000 }]));
  const schedule = busSchedule({
    master,
    devices: UNITS.slice(0, 8).map((unit) => ({ unit, profile, points })),
    onReadings: (_unit, readings) => (channels += readings.filter(({ quality }) => quality === "good").length),
    clock: realTime,
    scheduler: realTime,
  });
  const idlePercent = await cpuPercent(LOAD_WINDOW_MS);
  schedule.start();
  await passed(LOAD_SETTLE_MS);
  const [percents, rates]: [number[], number[]] = [[], []];
  for (let window = 0; window < LOAD_WINDOWS; window += 1) {
    const before = channels;
    percents.push(await cpuPercent(LOAD_WINDOW_MS));
    rates.push((channels - before) / (LOAD_WINDOW_MS / 1000));
  }
  schedule.stop();
  await master.close();
  console.log(
    `\nA schedule of 40 channels a second over that line, after the above: this process, all its threads, median of ` +
      `${LOAD_WINDOWS} windows of ${LOAD_WINDOW_MS / 1000} s (${percents.map((one) => one.toFixed(2)).join(", ")})`,
  );
  print("ours", median(rates), "channels/s", median(percents), "% of a core (less than 1)");
  print("the same process before it", 0, "channels/s", idlePercent, "% of a core");
}

function passed(forMs: number): Promise<void> {
  return new Promise((resolve) => startTimer(resolve, forMs));
}

async function cpuPercent(forMs: number): Promise<number> {
  const [startedAtMs, before] = [performance.now(), process.cpuUsage()];
  await passed(forMs);
  const cpu = process.cpuUsage(before);
  return (cpu.user + cpu.system) / 10 / (performance.now() - startedAtMs);
}

/** Sixteen units behind one TCP port, as behind a gateway; a round is one read of five channels of each. */
async function tcpLoopback(): Promise<void> {
  const far = await slaves("tcp", String(UNITS.length));
  const port = Number(far.address);
  const connection = (): Transport => tcpTransport({ host: "127.0.0.1", port, connectTimeoutMs: 1000 });
  const single = masterOn(connection(), "tcp", 1);
  const several = masterOn(connection(), "tcp");
  const devices = devicesOn(several, UNITS);
  const client = modbusSerialClient();
  await client.connectTCP("127.0.0.1", { port });
  client.setTimeout(TIMEOUT_MS);
  const theirs = (unit: number): Promise<unknown> => {
    client.setID(unit);
    return client.readInputRegisters(0, CHANNELS);
  };
  const ours = (master: ModbusMaster) => (unit: number) => master.read({ unit, fn: 4, address: 0, count: CHANNELS });
  const inTurn = (read: (unit: number) => Promise<unknown>) => async () => {
    for (const unit of UNITS) await read(unit);
  };
  const atOnce = (read: (unit: number) => Promise<unknown>) => () => Promise.all(UNITS.map(read));
  const contenders: [string, () => Promise<unknown>][] = [
    ["modbus-serial, one by one", inTurn(theirs)],
    ["modbus-serial, all at once", atOnce(theirs)],
    ["ours, one by one", inTurn(ours(single))],
    ["ours, all at once, inFlightMax 1", atOnce(ours(single))],
    ["ours, all at once, as it comes", atOnce(ours(several))],
    ["the same as channels, quality", atOnce((unit) => (devices[unit - 1] as ModbusDevice).read())],
  ];
  const results = await interleavedCpu(contenders.map(([, cycle]) => cycle));
  await Promise.all([single.close(), several.close()]);
  await new Promise<void>((resolve) => client.close(resolve));
  await far.close();
  console.log("\nModbus TCP on loopback, 16 units of 5 channels, CPU (median of 15 interleaved rounds of 100 cycles)");
  const peer = Math.min(results[0] ?? NaN, results[1] ?? NaN);
  for (const [at, [name]] of contenders.entries()) {
    const cpuUs = results[at] ?? NaN;
    const isTarget = name === "ours, all at once, as it comes";
    print(name, cpuUs, "µs a channel", cpuUs / peer, `× modbus-serial at its best${isTarget ? " (at most 0.5)" : ""}`);
  }
}

/** Median CPU for each channel, in microseconds. */
async function interleavedCpu(cycles: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const results = cycles.map((): number[] => []);
  for (let round = -10; round < 15; round += 1) {
    for (const [at, cycle] of cycles.entries()) {
      const before = process.cpuUsage();
      for (let count = 0; count < 100; count += 1) await cycle();
      const cpu = process.cpuUsage(before);
      if (round >= 0) results[at]?.push((cpu.user + cpu.system) / (100 * UNITS.length * CHANNELS));
    }
  }
  return results.map(median);
}

function print(name: string, amount: number, unit: string, ratio: number, ratioUnit: string): void {
  console.log(
    `${name.padEnd(34)}${amount.toFixed(1).padStart(9)} ${unit.padEnd(14)}${ratio.toFixed(2).padStart(8)} ${ratioUnit}`,
  );
}

const only = process.argv[2];
if (only !== "rtu") await tcpLoopback();
if (only !== "tcp") await pacedLine();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
