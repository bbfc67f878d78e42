import fc from "fast-check";
import { assert, seed, suite } from "../../../checks/kit.ts";
import type { Track } from "./reading-store.ts";
import { thinTrack } from "./track.ts";

function trackOf(points: readonly (readonly [atMs: number, latitude: number, longitude: number])[]): Track {
  return {
    length: points.length,
    atMs: Float64Array.from(points, ([atMs]) => atMs),
    latitude: Float64Array.from(points, ([, latitude]) => latitude),
    longitude: Float64Array.from(points, ([, , longitude]) => longitude),
  };
}

const test = suite("thinning a track");

test("first and last stay, no more than asked for remain, and each is one of the originals in order", () => {
  const point = fc.tuple(
    fc.integer({ min: 0, max: 1e9 }),
    fc.double({ min: -90, max: 90, noNaN: true }),
    fc.double({ min: -180, max: 180, noNaN: true }),
  );
  const points = fc.array(point, { minLength: 1, maxLength: 300 });
  const holds = (drawn: [number, number, number][], pointsMax: number): void => {
    const ordered = drawn.sort(([a], [b]) => a - b);
    const thin = thinTrack(trackOf(ordered), pointsMax);
    assert.ok(thin.length <= pointsMax && thin.length >= Math.min(2, drawn.length));
    const text = (at: number): string => `${thin.atMs[at]} ${thin.latitude[at]} ${thin.longitude[at]}`;
    assert.is(text(0), ordered[0]?.join(" "));
    assert.is(text(thin.length - 1), ordered.at(-1)?.join(" "));
    let from = 0;
    for (let at = 0; at < thin.length; at += 1) {
      from = ordered.findIndex((each, index) => index >= from && each.join(" ") === text(at)) + 1;
      assert.ok(from > 0, `point ${at} is not an original`);
    }
  };
  fc.assert(fc.property(points, fc.integer({ min: 2, max: 50 }), holds), { seed: seed() });
});

test("a night at a dock does not use up the points of the drive", () => {
  const night = Array.from({ length: 5_000 }, (_, at) => [at * 10_000, 31, 121] as const);
  const drive = Array.from({ length: 500 }, (_, at) => [50_000_000 + at * 10_000, 31 + at / 100, 121] as const);
  const thin = thinTrack(trackOf([...night, ...drive]), 100);
  const driving = thin.atMs.filter((atMs) => atMs >= 50_000_000).length;
  assert.ok(driving >= 45 && driving <= 65, `${driving} of 100 points are of the drive`);
});

test("a step over the antimeridian is a short one", () => {
  const points = Array.from({ length: 101 }, (_, at) => [at, 0, at < 50 ? 179.5 + at / 100 : -180 + (at - 50) / 100]);
  const thin = thinTrack(trackOf(points as [number, number, number][]), 11);
  assert.ok(thin.length >= 10, `only ${thin.length} of 11 points: the crossing took the others' share`);
});

test.run();
