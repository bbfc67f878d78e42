// file-deadline-s: 420
// While readings flow, broker, ingest, agents and influxd are killed with SIGKILL at random moments and started again.
// Every record that a spool took is stored exactly once, every excursion and alarm exists exactly once, and acceptance
// is never ahead of the store.

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  findExcursions,
  parseProfile,
  parseRecordBytes,
  rulesFor,
  seededRandom,
  type ChainRecord,
  type Random,
  type Rule,
} from "@isotherm/coldchain";
import { readSpoolSummary } from "@isotherm/edge-agent";
import type { ReadingColumns } from "@isotherm/ingest/store";
import { assert, isLong, needs, seed, suite, tempDir, until } from "../../checks/kit.ts";
import { startInfluxd, type Influxd } from "../../checks/influxd.ts";
import { gatewayConfig } from "../src/demo/gateway-config.ts";
import { Rig } from "../src/demo/rig.ts";
import type { ScenarioGateway } from "../src/demo/scenario.ts";
import { CHAIN_PROFILE, TENANT, chainFacts, realScheduler, startStand, type Stand } from "./stand.ts";

const skip = needs({ commands: ["influxd"] });
const test = suite("the chain under SIGKILL", skip === undefined ? {} : { skip });

const KILLS = isLong() ? 200 : 20;
const GATEWAYS = ["gw-1", "gw-2"];
const SAMPLE_EVERY_MS = 250;
const CHANNEL = "temperature/load";

/** A small box whose load leaves 2-8 °C within seconds of an open door, and comes back as fast. */
function scenarioGateway(gatewayId: string, at: number): ScenarioGateway {
  return {
    gatewayId,
    asset: { assetId: `box-${at}`, kind: "compartment", title: { en: gatewayId, zh: gatewayId }, standing: [] },
    seed: 100 + at,
    box: {
      ambientC: 30,
      setPointC: 4.5,
      hysteresisC: 0.6,
      loadKg: 1,
      loadWattPerK: 900,
      airJoulePerK: 10_000,
      coolingWatt: 60_000,
      doorWattPerK: 4_000,
    },
  };
}

const systemClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Scene {
  readonly stand: Stand;
  readonly rigs: readonly Rig[];
  readonly influxd: Influxd;
  readonly random: Random;
}

async function killOne(scene: Scene): Promise<string> {
  const { stand, influxd, random } = scene;
  const { broker, ingest, agents } = stand.installation;
  const victims = [broker, ingest, ingest, ...agents.values()];
  const at = Math.floor(random() * (victims.length + 1));
  const victim = victims[at];
  const downMs = 50 + random() * 600;
  if (victim === undefined) {
    await influxd.kill();
    await rest(downMs);
    await influxd.restart();
    return "influxd";
  }
  victim.kill();
  await until(() => !victim.isRunning, { what: `the end of ${victim.name}` });
  if (victim === ingest) await checkNotAhead(scene);
  await rest(downMs);
  await victim.start();
  return victim.name;
}

/** With ingest dead, whatever its state says is accepted must be in the store already. */
async function checkNotAhead({ stand }: Scene): Promise<void> {
  const streams = stand.state.completeness(TENANT).filter(({ assetId }) => assetId.startsWith("box-"));
  const pending = pendingRecords(stand);
  for (const { assetId, accepted } of streams) {
    const series = { tenantId: TENANT, assetId, channel: CHANNEL };
    const stored = await stand.readings.readings({ series, fromMs: 0, toMs: 9e12 });
    assert.ok(
      stored.length >= accepted - pending,
      `${assetId}: ${accepted} accepted, ${stored.length} stored, ${pending} wait for an anchor`,
    );
  }
}

function pendingRecords(stand: Stand): number {
  const db = new DatabaseSync(stand.installation.paths.store("state.sqlite"), { readOnly: true });
  try {
    return Number(db.prepare("SELECT count(*) AS n FROM pending").get()?.["n"]);
  } finally {
    db.close();
  }
}

/** Doors open and close at seeded moments while the kills go on. */
function moveDoors(rigs: readonly Rig[], random: Random): () => void {
  let isOver = false;
  const step = (rig: Rig, isOpen: boolean): void => {
    if (isOver) return;
    rig.box.setDoor(isOpen);
    setTimeout(() => step(rig, !isOpen), isOpen ? 4_000 + random() * 3_000 : 5_000 + random() * 5_000).unref();
  };
  for (const rig of rigs) step(rig, false);
  return () => {
    isOver = true;
    for (const rig of rigs) rig.box.setDoor(false);
  };
}

function spoolRecords(stand: Stand, gatewayId: string): Map<string, ChainRecord[]> {
  const db = new DatabaseSync(stand.installation.paths.spool(gatewayId), { readOnly: true });
  const rows = db
    .prepare("SELECT streams.assetId AS assetId, bytes FROM records JOIN streams USING (streamId) ORDER BY number")
    .all();
  db.close();
  const records = new Map<string, ChainRecord[]>();
  for (const row of rows) {
    const list = records.get(String(row["assetId"])) ?? [];
    list.push(parseRecordBytes(row["bytes"] as Uint8Array));
    records.set(String(row["assetId"]), list);
  }
  return records;
}

async function stored(stand: Stand, assetId: string): Promise<ReadingColumns> {
  return stand.readings.readings({
    series: { tenantId: TENANT, assetId, channel: CHANNEL },
    fromMs: 0,
    toMs: 9e12,
  });
}

/** Each record once: as many rows as records, and each row the record's value, in the order of the numbers. */
async function checkExactlyOnce(stand: Stand): Promise<number> {
  let total = 0;
  for (const [at, gatewayId] of GATEWAYS.entries()) {
    const assetId = `box-${at}`;
    const records = spoolRecords(stand, gatewayId).get(assetId) ?? [];
    const rows = await stored(stand, assetId);
    assert.is(rows.length, records.length, `${assetId}: rows stored of records taken`);
    records.forEach((record, at) => {
      const taken = record.readings[0];
      const expected = {
        ordinal: record.number % 1_000_000,
        value: taken?.quality === 0 ? taken.value : null,
        quality: taken?.quality,
      };
      const quality = rows.quality[at];
      const row = { ordinal: rows.ordinal[at], value: quality === 0 ? rows.value[at] : null, quality };
      assert.equal(row, expected, `${assetId}: record ${record.number}, row ${at}`);
    });
    total += records.length;
  }
  return total;
}

function highRule(): Rule {
  const parsed = parseProfile(CHAIN_PROFILE, "chain.yaml");
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const rule = rulesFor(parsed.profile, { channel: CHANNEL, role: "product", resolution: 0.1 }).find(
    ({ side }) => side === "high",
  );
  if (rule === undefined) throw new Error("the profile has no high limit");
  return rule;
}

/** The excursions that ingest holds are those of one batch over everything stored; each with its alarm, once. */
async function checkFindings(stand: Stand): Promise<number> {
  const rule = highRule();
  let total = 0;
  for (const at of GATEWAYS.keys()) {
    const assetId = `box-${at}`;
    const rows = await stored(stand, assetId);
    const slice = { count: rows.length, atMs: rows.atMs, value: rows.value, good: rows.quality.map((q) => +(q === 0)) };
    const expected = findExcursions(rule, 0.1, slice);
    const found = stand.state
      .excursions({ tenantId: TENANT, assetId, limit: 1000 })
      .filter(({ side }) => side === "high")
      .toSorted((a, b) => a.startMs - b.startMs);
    assert.equal(
      found.map(({ startMs, endMs, peak, monitoredMs }) => ({ startMs, endMs, peak, monitoredMs })),
      expected.map(({ startMs, endMs, peak, monitoredMs }) => ({ startMs, endMs, peak, monitoredMs })),
    );
    const raised = expected.filter(({ onsetMs }) => onsetMs !== null);
    const alarms = stand.state.alarms({ tenantId: TENANT, assetId, limit: 1000 }).filter(({ side }) => side === "high");
    assert.is(new Set(alarms.map(({ alarmId }) => alarmId)).size, alarms.length, "alarm ids are unique");
    for (const excursion of raised) {
      const own = alarms.filter(({ startMs }) => startMs === excursion.startMs);
      assert.ok(own.length <= 1, `one alarm at most begins with the excursion of ${excursion.startMs}`);
    }
    assert.ok(alarms.length <= raised.length, `${alarms.length} alarms for ${raised.length} excursions`);
    const covered = raised.every(({ startMs, endMs }) =>
      alarms.some((alarm) => alarm.startMs <= (endMs ?? Infinity) && (alarm.returnedAtMs ?? Infinity) >= startMs),
    );
    assert.ok(covered, `${assetId}: every excursion that lasted has an alarm`);
    total += expected.length;
  }
  return total;
}

function outstanding(stand: Stand): number {
  let count = 0;
  for (const gatewayId of GATEWAYS) {
    const summary = readSpoolSummary(stand.installation.paths.spool(gatewayId));
    if (summary === undefined) return Number.POSITIVE_INFINITY;
    for (const { unacceptedPresent } of summary.streams) count += unacceptedPresent.size;
  }
  return count;
}

/** What a failing run must still end: last in, first out. */
const ending: (() => Promise<void>)[] = [];
test.after(async () => {
  for (const end of ending.toReversed()) await end();
});

/** Agents started once more that hardly sample: what the spools hold goes out, and nothing is added. */
async function drain(stand: Stand, rigs: readonly Rig[]): Promise<void> {
  for (const rig of rigs) {
    const { gatewayId } = rig.gateway;
    const agent = stand.installation.agents.get(gatewayId);
    agent?.kill();
    await until(() => agent?.isRunning !== true, { what: "an agent's end" });
    const config = gatewayConfig(rig.gateway, { modbus: rig.modbus.port, nmea: undefined }, 86_400_000);
    stand.installation.configureGateway(gatewayId, stand.installation.ports.broker, config);
    await agent?.start();
  }
  await until(() => outstanding(stand) === 0, { what: "the spools to be accepted", deadlineMs: 60_000 });
  await Promise.all([...stand.installation.agents.values()].map((agent) => agent.stop()));
  await Promise.all(rigs.map((rig) => rig.close()));
}

test(
  `${KILLS} kills lose nothing, double nothing, and invent nothing`,
  async () => {
    const random = seededRandom(seed());
    const folder = await tempDir();
    const influxd = await startInfluxd();
    const gateways = GATEWAYS.map(scenarioGateway);
    const rigs = await Promise.all(
      gateways.map((gateway) =>
        Rig.start(gateway, undefined, {
          clock: systemClock,
          scheduler: realScheduler,
          departedMs: Date.now(),
          timeFactor: 1,
        }),
      ),
    );
    const configs = Object.fromEntries(
      rigs.map((rig) => [
        rig.gateway.gatewayId,
        gatewayConfig(rig.gateway, { modbus: rig.modbus.port, nmea: undefined }, SAMPLE_EVERY_MS),
      ]),
    );
    const stand = await startStand({
      folder: join(folder, "installation"),
      gateways: configs,
      facts: chainFacts(gateways.map(({ asset }) => asset.assetId)),
      influx: { url: influxd.url, database: "kills" },
    });
    ending.push(
      () => influxd.close(),
      () => stand.close(),
    );
    const scene: Scene = { stand, rigs, influxd, random };
    const stopDoors = moveDoors(rigs, random);
    const killed = new Map<string, number>();
    for (let kill = 0; kill < KILLS; kill++) {
      await rest(200 + random() * 1_500);
      const name = await killOne(scene);
      killed.set(name, (killed.get(name) ?? 0) + 1);
    }
    stopDoors();
    // The last excursions end before the gateways stop, so that nothing is open when all is compared.
    await until(() => rigs.every(({ box }) => box.state.productC < 7), {
      what: "the boxes to cool",
      deadlineMs: 60_000,
    });
    await rest(3_000);
    await drain(stand, rigs);
    const records = await checkExactlyOnce(stand);
    const excursions = await checkFindings(stand);
    const list = [...killed].map(([name, count]) => `${name} ${count}`).join(", ");
    console.log(`kills: ${list}; ${records} records, ${excursions} excursions`);
  },
  { deadlineMs: isLong() ? 1_500_000 : 300_000 },
);

test.run();
