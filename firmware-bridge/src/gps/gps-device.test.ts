import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../../checks/kit.ts";
import { byteSource } from "../../test/byte-source.ts";
import { gpsDevice } from "./gps-device.ts";

const test = suite("GPS device");

const FIX = "$GPRMC,101530.00,A,3113.8000,N,12128.4000,E,19.438,,150626,,,A*43\r\n";
const VOID = "$GPRMC,101531.00,V,,,,,,,150626,,,N*7C\r\n";

function device() {
  const time = new VirtualTime(0);
  const source = byteSource();
  const gps = gpsDevice({
    transport: source,
    channels: { latitude: "latitude/truck", longitude: "longitude/truck", speed: "speed/truck", track: "track/truck" },
    staleAfterMs: 5000,
    clock: time,
  });
  const qualities = async (): Promise<string[]> => (await gps.read()).map(({ quality }) => quality);
  return { time, source, gps, qualities };
}

test("gives the fix of the last second once, and then calls it stale", async () => {
  const { time, source, gps, qualities } = device();
  assert.equal(await qualities(), Array(4).fill("device-timeout"));
  source.say(FIX);
  time.advance(200);
  assert.equal(await gps.read(), [
    { channel: "latitude/truck", value: 31 + 13.8 / 60, quality: "good" },
    { channel: "longitude/truck", value: 121 + 28.4 / 60, quality: "good" },
    { channel: "speed/truck", value: (19.438 * 1852) / 3600, quality: "good" },
    { channel: "track/truck", value: null, quality: "sentinel" },
  ]);
  assert.is(gps.lastFix()?.receivedAtMonotonicMs, 0);
  assert.equal(await qualities(), Array(4).fill("stale"));
});

test("a fix that is too old is not given", async () => {
  const { time, source, qualities } = device();
  await qualities();
  source.say(FIX);
  time.advance(6000);
  assert.equal(await qualities(), Array(4).fill("device-timeout"));
});

test("a receiver without a fix gives no number, even after it had one", async () => {
  const { time, source, gps } = device();
  await gps.read();
  source.say(FIX);
  time.advance(1000);
  source.say(VOID);
  time.advance(200);
  for (const { value, quality } of await gps.read()) assert.equal([value, quality], [null, "sentinel"]);
});

test("an unplugged receiver is opened again by the next read", async () => {
  const { time, source, qualities } = device();
  await qualities();
  source.unplug();
  time.advance(10_000);
  assert.equal(await qualities(), Array(4).fill("device-timeout"));
  assert.ok(source.isOpen);
  source.say(FIX);
  time.advance(200);
  assert.equal(await qualities(), ["good", "good", "good", "sentinel"]);
});

test("a link that was silent for half a minute is made anew", async () => {
  const { time, source, gps } = device();
  await gps.read();
  time.advance(29_000);
  await gps.read();
  assert.ok(source.isOpen);
  time.advance(2000);
  await gps.read();
  assert.not(source.isOpen);
  await gps.read();
  assert.ok(source.isOpen);
});

test.run();
