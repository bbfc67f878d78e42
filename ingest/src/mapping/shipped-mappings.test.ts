import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { qualityOf } from "@isotherm/coldchain";
import { assert, suite } from "../../../checks/kit.ts";
import { DEFAULT_BOUNDS } from "../bounds.ts";
import { ForeignDoors } from "../foreign/foreign-doors.ts";
import { readJsonMessage } from "../json/json-message.ts";
import { readMapping } from "./mapping-file.ts";
import type { Mapping } from "./mapping-rules.ts";

const test = suite("shipped mappings");
const FOLDER = join(import.meta.dirname, "../../mappings");
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

function shipped(name: string): Mapping {
  const read = readMapping(readFileSync(join(FOLDER, `${name}.yaml`), "utf8"), name);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems, null, 2));
  return read.mapping;
}

/** What a message becomes: gateway, then asset, channel, time, value, unit and quality of each reading. */
function told(mapping: string, topic: string, message: unknown, isRetained = false): unknown {
  const found = new ForeignDoors([shipped(mapping)]).topic(topic);
  if (found === undefined) return "no rule";
  const payload = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
  const limits = { messageBytesMax: DEFAULT_BOUNDS.foreignMessageBytesMax, messageReadingsMax: 100 };
  const given = { topic, payload, receivedAtMs: NOW, isRetained };
  const report = readJsonMessage(found.rule, found.captures, "tenant1", given, limits);
  if (report === "untimed-retained") return report;
  const readings = report.readings.map(({ assetId, declared, atMs, isTimed, value, quality }) => {
    const at = isTimed ? new Date(atMs).toISOString() : "received";
    return [assetId, declared.channel, at, value, declared.unit, qualityOf(quality)].join(" ");
  });
  return [report.source.gatewayKey, ...readings, ...report.rejects.map(({ reason }) => reason)];
}

test("every one can be used, and is named like its file", () => {
  const names = readdirSync(FOLDER).map((file) => file.replace(/\.yaml$/, ""));
  assert.ok(names.length >= 4);
  for (const name of names) assert.is(shipped(name).name, name);
});

test("Zigbee2MQTT: a sensor's whole state becomes its readings at last_seen", () => {
  const message = {
    battery: 91,
    humidity: 44.72,
    last_seen: "2026-01-02T03:04:01+00:00",
    linkquality: 105,
    pressure: 1013,
    temperature: -0.04,
    voltage: 2995,
  };
  assert.equal(told("zigbee2mqtt", "zigbee2mqtt/cold-room-2", message), [
    "~tenant1/zigbee-cold-room-2",
    "cold-room-2 temperature/sensor 2026-01-02T03:04:01.000Z -0.04 Cel good",
    "cold-room-2 humidity/sensor 2026-01-02T03:04:01.000Z 44.72 % good",
  ]);
});

test("Zigbee2MQTT: without last_seen the clock is untrusted; a retained message without it is no reading", () => {
  const message = { temperature: 5, contact: true, humidity: null };
  assert.equal(told("zigbee2mqtt", "zigbee2mqtt/0x00158d0001d82999", message), [
    "~tenant1/zigbee-0x00158d0001d82999",
    "0x00158d0001d82999 temperature/sensor received 5 Cel good",
    "0x00158d0001d82999 humidity/sensor received  % device-timeout",
    "0x00158d0001d82999 door/main received 0 1 good",
  ]);
  assert.is(told("zigbee2mqtt", "zigbee2mqtt/a", message, true), "untimed-retained");
});

test("Zigbee2MQTT: names of people's choosing become ids that never meet", () => {
  const told1 = told("zigbee2mqtt", "zigbee2mqtt/Cold Room 2", { temperature: 5 }) as string[];
  const told2 = told("zigbee2mqtt", "zigbee2mqtt/Cold-Room 2", { temperature: 5 }) as string[];
  assert.match(told1[1] ?? "", /^Cold-Room-2-[0-9a-f]{8} temperature/);
  assert.not.equal(told1, told2);
  assert.is(told("zigbee2mqtt", "zigbee2mqtt/bridge/state", { state: "online" }), "no rule");
});

test("The Things Stack: an uplink of an LHT65, its numbers as texts, its probe unplugged", () => {
  const message = {
    end_device_ids: { device_id: "lht65-07", application_ids: { application_id: "cold" }, dev_eui: "A84041B0C1823DEF" },
    correlation_ids: ["as:up:01E0WZGT6Y7657CPFPE5WEYDSQ"],
    received_at: "2026-01-02T03:04:05.217182342Z",
    uplink_message: {
      f_port: 2,
      f_cnt: 771,
      frm_payload: "y7MJTgIyAX//f/8=",
      decoded_payload: {
        BatV: 3.0,
        Ext_sensor: "Temperature Sensor",
        Hum_SHT: 56.2,
        TempC_DS: "327.67",
        TempC_SHT: "4.10",
      },
      rx_metadata: [{ gateway_ids: { gateway_id: "gtw-1" }, rssi: -35, snr: 5 }],
      settings: { data_rate: { lora: { bandwidth: 125000, spreading_factor: 7 } } },
      received_at: "2026-01-02T03:04:05.012999999Z",
    },
  };
  assert.equal(told("the-things-stack", "v3/cold@ttn/devices/lht65-07/up", message), [
    "~tenant1/lht65-07",
    "lht65-07 temperature/probe 2026-01-02T03:04:05.012Z  Cel probe-fault",
    "lht65-07 temperature/housing 2026-01-02T03:04:05.012Z 4.1 Cel good",
    "lht65-07 humidity/housing 2026-01-02T03:04:05.012Z 56.2 % good",
  ]);
});

test("Tasmota: probes of a board, one with its wire cut, one that has just come up", () => {
  const message = {
    Time: "2026-01-02T03:04:05",
    "DS18B20-1": { Id: "0119F8A5C3D1", Temperature: -127 },
    "DS18B20-2": { Id: "0119F8A5C3D2", Temperature: 85 },
    DS18B20: { Id: "0119F8A5C3D3", Temperature: 0 },
    TempUnit: "C",
  };
  assert.equal(told("tasmota-ds18b20", "tele/freezer/SENSOR", message), [
    "~tenant1/freezer",
    "freezer temperature/probe 2026-01-02T03:04:05.000Z 0 Cel good",
    "freezer temperature/probe-1 2026-01-02T03:04:05.000Z  Cel probe-fault",
    "freezer temperature/probe-2 2026-01-02T03:04:05.000Z  Cel sentinel",
  ]);
});

test.run();
