import { once } from "node:events";
import { connect } from "node:net";
import { VirtualTime } from "@isotherm/coldchain";
import { nmeaDecoder } from "@isotherm/firmware-bridge";
import fc from "fast-check";
import { assert, suite, until } from "../../../checks/kit.ts";
import { route } from "../physics/route.ts";
import { nmeaRound } from "./nmea-sentences.ts";
import { nmeaTcpServer } from "./nmea-tcp-server.ts";

const test = suite("simulated position receiver");

const START_MS = Date.UTC(2026, 5, 15, 23, 59, 58, 250);

test("every position and time comes out of the decoder as it went in", () => {
  const positions = fc.record({
    latDeg: fc.double({ min: -90, max: 90, noNaN: true }),
    lonDeg: fc.double({ min: -180, max: 180, noNaN: true }),
    speedMps: fc.double({ min: 0, max: 60, noNaN: true }),
    trackDeg: fc.double({ min: 0, max: 359.99, noNaN: true }),
  });
  const times = fc.integer({ min: Date.UTC(2024, 0, 1) / 10, max: Date.UTC(2079, 0, 1) / 10 }).map((one) => one * 10);
  fc.assert(
    fc.property(positions, times, (position, utcMs) => {
      fc.pre(Math.abs(position.latDeg) > 1e-6 || Math.abs(position.lonDeg) > 1e-6);
      const decoder = nmeaDecoder();
      decoder.push(new TextEncoder().encode(nmeaRound(utcMs, position)));
      decoder.flush();
      const [fix] = decoder.take();
      assert.equal([fix?.timeUtcMs, fix?.mode, decoder.counters.rejected], [utcMs, 3, 0]);
      assert.ok(Math.abs((fix?.latDeg ?? 999) - position.latDeg) < 1e-7);
      assert.ok(Math.abs((fix?.lonDeg ?? 999) - position.lonDeg) < 1e-7);
      assert.ok(Math.abs((fix?.speedMps ?? 999) - position.speedMps) < 0.001);
    }),
  );
});

test("whoever connects hears one round a second along the route, and none without a fix", async () => {
  const time = new VirtualTime(START_MS);
  const way = route({
    waypoints: [
      { latDeg: 31.2, lonDeg: 121.4 },
      { latDeg: 31.3, lonDeg: 121.4 },
    ],
    speedKmh: 36,
  });
  let isInTunnel = false;
  const server = await nmeaTcpServer({
    clock: time,
    scheduler: time,
    position: (utcMs) => (isInTunnel ? undefined : way.at(utcMs - START_MS)),
  });
  const socket = connect(server.port, server.host);
  await once(socket, "connect");
  const decoder = nmeaDecoder();
  socket.on("data", (bytes: Buffer) => decoder.push(bytes));
  const hear = async (): Promise<ReturnType<typeof decoder.take>[number] | undefined> => {
    const before = decoder.counters.sentences;
    // The server learns of the connection in a turn of its own, so the first seconds may pass unheard.
    await until(() => {
      time.advance(1000);
      return decoder.counters.sentences >= before + 3;
    });
    decoder.flush();
    return decoder.take().at(-1);
  };
  const first = await hear();
  assert.is(first?.mode, 3);
  const expected = way.at((first?.timeUtcMs ?? 0) - START_MS);
  assert.ok(Math.abs((first?.latDeg ?? 0) - expected.latDeg) < 1e-7);
  assert.is(first?.trackDeg, 0);
  isInTunnel = true;
  await hear();
  const inside = await hear();
  assert.equal([inside?.mode, inside?.latDeg, inside?.quality], [1, null, "sentinel"]);
  socket.destroy();
  await server.close();
});

test.run();
