// Serial ports that come and go, on ptys made by socat.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { assert, needs, suite, tempDir, testDataDir, until } from "../../../checks/kit.ts";
import { ptyPair } from "../../../checks/pty-pair.ts";
import type { PtyPair } from "../../../checks/pty-pair.ts";
import { realTime } from "../../test/real-time.ts";
import { gpsDevice } from "../gps/gps-device.ts";
import { serialTransport } from "./serial-transport.ts";
import { TransportError } from "./transport.ts";

const test = suite("serial transport", { skip: needs({ commands: ["socat"] }) });

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

test("unplugged and plugged in again 20 times, it carries bytes each time and leaks no file", async () => {
  const folder = await tempDir();
  const transport = serialTransport({ path: join(folder, "near"), baudRate: 9600 });
  const heard: number[] = [];
  transport.onBytes((bytes) => heard.push(...bytes));
  let filesBefore = 0;
  for (let round = 0; round < 20; round += 1) {
    const pair = await ptyPair(folder);
    const far = serialTransport({ path: pair.far, baudRate: 9600 });
    await transport.open();
    await far.open();
    await far.write(Uint8Array.from([round]));
    await until(() => heard.length === round + 1);
    await pair.close();
    // Half of the time we notice by reading, half of the time a write runs into it.
    if (round % 2 === 0) await transport.write(Uint8Array.from([1])).catch(() => undefined);
    await until(() => !transport.isOpen && !far.isOpen);
    if (round === 4) filesBefore = openFiles();
  }
  assert.equal(
    heard,
    Array.from({ length: 20 }, (_, round) => round),
  );
  await until(() => openFiles() <= filesBefore + 2, { what: "the closed ports to give back their files" });
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
