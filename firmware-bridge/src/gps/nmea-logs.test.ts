// Logs of real receivers, against gpsd's own decode of the same bytes.

import { readdirSync, readFileSync } from "node:fs";
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

const DAY_MS = 86_400_000;
const ROUND_MAX_MS = 5000;

function sinceMidnightMs(fix: Fix | undefined): number {
  return Date.parse(`1970-01-01T${fix?.timeOfDay ?? ""}Z`);
}

/**
 * The rules by which a fix may be shown that gpsd does not report at its time. `undated`: gpsd gives the same position
 * and mode without a time, for it knows no date yet. `cut`: the log breaks off within the receiver's round, before the
 * sentence at which gpsd reports.
 */
const RULES: Readonly<Record<string, (fix: Fix, next: Fix | undefined, gpsdUntimed: readonly Tpv[]) => boolean>> = {
  undated: (fix, _next, gpsdUntimed) => gpsdUntimed.some((tpv) => isAt(fix, tpv) && tpv.mode === fix.mode),
  cut: (fix, next) => {
    const stepMs = (sinceMidnightMs(next) - sinceMidnightMs(fix) + DAY_MS) % DAY_MS;
    return !(stepMs <= ROUND_MAX_MS);
  },
};

interface KnownLog {
  readonly log: string;
  /** Instants at which gpsd reports a fix with its time. */
  readonly timed: number;
  readonly shownByUsAlone: Readonly<Record<string, number>>;
}

const LOGS: readonly KnownLog[] = [
  { log: "bt451", timed: 12, shownByUsAlone: { undated: 1, cut: 2 } },
  { log: "quectel-eg25-g", timed: 23, shownByUsAlone: {} },
  { log: "beidou-bd", timed: 4, shownByUsAlone: { undated: 1 } },
  { log: "nmea-fuzzy-cases", timed: 14, shownByUsAlone: {} },
  { log: "gp-320fw-2019-04-07-coldboot", timed: 1, shownByUsAlone: { undated: 1 } },
];

test("every log of the test data is among those tried here", () => {
  const present = readdirSync(join(testDataDir(), "nmea")).filter((file) => file.endsWith(".log"));
  assert.equal(present.sort(), LOGS.map(({ log }) => `${log}.log`).sort());
});

for (const { log, timed, shownByUsAlone } of LOGS) {
  test(`${log}: every fix of gpsd comes out with its position, time of day and mode, and no others`, () => {
    const all = fixesOf(log, 2048);
    const fixes = all.filter(({ mode }) => mode >= 2);
    const gpsd = gpsdFixes(log);
    assert.is(gpsd.timed.size, timed);
    for (const [timeOfDay, tpv] of gpsd.timed) {
      const own = fixes.filter((fix) => fix.timeOfDay === timeOfDay);
      assert.is(own.length, 1, `${timeOfDay} came out ${own.length} times`);
      assert.ok(isAt(own[0] as Fix, tpv), `${timeOfDay} is at ${own[0]?.latDeg}, ${own[0]?.lonDeg}`);
      assert.equal([own[0]?.mode, own[0]?.quality], [tpv.mode, "good"], timeOfDay);
    }
    for (const tpv of gpsd.untimed) assert.ok(fixes.some((fix) => isAt(fix, tpv)));
    const counts: Record<string, number> = {};
    for (const fix of fixes.filter(({ timeOfDay }) => !gpsd.timed.has(timeOfDay ?? ""))) {
      const next = all[all.indexOf(fix) + 1];
      const rule = Object.keys(RULES).find((name) => RULES[name]?.(fix, next, gpsd.untimed)) ?? "none";
      counts[rule] = (counts[rule] ?? 0) + 1;
    }
    assert.equal(counts, shownByUsAlone);
  });

  test(`${log}: byte by byte or in large pieces, the fixes are the same`, () => {
    assert.equal(fixesOf(log, 1), fixesOf(log, 4096));
  });
}

test.run();
