import { seededRandom } from "@isotherm/coldchain";
import { assert, isLong, seed, suite } from "../../../checks/kit.ts";
import { nmeaDecoder } from "./nmea-decoder.ts";
import type { Fix } from "./nmea-decoder.ts";

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
    timeOfDay: "10:15:30.250",
    mode: 3,
    latDeg: 31 + 13.8 / 60,
    lonDeg: 121 + 28.4 / 60,
    altM: 12.5,
    speedMps: (19.438 * 1852) / 3600,
    trackDeg: 84.5,
    satellites: 9,
    quality: "good",
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

const NO_FIX: Readonly<Record<string, string>> = {
  "status V with an old position": RMC.replace(",A,", ",V,"),
  "GGA quality 0": GGA.replace(",1,09", ",0,00"),
  "GGA quality 6, estimated": GGA.replace(",1,09", ",6,00"),
  "GGA quality 8, simulated": GGA.replace(",1,09", ",8,09"),
  "mode N": RMC.replace(/A$/, "N"),
  "mode S": RMC.replace(/A$/, "S"),
  "mode E": RMC.replace(/A$/, "E"),
  "GNS without any constellation": "GNGNS,101530.25,3113.8000,N,12128.4000,E,NNN,00,,,,,",
  "GNS with a simulated constellation": "GNGNS,101530.25,3113.8000,N,12128.4000,E,AS,09,0.9,12,8,,",
  "no position": RMC.replace("3113.8000,N,12128.4000,E", ",,,"),
  "half a position": RMC.replace("12128.4000,E", ","),
  "60 minutes": RMC.replace("3113.8000", "3160.0000"),
  "latitude 91": RMC.replace("3113.8000", "9100.0000"),
  "longitude 181": RMC.replace("12128.4000", "18100.0000"),
  "a number that is none": RMC.replace("3113.8000", "3113.8x00"),
};

for (const [name, body] of Object.entries(NO_FIX)) {
  test(`${name} is no fix and gives no position`, () => {
    const [fix] = decoded(body);
    assert.equal([fix?.mode, fix?.latDeg, fix?.lonDeg, fix?.speedMps, fix?.quality], [1, null, null, null, "sentinel"]);
  });
}

test("one sentence that denies the fix outweighs another that claims it", () => {
  assert.is(decoded(RMC, GGA.replace(",1,09", ",0,00"))[0]?.mode, 1);
  assert.is(decoded(RMC, "GPGSA,A,1,,,,,,,,,,,,,99,99,99")[0]?.mode, 1);
});

test("0,0 is out of physical range, however good the receiver calls it", () => {
  const [fix] = decoded(RMC.replace("3113.8000,N,12128.4000,E", "0000.0000,N,00000.0000,E"));
  assert.equal([fix?.mode, fix?.latDeg, fix?.quality], [1, null, "out-of-physical-range"]);
});

test("a date before the earliest plausible one, or one that does not exist, gives no UTC but the time of day", () => {
  for (const date of ["091209", "220899", "310226", "150026", "", "15062"]) {
    const [fix] = decoded(RMC.replace("150626", date));
    assert.equal([fix?.timeUtcMs, fix?.timeOfDay, fix?.mode], [null, "10:15:30.250", 2], date);
  }
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

const MUTATED_BYTES = isLong() ? 10_000_000 : 200_000;

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
        assert.ok((fix.mode === 1) === (fix.latDeg === null) && (fix.mode === 1) === (fix.quality !== "good"));
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
