// file-deadline-s: 300
// Real input through the whole chain: a pymodbus slave on one pty, a real receiver's log on another, one gateway, our
// broker, ingest, and each home of readings. What went in comes out, with its value, time and position, and exactly
// the two excursions of the table are found.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { open, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ReadingColumns } from "@isotherm/ingest/store";
import { assert, needs, suite, tempDir, testDataDir, until } from "../../checks/kit.ts";
import { ptyPair, type PtyPair } from "../../checks/pty-pair.ts";
import { startInfluxd } from "../../checks/influxd.ts";
import { HOST_ID } from "../src/installation/configs.ts";
import { TENANT, chainFacts, startStand, type Stand } from "./stand.ts";

const skip = needs({
  commands: ["socat", "influxd", "mosquitto_sub"],
  pythonModules: ["pymodbus", "serial_asyncio"],
  testData: true,
});
const test = suite("real input through the chain", skip === undefined ? {} : { skip });

const SAMPLE_EVERY_MS = 500;
const ASSET = "truck-1";

/** Raw registers, tenths: in range, a first excursion with a dip inside the deadband, in range, a second, in range. */
const TEMPERATURES = [
  ...[50, 52, 55, 61, 68, 74, 80], // 8.0 is on the limit, which is not outside it
  ...[81, 86, 93, 97, 88, 79, 83, 90], // 7.9 is back inside, but not by the deadband
  ...[77, 70, 62, 55, 49, 44, 41, 38], // 7.7 ends it
  ...[45, 58, 72, 84, 91, 95, 89],
  ...[75, 63, 54, 50, 50],
];
const HUMIDITIES = TEMPERATURES.map((_, at) => 500 + at * 3);
const EXCURSIONS = [
  { firstRow: 7, endRow: 15, peak: 9.7 },
  { firstRow: 26, endRow: 30, peak: 9.5 },
];

interface Served {
  readonly atMs: number;
  readonly row: readonly [number, number];
}

async function pymodbus(pty: PtyPair, folder: string): Promise<{ process: ChildProcess; served: () => Served[] }> {
  const table = join(folder, "table.json");
  const servedFile = join(folder, "served.jsonl");
  writeFileSync(table, JSON.stringify(TEMPERATURES.map((temperature, at) => [temperature, HUMIDITIES[at]])));
  writeFileSync(servedFile, "");
  const script = fileURLToPath(new URL("walking_rtu_server.py", import.meta.url));
  const child = spawn("/usr/bin/python3", [script, pty.far, "9600", table, servedFile], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(createInterface({ input: child.stdout }), "line");
  const served = (): Served[] =>
    readFileSync(servedFile, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Served);
  return { process: child, served };
}

/** Plays a receiver's log, one epoch (from one RMC to the next) a sampling period. */
async function playLog(path: string, far: string): Promise<void> {
  const port = await open(far, "w");
  let epoch = "";
  const flush = async (): Promise<void> => {
    if (epoch !== "") await port.write(epoch);
    epoch = "";
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
  };
  for await (const line of createInterface({ input: createReadStream(path, "latin1") })) {
    if (line.startsWith("#")) continue;
    if (/^\$..RMC/.test(line)) await flush();
    epoch += `${line}\r\n`;
  }
  await flush();
  await port.close();
}

interface Tpv {
  readonly class: string;
  readonly mode: number;
  readonly lat?: number;
  readonly lon?: number;
}

/** The positions that gpsd's own decode reports, each once where it repeats. */
function gpsdPositions(path: string): (readonly [number, number])[] {
  const positions = readFileSync(path, "latin1")
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Tpv)
    .filter((tpv) => tpv.class === "TPV" && tpv.mode >= 2 && tpv.lat !== undefined && tpv.lon !== undefined)
    .map(({ lat, lon }) => [lat as number, lon as number] as const);
  return withoutRepeats(positions);
}

/** The last valid RMC of a log. gpsd waits for an epoch's end, which a log may cut off: then this one is not in its decode. */
function lastRmcPosition(path: string): readonly [number, number] {
  const fields = readFileSync(path, "latin1")
    .split("\n")
    .map((line) => line.split(","))
    .findLast(([name, , status]) => name?.endsWith("RMC") === true && status === "A");
  const degrees = (text: string | undefined, digits: number): number =>
    Number(text?.slice(0, digits)) + Number(text?.slice(digits)) / 60;
  return [degrees(fields?.[3], 2), degrees(fields?.[5], 3)];
}

function withoutRepeats(positions: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return positions.filter((position, at) => {
    const before = positions[at - 1];
    return before === undefined || !isNear(before, position);
  });
}

const isNear = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  Math.abs(a[0] - b[0]) < 5e-6 && Math.abs(a[1] - b[1]) < 5e-6;

function gatewayConfig(modbusPath: string, gpsPath: string): Record<string, unknown> {
  return {
    buses: [
      { busId: "climate", kind: "modbus-rtu", path: modbusPath, baudRate: 9600, responseTimeoutMs: 400 },
      { busId: "gps", kind: "nmea-serial", path: gpsPath, baudRate: 9600 },
    ],
    assets: [
      {
        assetId: ASSET,
        sampleEveryMs: SAMPLE_EVERY_MS,
        devices: [
          {
            bus: "climate",
            unit: 1,
            profile: "sht20-transmitter",
            points: {
              temperature: { channel: "temperature/load", role: "product", unit: "Cel", resolution: 0.1 },
              humidity: { channel: "humidity/load", role: "ambient", unit: "%", resolution: 0.1 },
            },
          },
          {
            bus: "gps",
            profile: "gps-nmea",
            sampleEveryMs: SAMPLE_EVERY_MS / 2,
            points: {
              latitude: { channel: "latitude/gps", role: "position", unit: "deg" },
              longitude: { channel: "longitude/gps", role: "position", unit: "deg" },
            },
          },
        ],
      },
    ],
  };
}

async function good(stand: Stand, channel: string): Promise<ReadingColumns> {
  const series = { tenantId: TENANT, assetId: ASSET, channel };
  const all = await stand.readings.readings({ series, fromMs: 0, toMs: 9e12 });
  const keep = Array.from({ length: all.length }, (_, at) => at).filter((at) => all.quality[at] === 0);
  return {
    ...all,
    length: keep.length,
    atMs: Float64Array.from(keep, (at) => all.atMs[at] as number),
    value: Float64Array.from(keep, (at) => all.value[at] as number),
  };
}

/** Every reading that went in came out: in order, exactly, at the time at which it was asked for. */
async function checkReadings(stand: Stand, served: readonly Served[]): Promise<ReadingColumns> {
  const temperatures = await good(stand, "temperature/load");
  const humidities = await good(stand, "humidity/load");
  const rows = served.slice(0, temperatures.length);
  assert.ok(temperatures.length >= TEMPERATURES.length, "the whole table was read");
  assert.equal(
    [...temperatures.value],
    rows.map(({ row }) => row[0] / 10),
  );
  assert.equal(
    [...humidities.value],
    rows.map(({ row }) => row[1] / 10),
  );
  rows.forEach(({ atMs }, at) => {
    const awayMs = Math.abs((temperatures.atMs[at] as number) - atMs);
    assert.ok(awayMs < SAMPLE_EVERY_MS, `reading ${at} stands ${awayMs} ms away from when it was served`);
  });
  return temperatures;
}

function checkExcursions(stand: Stand, temperatures: ReadingColumns): void {
  const found = stand.state.excursions({ tenantId: TENANT, limit: 100 }).toSorted((a, b) => a.startMs - b.startMs);
  assert.equal(
    found.map(({ channel, side, startMs, endMs, peak }) => ({ channel, side, startMs, endMs, peak })),
    EXCURSIONS.map(({ firstRow, endRow, peak }) => ({
      channel: "temperature/load",
      side: "high",
      startMs: temperatures.atMs[firstRow],
      endMs: temperatures.atMs[endRow],
      peak,
    })),
  );
}

async function checkPositions(stand: Stand, expected: readonly (readonly [number, number])[]): Promise<void> {
  const track = await stand.readings.track({
    tenantId: TENANT,
    assetId: ASSET,
    fromMs: 0,
    toMs: 9e12,
    pointsMax: 10_000,
  });
  const stored = Array.from(
    { length: track.length },
    (_, at) => [track.latitude[at] as number, track.longitude[at] as number] as const,
  );
  const distinct = withoutRepeats(stored);
  assert.is(distinct.length, expected.length, `positions stored ${JSON.stringify(distinct)}`);
  distinct.forEach((position, at) =>
    assert.ok(isNear(position, expected[at] as readonly [number, number]), `position ${at}`),
  );
}

async function mosquittoSub(stand: Stand, user: string): Promise<{ topics: string[]; code: number | null }> {
  const password = readFileSync(stand.installation.paths.secret(user), "utf8").trim();
  const port = String(stand.installation.ports.broker);
  const args = ["-p", port, "-u", user, "-P", password, "-t", "spBv1.0/#", "-F", "%t", "-W", "4", "-i", `look-${user}`];
  const child = spawn("mosquitto_sub", args, { stdio: ["ignore", "pipe", "ignore"] });
  const topics: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => topics.push(line));
  const [code] = (await once(child, "close")) as [number | null];
  return { topics, code };
}

/** A host's rights see births and data, another gateway's rights see nothing. */
async function checkRights(stand: Stand): Promise<void> {
  const host = mosquittoSub(stand, HOST_ID);
  const stranger = mosquittoSub(stand, "gw-other");
  // A gateway that starts again is born again while the host listens.
  const agent = [...stand.installation.agents.values()][0];
  agent?.kill();
  await until(() => agent?.isRunning === false, { what: "the agent's end" });
  await agent?.start();
  const seen = new Set((await host).topics.map((topic) => topic.split("/")[2]));
  for (const type of ["NBIRTH", "DBIRTH", "DDATA"]) assert.ok(seen.has(type), `the host saw ${[...seen].join(" ")}`);
  assert.equal((await stranger).topics, []);
}

async function runChain(influx?: { url: string; database: string }): Promise<void> {
  const folder = await tempDir();
  const nmea = join(testDataDir(), "nmea", "bt451.log");
  await Promise.all(["climate", "gps"].map((name) => mkdir(join(folder, name), { recursive: true })));
  const [climate, gps] = [await ptyPair(join(folder, "climate")), await ptyPair(join(folder, "gps"))];
  const slave = await pymodbus(climate, folder);
  const stand = await startStand({
    folder: join(folder, "installation"),
    gateways: { "gw-1": gatewayConfig(climate.near, gps.near) },
    strangers: ["gw-other"],
    facts: chainFacts([ASSET]),
    ...(influx === undefined ? {} : { influx }),
  });
  try {
    await playLog(nmea, gps.far);
    await until(async () => (await good(stand, "temperature/load")).length >= TEMPERATURES.length, {
      what: "the whole table to be stored",
      deadlineMs: 60_000,
    });
    const lastEndMs = async (): Promise<boolean> =>
      stand.state.excursions({ tenantId: TENANT, limit: 10 }).filter(({ endMs }) => endMs !== null).length >= 2;
    await until(lastEndMs, { what: "both excursions to end", deadlineMs: 10_000 });
    const temperatures = await checkReadings(stand, slave.served());
    checkExcursions(stand, temperatures);
    await checkPositions(stand, withoutRepeats([...gpsdPositions(`${nmea}.chk`), lastRmcPosition(nmea)]));
    await checkRights(stand);
  } finally {
    await stand.close();
    slave.process.kill("SIGKILL");
    await climate.close();
    await gps.close();
  }
}

test(
  "every reading comes out of SQLite with the value, time and position that went in, and two excursions are found",
  () => runChain(),
  { deadlineMs: 120_000 },
);

test(
  "every reading comes out of InfluxDB with the value, time and position that went in, and two excursions are found",
  async () => {
    const influxd = await startInfluxd();
    await runChain({ url: influxd.url, database: "chain" });
    await influxd.close();
  },
  { deadlineMs: 120_000 },
);

test.run();
