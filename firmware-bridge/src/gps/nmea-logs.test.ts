// Logs of real receivers, against gpsd's own decode of the same bytes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assert, needs, suite, testDataDir } from "../../../checks/kit.ts";
import type { Fix } from "./fix.ts";
import { nmeaDecoder } from "./nmea-decoder.ts";

const test = suite("NMEA logs of real receivers", { skip: needs({ testData: true }) });

interface Tpv {
  readonly mode: number;
  readonly time?: string;
  readonly lat: number;
  readonly lon: number;
}

const TOLERANCE_DEG = 5e-6;

/** Decodes a log in pieces of the given size. */
function fixesOf(log: string, pieceBytes: number): Fix[] {
  const bytes = readFileSync(join(testDataDir(), "nmea", `${log}.log`));
  const decoder = nmeaDecoder({ earliestUtcMs: 0 });
  const fixes: Fix[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    decoder.push(bytes.subarray(at, at + pieceBytes));
    fixes.push(...decoder.take());
  }
  decoder.flush();
  return [...fixes, ...decoder.take()];
}

/** gpsd's last word on each instant, and the positions that it gave without a time. */
function gpsdFixes(log: string): { timed: Map<string, Tpv>; untimed: Tpv[] } {
  const lines = readFileSync(join(testDataDir(), "nmea", `${log}.log.chk`), "latin1").split("\n");
  const objects = lines.filter((line) => line.startsWith('{"class":"TPV"')).map((line) => JSON.parse(line) as Tpv);
  const timed = new Map<string, Tpv>();
  const untimed: Tpv[] = [];
  for (const tpv of objects.filter(({ mode }) => mode >= 2)) {
    if (tpv.time === undefined) untimed.push(tpv);
    else timed.set(tpv.time.slice(11, 23), tpv);
  }
  return { timed, untimed };
}

function isAt(fix: Fix, { lat, lon }: Tpv): boolean {
  if (fix.latDeg === null || fix.lonDeg === null) return false;
  return Math.abs(fix.latDeg - lat) < TOLERANCE_DEG && Math.abs(fix.lonDeg - lon) < TOLERANCE_DEG;
}

/**
 * `shownByUsAlone` are fixes that gpsd reports without a time, its date being unknown yet, or not at all, because the
 * log was cut before the sentence at which gpsd reports.
 */
const LOGS = [
  { log: "bt451", timed: 12, shownByUsAlone: ["15:25:04.500", "15:25:08.500", "14:33:08.500"] },
  { log: "quectel-eg25-g", timed: 23, shownByUsAlone: [] },
  { log: "beidou-bd", timed: 4, shownByUsAlone: ["07:41:55.799"] },
  { log: "nmea-fuzzy-cases", timed: 14, shownByUsAlone: [] },
  { log: "gp-320fw-2019-04-07-coldboot", timed: 1, shownByUsAlone: ["00:03:43.030"] },
];

for (const { log, timed, shownByUsAlone } of LOGS) {
  test(`${log}: every fix of gpsd comes out with its position, time of day and mode, and no others`, () => {
    const fixes = fixesOf(log, 4096).filter(({ mode }) => mode >= 2);
    const gpsd = gpsdFixes(log);
    assert.is(gpsd.timed.size, timed);
    for (const [timeOfDay, tpv] of gpsd.timed) {
      const own = fixes.filter((fix) => fix.timeOfDay === timeOfDay);
      assert.is(own.length, 1, `${timeOfDay} came out ${own.length} times`);
      assert.ok(isAt(own[0] as Fix, tpv), `${timeOfDay} is at ${own[0]?.latDeg}, ${own[0]?.lonDeg}`);
      assert.is(own[0]?.mode, tpv.mode, `${timeOfDay} has another mode`);
    }
    for (const tpv of gpsd.untimed) assert.ok(fixes.some((fix) => isAt(fix, tpv)));
    const others = fixes.map(({ timeOfDay }) => timeOfDay).filter((time) => !gpsd.timed.has(time ?? ""));
    assert.equal(others, shownByUsAlone);
  });

  test(`${log}: byte by byte or whole, the fixes are the same`, () => {
    assert.equal(fixesOf(log, 1), fixesOf(log, 1 << 20));
  });
}

test.run();
