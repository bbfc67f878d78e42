import fc from "fast-check";
import { assert, seed, suite } from "../../../checks/kit.ts";
import { type DateOrder, civilMs, offsetMinutesOf, readTimeCell } from "./time-cell.ts";
import { TimeZone } from "./time-zone.ts";

const test = suite("times as loggers write them");

/** As UTC, by the cell's own order or the given one. */
function read(text: string, order: DateOrder = "ymd"): string | undefined {
  const time = readTimeCell(text);
  if (time === undefined) return undefined;
  if (time.kind === "epoch") return new Date(time.atMs).toISOString();
  const localMs = civilMs(time, time.order ?? order);
  return localMs === undefined ? undefined : new Date(localMs - (time.offsetMinutes ?? 0) * 60_000).toISOString();
}

test("one instant in every writing", () => {
  for (const text of [
    "2026-02-01T14:05:09Z",
    "2026-02-01 14:05:09",
    "2026/2/1 14:05:09",
    "2026.02.01, 14:05:09",
    "20260201T14:05:09Z",
    "2026-02-01T22:05:09+08:00",
    "2026-02-01T22:05:09+0800",
    "2026-02-01 09:05:09 GMT-5",
    "2026-02-01T14:05:09.000Z",
    "2026-02-01 2:05:09 PM",
    "2026年2月1日 14:05:09",
    "2026年02月01日 下午2:05:09",
    "1-Feb-2026 14:05:09",
    "01 February 2026 14:05:09",
    "Feb 1, 2026 2:05:09 p.m.",
    "\u00a02026-02-01\u202f14:05:09 ",
    "1769954709",
    "1769954709000",
  ])
    assert.is(read(text), "2026-02-01T14:05:09.000Z", text);
});

test("figures alone do not tell day and month apart; the order does", () => {
  const time = readTimeCell("01/02/2026 14:05:09");
  assert.ok(time?.kind === "civil" && time.order === undefined && !time.hasShortYear);
  assert.is(read("01/02/2026 14:05:09", "dmy"), "2026-02-01T14:05:09.000Z");
  assert.is(read("01/02/2026 14:05:09", "mdy"), "2026-01-02T14:05:09.000Z");
  assert.is(read("01/02/2026 14:05:09", "ymd"), undefined);
  assert.is(read("26/02/01 14:05:09", "ymd"), "2026-02-01T14:05:09.000Z");
  assert.is(read("01.02.26 14:05:09", "dmy"), "2026-02-01T14:05:09.000Z");
});

test("noon and midnight by twelve hours", () => {
  assert.is(read("2026-02-01 12:00 AM"), "2026-02-01T00:00:00.000Z");
  assert.is(read("2026-02-01 12:00 PM"), "2026-02-01T12:00:00.000Z");
  assert.is(read("2026-02-01 13:00 PM"), undefined);
});

test("what is no time is none: a date alone, a 30th of February, hour 24, a number of a spreadsheet", () => {
  for (const text of [
    "",
    "2026-02-01",
    "2026-02-30 10:00",
    "2026-02-01 24:00",
    "2026-02-01 10:60",
    "46054.5",
    "10:00",
    "x",
  ])
    assert.is(read(text), undefined, text);
});

test("offsets", () => {
  assert.equal(["Z", "utc", "+08:00", "-0530", "GMT-5", "+15", "8", ""].map(offsetMinutesOf), [
    0,
    0,
    480,
    -330,
    -300,
    undefined,
    undefined,
    undefined,
  ]);
});

test("local times: one instant, two when clocks go back, none when they go forward", () => {
  const berlin = new TimeZone("Europe/Berlin");
  const at = (text: string): string[] =>
    berlin.instantsOf(Date.parse(`${text}Z`)).map((atMs) => new Date(atMs).toISOString());
  assert.equal(at("2026-07-01T12:00:00"), ["2026-07-01T10:00:00.000Z"]);
  assert.equal(at("2026-10-25T02:30:00"), ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]);
  assert.equal(at("2026-03-29T02:30:00"), []);
  assert.equal(new TimeZone("+05:45").instantsOf(0), [-20_700_000]);
  assert.throws(() => new TimeZone("Europe/Berlim"), /is no time zone/);
});

test("every instant comes back from the local time that it has", () => {
  const zones = ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"].map(
    (name) => new TimeZone(name),
  );
  const minutes = fc.integer({ min: Date.UTC(2000, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), minutes, (zone, minute) => {
      const atMs = minute * 60_000;
      assert.ok(zone.instantsOf(atMs + zone.offsetMs(atMs)).includes(atMs));
    }),
    { seed: seed(), numRuns: 300 },
  );
});

test.run();
