// Serial ports that come and go, on ptys made by socat.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, watch } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { queryObjects, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, needs, suite, tempDir, testDataDir, until } from "../../../checks/kit.ts";
import { ptyPair } from "../../../checks/pty-pair.ts";
import type { PtyPair } from "../../../checks/pty-pair.ts";
import { realTime } from "../../test/real-time.ts";
import { gpsDevice } from "../gps/gps-device.ts";
import { SerialLine } from "./serial-line.ts";
import { serialTransport } from "./serial-transport.ts";
import { TransportError } from "./transport.ts";

const test = suite("serial transport", { skip: needs({ commands: ["socat", "python3"] }) });

const COUNT = { format: "count" } as const;
/** Node keeps the class to itself. */
const FSWatcher = ((): new () => object => {
  const watcher = watch("/", { persistent: false });
  watcher.close();
  return watcher.constructor as new () => object;
})();

function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}

test("carries bytes both ways, and says once that the port went away", async () => {
  const pair = await ptyPair(await tempDir());
  const [near, far] = [pair.near, pair.far].map((path) => serialTransport({ path, baudRate: 9600 }));
  if (near === undefined || far === undefined) throw new Error("no ports");
  const heard: number[] = [];
  const closes: (Error | undefined)[] = [];
  far.onBytes((bytes) => heard.push(...bytes));
  near.onClose((reason) => closes.push(reason));
  await Promise.all([near.open(), near.open(), far.open()]);
  near.discardInput();
  await near.write(Uint8Array.from([0, 10, 13, 17, 19, 255]));
  await until(() => heard.length === 6);
  assert.equal(heard, [0, 10, 13, 17, 19, 255]);
  await pair.close();
  await until(() => !near.isOpen && !far.isOpen, { what: "both ends to notice" });
  await near.close();
  assert.is(closes.length, 1);
  assert.instance(closes[0], TransportError);
  const error: unknown = await near.write(Uint8Array.from([1])).catch((e: unknown) => e);
  assert.is((error as TransportError).code, "TRANSPORT_CLOSED");
});

const WAITING = `
import array, fcntl, os, sys, termios
count = array.array("i", [0])
fcntl.ioctl(os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY), termios.FIONREAD, count)
print(count[0])
`;

/** Resolves when the system holds so many bytes for whoever reads the port. */
async function untilWaiting(path: string, count: number): Promise<void> {
  await until(() => Number(execFileSync("python3", ["-c", WAITING, path])) === count, { everyMs: 1 });
}

test("what comes while input is held back arrives in one piece when it is let go, or is dropped", async () => {
  const pair = await ptyPair(await tempDir());
  const [near, far] = [pair.near, pair.far].map((path) => serialTransport({ path, baudRate: 9600 }));
  if (near?.holdInput === undefined || far === undefined) throw new Error("no ports");
  const heard: number[][] = [];
  near.onBytes((bytes) => heard.push([...bytes]));
  await Promise.all([near.open(), far.open()]);
  let release = near.holdInput();
  for (const byte of [1, 2, 3]) {
    await far.write(Uint8Array.from([byte]));
    await untilWaiting(pair.near, byte);
  }
  assert.equal(heard, []);
  release();
  await until(() => heard.length > 0);
  assert.equal(heard, [[1, 2, 3]]);

  release = near.holdInput();
  await far.write(Uint8Array.from([4, 5]));
  await untilWaiting(pair.near, 2);
  near.discardInput();
  await near.write(Uint8Array.from([9]));
  release();
  await far.write(Uint8Array.from([6]));
  await until(() => heard.length > 1);
  assert.equal(heard, [[1, 2, 3], [6]]);
  await Promise.all([near.close(), far.close()]);
  await pair.close();
});

const ROUNDS = 100;
/** By then everything that is loaded or compiled once has been. */
const SETTLED_AT = 30;

test(
  `unplugged and plugged in again ${ROUNDS} times, it carries bytes each time and leaks nothing`,
  async () => {
    const folder = await tempDir();
    const transport = serialTransport({ path: join(folder, "near"), baudRate: 9600 });
    const heard: number[] = [];
    let closes = 0;
    transport.onBytes((bytes) => heard.push(...bytes));
    transport.onClose(() => (closes += 1));
    let settled: Holdings | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      const pair = await ptyPair(folder);
      const far = serialTransport({ path: pair.far, baudRate: 9600 });
      await transport.open();
      await far.open();
      await far.write(Uint8Array.from([round]));
      await until(() => heard.length === round + 1, { everyMs: 1 });
      await pair.close();
      // Half of the time we notice by reading, half of the time a write runs into it.
      if (round % 2 === 0) await transport.write(Uint8Array.from([1])).catch(() => undefined);
      await until(() => !transport.isOpen && !far.isOpen, { everyMs: 1 });
      if (round === SETTLED_AT) settled = holdings();
    }
    assert.equal(
      heard,
      Array.from({ length: ROUNDS }, (_, round) => round),
    );
    assert.is(closes, ROUNDS);
    if (settled === undefined) throw new Error("never settled");
    const { files, ports, watches, listeners, heapBytes } = settled;
    let now = settled;
    const isGivenBack = (): boolean => {
      now = holdings();
      const isSame = now.files <= files && now.listeners <= listeners;
      // The last port and its two watches may not be collected yet.
      return isSame && now.ports <= ports + 1 && now.watches <= watches + 2;
    };
    await until(isGivenBack, { what: "all to be given back" }).catch((error: unknown) => {
      throw new Error(JSON.stringify({ settled, now }), { cause: error });
    });
    // Seventy ports that were kept, with their buffers of 4 kB, would be 280 kB.
    assert.ok(now.heapBytes - heapBytes < 200_000, `${now.heapBytes - heapBytes} bytes more`);
  },
  { deadlineMs: 90_000 },
);

interface Holdings {
  readonly files: number;
  /** Opened ports, and watches of folders, that anything still refers to. */
  readonly ports: number;
  readonly watches: number;
  readonly listeners: number;
  readonly heapBytes: number;
}

/** What this process holds, after all garbage was collected. */
function holdings(): Holdings {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const ports = queryObjects(SerialLine, COUNT);
  const watches = queryObjects(FSWatcher, COUNT);
  return { files: openFiles(), ports, watches, listeners, heapBytes: heapUsed + external };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
}

test("an adapter is found again by its fingerprint, wherever it comes back", async () => {
  const fingerprint = { vendorId: "0403", productId: "6001", serialNumber: "A9X1" };
  let paths: string[] = [];
  const transport = serialTransport({
    path: "usb:0403:6001:A9X1",
    baudRate: 9600,
    listPorts: async () => paths.map((path) => ({ path, ...fingerprint })),
  });
  for (let round = 0; round < 3; round += 1) {
    const pair = await ptyPair(await tempDir());
    paths = [pair.near];
    await transport.open();
    assert.ok(transport.isOpen);
    await pair.close();
    await until(() => !transport.isOpen);
    paths = [];
    const error: unknown = await transport.open().catch((e: unknown) => e);
    assert.is((error as TransportError).code, "PORT_ABSENT");
  }
});

test("a port that is absent, in use, or no port at all, is explained", async () => {
  const folder = await tempDir();
  const pair = await ptyPair(folder);
  const failure = async (path: string): Promise<TransportError> => {
    const error: unknown = await serialTransport({ path, baudRate: 9600 })
      .open()
      .catch((e: unknown) => e);
    assert.instance(error, TransportError);
    return error as TransportError;
  };
  const owner = serialTransport({ path: pair.near, baudRate: 9600 });
  await owner.open();
  const locked = await failure(pair.near);
  assert.is(locked.code, "PORT_LOCKED");
  assert.match(locked.message, `process ${process.pid}`);
  assert.is((await failure(join(folder, "nowhere"))).code, "PORT_ABSENT");
  assert.is((await failure("/nowhere/port")).code, "PORT_ABSENT");
  await writeFile(join(folder, "file"), "");
  assert.is((await failure(join(folder, "file"))).code, "PORT_FAILED");
  await owner.close();
  await pair.close();
});

test.run();

const withLog = suite("a receiver log on a serial port", {
  skip: needs({ commands: ["socat"], testData: true }),
});

let opened: PtyPair | undefined;
withLog.after(() => opened?.close());

withLog("comes out of the GPS device at its position", async () => {
  const pair = (opened = await ptyPair(await tempDir()));
  const far = serialTransport({ path: pair.far, baudRate: 9600 });
  const gps = gpsDevice({
    transport: serialTransport({ path: pair.near, baudRate: 9600 }),
    channels: { latitude: "latitude/truck", longitude: "longitude/truck" },
    staleAfterMs: 5000,
    clock: realTime,
  });
  await Promise.all([gps.read(), far.open()]);
  await far.write(readFileSync(join(testDataDir(), "nmea", "bt451.log")));
  let readings = await gps.read();
  await until(async () => {
    readings = await gps.read();
    return readings.every(({ quality }) => quality === "good") && gps.lastFix()?.fix.timeOfDay === "14:33:08.500";
  });
  assert.equal(
    readings.map(({ value }) => value?.toFixed(5)),
    ["55.78027", "23.57835"],
  );
  await gps.close();
  await far.close();
});

withLog.run();
