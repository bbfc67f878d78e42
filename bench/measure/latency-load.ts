// The fleet that talks while latencies are measured, in a process of its own: `URL GATEWAYS READINGS_PER_SECOND`. It says
// "ready" once all are born; a line on stdin ends it, and it says how many messages it has sent and how late it ever was.

import { createInterface } from "node:readline";
import { FleetLoad } from "@isotherm/simulators";
import { connectMqtt } from "./mqtt-client.ts";

const CHANNELS = 10;
const ASSETS_PER_GATEWAY = 10;
const TICK_MS = 10;

const [url = "", gateways = "100", readingsPerS = "20000"] = process.argv.slice(2);
const messagesPerMs = Number(readingsPerS) / CHANNELS / 1000;
const client = await connectMqtt(url);
const fleet = new FleetLoad({
  ...{ prefix: "load", gateways: Number(gateways), assetsPerGateway: ASSETS_PER_GATEWAY, channelsPerAsset: CHANNELS },
  ...{ groupId: "fleet", hostId: "host-1", maxSilenceMs: 600_000 },
  clock: { wallMs: () => performance.timeOrigin + performance.now(), monotonicMs: () => performance.now() },
  publish: (topic, payload) => void client.publish(topic, Buffer.from(payload)),
});
fleet.bear();
let sent = 0;
let lateMsMax = 0;
const startedMs = performance.now();
let lastMs = startedMs;
const timer = setInterval(() => {
  const nowMs = performance.now();
  lateMsMax = Math.max(lateMsMax, nowMs - lastMs - TICK_MS);
  lastMs = nowMs;
  const due = Math.floor((nowMs - startedMs) * messagesPerMs);
  for (; sent < due; sent++) {
    const wobble = (sent % 7) / 10;
    fleet.send(sent % fleet.assetIds.length, (channel) => 4 + channel / 10 + wobble);
  }
}, TICK_MS);
console.log("ready");
const asked = createInterface({ input: process.stdin });
// A bench that was killed asks no more: without this its load would go on for ever, into a queue that nobody empties.
asked.once("close", () => process.exit(1));
asked.once("line", () => {
  clearInterval(timer);
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage();
  const cpuS = (user + system) / 1e6;
  console.log(JSON.stringify({ readings: sent * CHANNELS, seconds, lateMsMax: Math.round(lateMsMax), cpuS }));
  process.exit(0);
});
