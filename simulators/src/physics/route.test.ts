import fc from "fast-check";
import { assert, suite } from "../../../checks/kit.ts";
import { distanceM, route } from "./route.ts";

const test = suite("route");

const HONGQIAO = { latDeg: 31.1979, lonDeg: 121.3363 };
const SUZHOU = { latDeg: 31.2989, lonDeg: 120.5853 };

test("a degree along the equator or a meridian is 111.195 km on the mean sphere", () => {
  assert.ok(Math.abs(distanceM({ latDeg: 0, lonDeg: 0 }, { latDeg: 0, lonDeg: 1 }) - 111_195) < 1);
  assert.ok(Math.abs(distanceM({ latDeg: 31, lonDeg: 121 }, { latDeg: 32, lonDeg: 121 }) - 111_195) < 1);
});

test("stands at its stops, drives at its speed, and stays at the end", () => {
  const way = route({ waypoints: [{ ...HONGQIAO, stopMin: 2 }, SUZHOU], speedKmh: 72 });
  assert.equal(way.at(60_000), { ...HONGQIAO, speedMps: 0, trackDeg: way.at(0).trackDeg });
  const [before, after] = [way.at(300_000), way.at(310_000)];
  assert.ok(Math.abs(distanceM(before, after) - 200) < 1, "ten seconds at 72 km/h are 200 m");
  assert.is(before.speedMps, 20);
  assert.ok(before.trackDeg > 270 && before.trackDeg < 300, `west and a little north, not ${before.trackDeg}`);
  assert.equal([way.at(way.durationMs + 1).latDeg, way.at(1e12).speedMps], [SUZHOU.latDeg, 0]);
});

test("going back or round never leaps", () => {
  const shape = fc.record({
    points: fc.array(
      fc.record({
        latDeg: fc.double({ min: 30, max: 31, noNaN: true }),
        lonDeg: fc.double({ min: 120, max: 121, noNaN: true }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    atEnd: fc.constantFrom<"stay" | "back" | "round">("stay", "back", "round"),
    startMs: fc.nat(100_000_000),
  });
  fc.assert(
    fc.property(shape, ({ points, atEnd, startMs }) => {
      const way = route({ waypoints: points, speedKmh: 90, atEnd });
      // 25 m/s for one second, with a percent for the straight line between the ends of a leg.
      assert.ok(distanceM(way.at(startMs), way.at(startMs + 1000)) <= 25.3);
    }),
  );
});

test("a route without a waypoint or a speed is refused", () => {
  assert.throws(() => route({ waypoints: [], speedKmh: 50 }), "waypoint");
  assert.throws(() => route({ waypoints: [HONGQIAO], speedKmh: 0 }), "speed");
});

test.run();
