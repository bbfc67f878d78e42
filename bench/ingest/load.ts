// The load generator, a process of its own: packets made beforehand go out over a bare socket at an even pace.
//
// Says on its standard output `ready`, and after a line on its input `begun`, `warm` (what follows is measured) and
// `sent <readings measured>`.

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { deviceTopic } from "@isotherm/coldchain";
import {
  assetBirth,
  ASSETS,
  CHANNELS_PER_ASSET,
  dataPayload,
  gatewayIdOf,
  GROUP,
  jsonPayload,
  openingPackets,
  publishPacket,
} from "./fleet.ts";

/** Short, so that messages come a few at a time, as from many gateways, and not in bursts that are cheap to read. */
const TICK_MS = 1;
const [, , portText, payloadKind, rateText, warmText, secondsText] = process.argv;
const readingsPerS = Number(rateText);
const [warmS, seconds] = [Number(warmText), Number(secondsText)];
const messagesPerS = readingsPerS / CHANNELS_PER_ASSET;
/** Between two records of one asset. */
const stepMs = (1000 * ASSETS) / messagesPerS;
const zeroUtcMs = Date.now();

function messagePacket(message: number): Buffer {
  const asset = message % ASSETS;
  const number = Math.floor(message / ASSETS) + 1;
  if (payloadKind === "json") return publishPacket(`fleet/${asset}`, jsonPayload(asset, number, zeroUtcMs, stepMs));
  const topic = deviceTopic(GROUP, "DDATA", gatewayIdOf(asset), births[asset]?.assetId ?? "");
  return publishPacket(topic, dataPayload(births[asset] as (typeof births)[number], asset, number, stepMs));
}

const births = Array.from({ length: ASSETS }, (_, asset) => assetBirth(asset));
const perTick = Math.max(1, Math.round((messagesPerS * TICK_MS) / 1000));
const ticks = Math.round(((warmS + seconds) * 1000) / TICK_MS);
const warmTicks = Math.round((warmS * 1000) / TICK_MS);
const packets = Array.from({ length: ticks }, (_, tick) =>
  Buffer.concat(Array.from({ length: perTick }, (_unused, at) => messagePacket(tick * perTick + at))),
);
console.log("ready");
await once(process.stdin, "data");

const socket = connect(Number(portText), "127.0.0.1");
socket.setNoDelay(true);
await once(socket, "connect");
socket.on("data", () => undefined);
const clientId = Buffer.from(`load-${process.pid}`);
socket.write(
  Buffer.from([0x10, 12 + clientId.length, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, clientId.length, ...clientId]),
);
const filter = Buffer.from(`spBv1.0/${GROUP}/DCMD/#`);
socket.write(Buffer.from([0x82, 5 + filter.length, 0, 1, 0, filter.length, ...filter, 0]));
await pause(200);
if (payloadKind !== "json") {
  // Records are sampled as they are sent: live.
  socket.write(openingPackets(Date.now() + 2000));
  await pause(2000);
}
console.log("begun");
const startedAtMs = performance.now();
for (let tick = 0; tick < ticks;) {
  const due = Math.min(ticks, Math.floor((performance.now() - startedAtMs) / TICK_MS) + 1);
  for (; tick < due; tick++) {
    if (tick === warmTicks) console.log("warm");
    socket.write(packets[tick] as Buffer);
  }
  if (tick < ticks) await pause(TICK_MS);
}
while (socket.writableLength > 0) await pause(1);
const lateMs = performance.now() - startedAtMs - (warmS + seconds) * 1000;
console.log(
  `sent ${(ticks - warmTicks) * perTick * CHANNELS_PER_ASSET} ${ticks * perTick * CHANNELS_PER_ASSET} ${Math.round(lateMs)}`,
);
await once(process.stdin, "end");
socket.destroy();
