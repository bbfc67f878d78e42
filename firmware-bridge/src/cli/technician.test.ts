// The commands as a technician meets them: real processes, ptys, and a slave that is not ours.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, needs, suite, tempDir, until } from "../../../checks/kit.ts";
import { ptyPair } from "../../../checks/pty-pair.ts";
import type { PtyPair } from "../../../checks/pty-pair.ts";
import { pymodbusSlave } from "../../test/pymodbus-slave.ts";
import type { PymodbusSlave } from "../../test/pymodbus-slave.ts";

const test = suite("isotherm-bridge, as a technician meets it", {
  skip: needs({ commands: ["socat", "setpriv"], pythonModules: ["pymodbus", "serial_asyncio"] }),
});

const COMMAND = fileURLToPath(new URL("../../bin/isotherm-bridge.js", import.meta.url));
const SPEED_TRUE_LINE = fileURLToPath(new URL("../../test/speed-true-line.py", import.meta.url));
const TABLE = { 1: { input: { 1: 65349, 2: 653 } }, 7: { holding: { 0: 1234 } } };
const PATIENT = { deadlineMs: 60_000 };

interface Ending {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Run {
  readonly process: ChildProcess;
  out: string;
  err: string;
  readonly ended: Promise<Ending>;
}

function start(args: readonly string[], command = process.execPath, before: readonly string[] = []): Run {
  const child = spawn(command, [...before, COMMAND, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const run: Run = {
    process: child,
    out: "",
    err: "",
    ended: new Promise((resolve) => {
      child.once("close", (code) => resolve({ code, out: run.out, err: run.err }));
    }),
  };
  child.stdout.on("data", (bytes: Buffer) => (run.out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (run.err += bytes.toString()));
  return run;
}

const run = (...args: string[]): Promise<Ending> => start(args).ended;

let folder = "";
let pair: PtyPair;
let slave: PymodbusSlave;

test.before(async () => {
  folder = await tempDir();
  pair = await ptyPair(folder);
  slave = await pymodbusSlave(folder, pair.far, 9600, TABLE);
});
test.after(async () => {
  await slave.close();
  await pair.close();
});

test(
  "scan finds the units that answer, and says how to go on",
  async () => {
    const { code, out, err } = await run("scan", "--port", pair.near, "--units", "1-8", "--json");
    const found = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(
      found.map(({ unit, baudRate, protocol }) => [unit, baudRate, protocol]),
      [
        [1, 9600, "modbus"],
        [7, 9600, "modbus"],
      ],
    );
    assert.is(code, 0);
    assert.match(err, `isotherm-bridge read PROFILE --port ${pair.near} --baud 9600 --unit 1`);
  },
  PATIENT,
);

test(
  "read shows channel, registers, value, quality, latency and errors",
  async () => {
    const args = ["read", "sht20-transmitter", "--port", pair.near, "--count", "2", "--every", "50"];
    const { code, out } = await run(...args);
    assert.is(code, 0);
    assert.match(out, /temperature +65349 0xFF45 +-18\.7 °C +good +\d+ ms +0/);
    const [first = ""] = (await run(...args, "--json")).out.split("\n");
    const { readings } = JSON.parse(first) as { readings: Record<string, unknown>[] };
    const [{ channel, raw, value, unit, quality, errors } = {}] = readings;
    assert.equal([channel, raw, value, unit, quality, errors], ["temperature", [65349], -18.7, "Cel", "good", 0]);
  },
  PATIENT,
);

test(
  "silence (wrong unit, swapped wires) is explained in the order in which to look",
  async () => {
    const { code, out, err } = await run(
      "read",
      "sht20-transmitter",
      "--port",
      pair.near,
      "--unit",
      "5",
      "--count",
      "1",
    );
    assert.is(code, 1);
    assert.match(out, /temperature +- +- +device-timeout/);
    for (const word of ["Not one byte", "power", "swap", "unit 5", "9600 baud"]) assert.match(err, word);
  },
  PATIENT,
);

test(
  "a device of another model is told from a bad line",
  async () => {
    const { code, err } = await run("read", "sht20-transmitter", "--port", pair.near, "--unit", "7", "--count", "1");
    assert.is(code, 1);
    assert.match(err, "Unit 7 answers, but refuses");
  },
  PATIENT,
);

test(
  "a wrong speed is suspected when bytes come that make no sense, and scan finds the right one",
  async () => {
    const bus = join(folder, "bus");
    const other = await ptyPair(await tempDir());
    const python = spawn("/usr/bin/python3", [SPEED_TRUE_LINE, bus, other.near, "19200"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    python.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
    await until(() => said.includes("ready"), { what: "the line" });
    const talking = await pymodbusSlave(await tempDir(), other.far, 19200, TABLE);
    try {
      // The far end hears nothing that it could answer; a neighbour that talks is heard as garbage.
      const silent = await run("read", "sht20-transmitter", "--port", bus, "--count", "1");
      assert.equal([silent.code, silent.out.includes("good")], [1, false]);
      assert.match(silent.err, "9600 baud");
      const scan = await run("scan", "--port", bus, "--units", "1", "--baud", "9600,19200", "--json");
      assert.is(scan.code, 0);
      const [{ baudRate, unit } = {}] = scan.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.equal([baudRate, unit], [19200, 1]);
      const right = await run("read", "sht20-transmitter", "--port", bus, "--count", "1", "--baud", "19200");
      assert.match(right.out, "-18.7 °C");
    } finally {
      python.kill("SIGKILL");
      await talking.close();
      await other.close();
    }
  },
  PATIENT,
);

test(
  "a port that is absent or in use is explained, with 2",
  async () => {
    const absent = await run("read", "sht20-transmitter", "--port", "/dev/ttyUSB77");
    assert.equal([absent.code, absent.err.includes("There is no port /dev/ttyUSB77")], [2, true]);
    const owner = start(["read", "sht20-transmitter", "--port", pair.near, "--json"]);
    await until(() => owner.out.includes("readings"), { what: "the first reader to read" });
    const second = await run("read", "sht20-transmitter", "--port", pair.near);
    assert.equal([second.code, second.err.includes(`process ${owner.process.pid}`)], [2, true], second.err);
    owner.process.kill("SIGINT");
    assert.is((await owner.ended).code, 0, "it stops cleanly");
  },
  PATIENT,
);

test(
  "a user without permission is told the group and the command",
  async () => {
    const device = realpathSync(pair.near);
    const args = ["read", "sht20-transmitter", "--port", pair.near];
    chmodSync(folder, 0o755);
    const isRoot = process.getuid?.() === 0;
    // Root may open everything, and so becomes nobody; others lock themselves out.
    chmodSync(device, isRoot ? 0o660 : 0);
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath];
    const { code, err } = await (isRoot ? start(args, "setpriv", nobody) : start(args)).ended;
    chmodSync(device, 0o660);
    assert.is(code, 2);
    assert.match(err, /The user \S+ may not open/);
    assert.match(err, /group|udev/);
  },
  PATIENT,
);

test(
  "an adapter that is unplugged and comes back is read again",
  async () => {
    const own = await tempDir();
    let line = await ptyPair(own);
    let device = await pymodbusSlave(own, line.far, 9600, TABLE);
    const reader = start(["read", "sht20-transmitter", "--port", line.near, "--every", "100", "--json"]);
    const lastQuality = (): unknown => {
      const last = reader.out.trim().split("\n").at(-1) ?? "{}";
      return (JSON.parse(last) as { readings?: { quality: string }[] }).readings?.[0]?.quality;
    };
    await until(() => lastQuality() === "good", { what: "the first value" });
    await device.close();
    await line.close();
    await until(() => lastQuality() === "device-timeout", { what: "the loss to be noticed" });
    line = await ptyPair(own);
    device = await pymodbusSlave(own, line.far, 9600, TABLE);
    await until(() => lastQuality() === "good", { what: "values again", deadlineMs: 30_000 });
    assert.match(reader.err, "tried again");
    reader.process.kill("SIGTERM");
    assert.is((await reader.ended).code, 0);
    await device.close();
    await line.close();
  },
  PATIENT,
);

test.run();
