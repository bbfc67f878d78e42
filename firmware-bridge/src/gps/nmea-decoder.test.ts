import { seededRandom } from "@isotherm/coldchain";
import { assert, isLong, seed, suite } from "../../../checks/kit.ts";
import type { Fix, FixFlaw } from "./fix.ts";
import { nmeaDecoder } from "./nmea-decoder.ts";

const test = suite("NMEA decoder");

function sentence(body: string): string {
  let sum = 0;
  for (const character of body) sum ^= character.charCodeAt(0);
  return `$${body}*${sum.toString(16).padStart(2, "0")}\r\n`;
}

function decoded(...bodies: string[]): Fix[] {
  return decodedText(bodies.map(sentence).join(""));
}

function decodedText(text: string): Fix[] {
  const decoder = nmeaDecoder();
  decoder.push(new TextEncoder().encode(text));
  decoder.flush();
  return decoder.take();
}

const RMC = "GPRMC,101530.25,A,3113.8000,N,12128.4000,E,19.438,084.5,150626,,,A";
const GGA = "GPGGA,101530.25,3113.8000,N,12128.4000,E,1,09,0.9,12.5,M,8.0,M,,";

test("joins the sentences of one instant, from whichever talker", () => {
  const [fix, ...others] = decoded(
    RMC,
    GGA,
    "GNGSA,A,3,01,02,03,04,,,,,,,,,1.5,0.9,1.2",
    "BDVTG,084.5,T,,M,19.438,N,36.0,K,A",
  );
  assert.equal(others, []);
  assert.equal(fix, {
    timeUtcMs: Date.UTC(2026, 5, 15, 10, 15, 30, 250),
    weeksAdded: 0,
    timeOfDay: "10:15:30.250",
    mode: 3,
    latDeg: 31 + 13.8 / 60,
    lonDeg: 121 + 28.4 / 60,
    altM: 12.5,
    speedMps: (19.438 * 1852) / 3600,
    trackDeg: 84.5,
    satellites: 9,
    quality: "good",
    flaw: null,
  });
});

test("another time, or the same sentence without one, is another instant", () => {
  assert.is(decoded(RMC, GGA, RMC.replace("30.25", "31.25")).length, 2);
  assert.is(decoded("GPRMC,,V,,,,,,,,,,N", "GPGLL,,,,,,V,N", "GPRMC,,V,,,,,,,,,,N").length, 2);
});

test("south and west are negative, the equator and the meridian are 0", () => {
  const [fix] = decoded("GPGLL,3400.0000,S,05830.0000,W,101530,A,A");
  assert.equal([fix?.latDeg, fix?.lonDeg, fix?.mode], [-34, -58.5, 2]);
  assert.equal(decoded("GPGLL,0000.0000,S,05830.0000,W,101530,A,A")[0]?.latDeg, 0);
});

const NO_FIX: Readonly<Record<string, readonly [flaw: FixFlaw, body: string]>> = {
  "status V with an old position": ["no-fix", RMC.replace(",A,", ",V,")],
  "GGA quality 0": ["no-fix", GGA.replace(",1,09", ",0,00")],
  "GGA without a quality": ["no-fix", GGA.replace(",1,09", ",,09")],
  "mode N": ["no-fix", RMC.replace(/A$/, "N")],
  "GNS without any constellation": ["no-fix", "GNGNS,101530.25,3113.8000,N,12128.4000,E,NNN,00,,,,,"],
  "no position": ["no-position", RMC.replace("3113.8000,N,12128.4000,E", ",,,")],
  "half a position": ["no-position", RMC.replace("12128.4000,E", ",")],
  "60 minutes": ["no-position", RMC.replace("3113.8000", "3160.0000")],
  "latitude 91": ["no-position", RMC.replace("3113.8000", "9100.0000")],
  "longitude 181": ["no-position", RMC.replace("12128.4000", "18100.0000")],
  "north of east": ["no-position", RMC.replace(",N,", ",E,")],
  "a number that is none": ["no-position", RMC.replace("3113.8000", "3113.8x00")],
};

for (const [name, [flaw, body]] of Object.entries(NO_FIX)) {
  test(`${name} is no fix (${flaw}) and gives no position`, () => {
    const [fix] = decoded(body);
    assert.equal(
      [fix?.mode, fix?.latDeg, fix?.lonDeg, fix?.speedMps, fix?.quality, fix?.flaw],
      [1, null, null, null, "sentinel", flaw],
    );
  });
}

const UNMEASURED: Readonly<Record<string, readonly [flaw: FixFlaw, ...bodies: string[]]>> = {
  "GGA quality 6": ["estimated", GGA.replace(",1,09", ",6,00")],
  "GGA quality 7": ["by-hand", GGA.replace(",1,09", ",7,09")],
  "GGA quality 8": ["simulated", GGA.replace(",1,09", ",8,09")],
  "mode S, void or not": ["simulated", RMC.replace(/A$/, "S"), RMC.replace(/A$/, "S").replace(",A,", ",V,")],
  "mode E": ["estimated", RMC.replace(/A$/, "E")],
  "mode M": ["by-hand", RMC.replace(/A$/, "M")],
  "GNS with a simulated constellation": ["simulated", "GNGNS,101530.25,3113.8000,N,12128.4000,E,AS,09,0.9,12,8,,"],
  "0,0": ["zero-position", RMC.replace("3113.8000,N,12128.4000,E", "0000.0000,N,00000.0000,E")],
  "two satellites": ["few-satellites", GGA.replace(",1,09", ",1,02"), RMC],
};

for (const [name, [flaw, ...bodies]] of Object.entries(UNMEASURED)) {
  test(`${name} is shown as the receiver gave it and never good (${flaw})`, () => {
    const [fix] = decoded(...bodies);
    assert.ok(fix !== undefined && fix.mode > 1 && fix.quality !== "good");
    assert.equal([fix.latDeg, fix.flaw], [flaw === "zero-position" ? 0 : 31.23, flaw]);
  });
}

test("a GGA of each constellation counts its own satellites, and all of them may do", () => {
  assert.is(decoded(GGA.replace(",1,09", ",1,02"), GGA.replace("GP", "GL").replace(",1,09", ",1,02"))[0]?.flaw, null);
});

test("one sentence that denies the fix outweighs another that claims it", () => {
  assert.is(decoded(RMC, GGA.replace(",1,09", ",0,00"))[0]?.mode, 1);
  assert.is(decoded(RMC, "GPGSA,A,1,,,,,,,,,,,,,99,99,99")[0]?.mode, 1);
});

test("a date that does not exist gives no UTC but the time of day", () => {
  for (const date of ["310226", "150026", "150126".slice(1), "", "15062"]) {
    const [fix] = decoded(RMC.replace("150626", date));
    assert.equal([fix?.timeUtcMs, fix?.timeOfDay, fix?.mode], [null, "10:15:30.250", 2], date);
  }
});

test("a week counter that rolled over is mended by whole rollovers, and the fix says by how much", () => {
  const given = { "301006": 1024, "150387": 2048, "010124": 0, "150626": 0 };
  for (const [date, weeks] of Object.entries(given)) {
    const [fix] = decoded(RMC.replace("150626", date));
    const year = Number(date.slice(4)) + (date.endsWith("87") ? 1900 : 2000);
    const saidMs = Date.UTC(year, Number(date.slice(2, 4)) - 1, Number(date.slice(0, 2)), 10, 15, 30, 250);
    assert.equal([fix?.timeUtcMs, fix?.weeksAdded], [saidMs + weeks * 7 * 86_400_000, weeks], date);
  }
  const [fix] = decoded(RMC.replace("150626", "301006"));
  assert.is(new Date(fix?.timeUtcMs ?? 0).toISOString(), "2026-06-15T10:15:30.250Z");
});

test("the clock of a receiver without a fix is not mended: nothing has set it yet", () => {
  const [fix] = decoded(RMC.replace("150626", "301006").replace(",A,", ",V,"));
  assert.equal([fix?.timeUtcMs, fix?.weeksAdded, fix?.timeOfDay], [null, 0, "10:15:30.250"]);
});

test("a speed that no carrier reaches makes the fix unbelievable, and says what the receiver gave", () => {
  const [fix] = decoded(RMC.replace("19.438", "291.6"));
  assert.equal([fix?.quality, fix?.flaw, fix?.mode], ["out-of-physical-range", "impossible-speed", 2]);
  assert.is(decoded(RMC.replace("19.438", "291.5"))[0]?.quality, "good");
});

/** RMC of so many seconds after 10:15:30, at so many minutes north of 31 degrees. */
function at(seconds: number, minutesNorth: number): string {
  const time = `10${String(15 + Math.floor((30 + seconds) / 60))}${String((30 + seconds) % 60).padStart(2, "0")}.00`;
  const place = `31${minutesNorth.toFixed(4).padStart(7, "0")}`;
  return RMC.replace("101530.25", time).replace("3113.8000", place);
}

test("a jump is kept out until the way could have been driven", () => {
  const flaws = decoded(at(0, 13.8), at(1, 13.9), at(2, 43.9), at(3, 14), at(60, 18)).map(({ flaw }) => flaw);
  assert.equal(flaws, [null, null, "jump", null, null]);
  const [, far] = decoded(at(0, 13.8), at(1, 43.8));
  assert.equal([far?.quality, far?.mode, far?.latDeg], ["out-of-physical-range", 2, 31.73]);
});

test("ten fixes that agree outvote the place before them: it was the wrong one", () => {
  const bodies = Array.from({ length: 14 }, (_, second) => at(second, second === 0 ? 0 : 40 + second / 1000));
  const flaws = decoded(...bodies).map(({ flaw }) => flaw);
  assert.equal(flaws, [null, ...Array<string>(9).fill("jump"), null, null, null, null]);
});

test("without a time, or after a clock was set back, no way is judged", () => {
  assert.equal(
    decoded(at(5, 13.8), at(2, 43.8)).map(({ flaw }) => flaw),
    [null, null],
  );
  assert.is(decoded(at(0, 13.8), RMC.replace("101530.25", "").replace("3113", "3143"))[1]?.flaw, null);
});

test("midnight is a second like others", () => {
  const before = RMC.replace("101530.25", "235959.00");
  const after = RMC.replace("101530.25", "000000.00").replace("150626", "160626");
  const undated = (body: string): string => body.replace(/1[56]0626/, "");
  for (const pair of [[before, after], [before, after].map(undated)]) {
    const [first = "", second = ""] = pair;
    assert.is(decoded(first, second)[1]?.flaw, null);
    assert.is(decoded(first, second.replace("3113", "3143"))[1]?.flaw, "jump");
  }
});

test("leading zeros may be missing, and long fractions keep their digits", () => {
  const [fix] = decoded("GNGLL,030.5,N,003.25,W,101530,A,A", "GNVTG,,T,,M,1.5,N,2.8,K,A");
  assert.equal([fix?.latDeg, fix?.lonDeg], [30.5 / 60, -3.25 / 60]);
  const [long] = decoded("GPGLL,4134.498212290000001,N,09345.03351845,W,101530,A,A");
  assert.is(long?.latDeg, 41 + 34.49821229 / 60);
});

test("a time that is none is no time; one of ZDA alone is a time without a fix", () => {
  for (const time of ["", "240000", "106000", "1015", "10153o"]) {
    assert.is(decoded(RMC.replace("101530.25", time))[0]?.timeOfDay, null, time);
  }
  const [fix] = decoded("GPZDA,235960.00,30,06,2026,00,00");
  assert.equal([fix?.timeOfDay, fix?.mode, fix?.timeUtcMs], ["23:59:60.000", 1, Date.UTC(2026, 6, 1)]);
});

test("a wrong, missing or second checksum, a glued or endless sentence is set aside", () => {
  const good = sentence(RMC);
  const bad = [
    good.replace(/\*../, "*00"),
    good.replace(/\*../, ""),
    good.replace("\r\n", "*11\r\n"),
    good.replace(/\r\n/, ""),
    `$${"A".repeat(300)}\r\n`,
  ];
  for (const text of bad) assert.equal(decodedText(text), [], text);
  assert.is(decodedText(`${good.slice(0, 30)}${good}`).length, 1, "a cut sentence took the whole one with it");
});

test("keeps the newest 64 fixes when nobody takes them, and counts the rest", () => {
  const decoder = nmeaDecoder();
  for (let second = 0; second < 70; second += 1) {
    const time = `10${String(Math.floor(second / 60)).padStart(2, "0")}${String(second % 60).padStart(2, "0")}`;
    decoder.push(new TextEncoder().encode(sentence(RMC.replace("101530.25", time))));
  }
  decoder.flush();
  const fixes = decoder.take();
  assert.equal([fixes.length, fixes.at(-1)?.timeOfDay, decoder.counters.dropped], [64, "10:01:09.000", 6]);
});

const MUTATED_BYTES = isLong() ? 10_000_000 : 300_000;

test(
  `${MUTATED_BYTES} random and mutated bytes throw nothing and give no impossible fix`,
  () => {
    const random = seededRandom(seed());
    const decoder = nmeaDecoder();
    const samples = [RMC, GGA, "GPZDA,101530.25,15,06,2026,00,00", "GNGNS,101530.25,3113.8,N,12128.4,E,AAN,08,1,2,3,,"];
    let pushed = 0;
    let fixes = 0;
    while (pushed < MUTATED_BYTES) {
      const piece = mutated(samples[Math.floor(random() * samples.length)] as string, random);
      decoder.push(piece);
      pushed += piece.length;
      for (const fix of decoder.take()) {
        fixes += 1;
        assert.ok((fix.mode === 1) === (fix.latDeg === null) && (fix.quality === "good") === (fix.flaw === null));
        assert.ok(fix.mode !== 1 || fix.quality !== "good");
        if (fix.latDeg !== null) assert.ok(Math.abs(fix.latDeg) <= 90 && Math.abs(fix.lonDeg ?? 999) <= 180);
      }
    }
    assert.ok(fixes > 10, `only ${fixes} fixes: the mutations left nothing to decode`);
  },
  { deadlineMs: 120_000 },
);

/** Damages the body before the checksum is made, the sentence after it, or sends noise. */
function mutated(body: string, random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  const damage = (text: string): string => {
    const at = below(text.length);
    const piece = String.fromCharCode(below(256));
    return [
      text.slice(0, at) + piece + text.slice(at + 1),
      text.slice(0, at),
      text.slice(0, at) + text.slice(at + 1 + below(9)),
    ][below(3)] as string;
  };
  const kind = random();
  if (kind < 0.1) return Uint8Array.from({ length: 1 + below(80) }, () => below(256));
  const text = kind < 0.5 ? sentence(damage(body)) : kind < 0.8 ? damage(sentence(body)) : sentence(body);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

test.run();
