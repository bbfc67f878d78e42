import { assert, suite } from "../../../checks/kit.ts";
import { type LoggerFile, type LoggerFileTerms, readLoggerFile } from "./logger-file.ts";
import { AssessRefusal } from "./refusal.ts";

const test = suite("files of loggers");

const TERMS: LoggerFileTerms = { timeColumns: ["time"], valueColumn: "temp", quantity: "temperature", timeZone: "UTC" };
const { timeZone: _, ...WITHOUT_ZONE } = TERMS;

function read(text: string | Uint8Array, terms: LoggerFileTerms = TERMS): LoggerFile {
  return readLoggerFile(typeof text === "string" ? new TextEncoder().encode(text) : text, terms);
}
const values = ({ readings }: LoggerFile): number[] => [...readings.value];
const times = ({ readings }: LoggerFile): string[] =>
  [...readings.atMs].map((atMs) => new Date(atMs).toISOString().slice(11, 16));
/** `code count@firstLine`. */
const odd = ({ oddities }: LoggerFile): string[] =>
  oddities.map(({ code, count, firstLine }) => `${code} ${count}@${firstLine}`);
function refused(text: string, terms: LoggerFileTerms, said: RegExp): void {
  assert.throws(
    () => read(text, terms),
    (error: unknown) => error instanceof AssessRefusal && said.test(error.message),
    String(said),
  );
}

test("a plain file has nothing odd", () => {
  const file = read("time,temp\n2026-02-01 10:00,5\n2026-02-01 10:05,0\n");
  assert.equal([values(file), times(file), odd(file)], [[5, 0], ["10:00", "10:05"], []]);
});

test("devices.md §4, Elitech: text above the header, tabs, a degree sign in another encoding", () => {
  const text =
    "Report\r\nHigh limit:\t8.0 \u00b0C\r\n\r\nNo.\tTime\tTemperature(\u00b0C)\r\n1\t2026-02-01 10:00:00\t5.1\r\n";
  const file = read(
    Uint8Array.from(text, (sign) => sign.charCodeAt(0)),
    { ...TERMS, timeColumns: ["Time"], valueColumn: "Temperature" },
  );
  assert.equal(values(file), [5.1]);
  assert.equal(odd(file), ["text-above-header 2@1", "not-utf8 1@2"]);
});

test("devices.md §4: a header repeated after each restart, missing rows, an hour of power lost", () => {
  const file = read("time\ttemp\n2026-02-01 10:00\t-18\n\0\0\0\ntime\ttemp\n2026-02-01 11:00\t-17\n");
  assert.equal(values(file), [-18, -17]);
  assert.equal(odd(file), ["zero-bytes 1@3", "header-repeated 1@4"]);
});

test("duplicate, conflicting and backward times are put in order and told", () => {
  const file = read(
    [
      "time,temp",
      "2026-02-01 10:00,5",
      "2026-02-01 10:10,6",
      "2026-02-01 10:10,6",
      "2026-02-01 10:05,7",
      "2026-02-01 10:10,8",
    ].join("\n"),
  );
  assert.equal(times(file), ["10:00", "10:05", "10:10", "10:10"]);
  assert.equal(values(file), [5, 7, 6, 8]);
  assert.equal(odd(file), ["time-duplicate 1@4", "time-backward 1@5", "time-conflict 1@6"]);
});

test("offsets place each row; rows without one need the zone, and that is told", () => {
  const rows = ["time,temp", "2026-10-25T02:00:00+02:00,5", "2026-10-25T02:00:00+01:00,6"];
  const file = read(rows.join("\n"), WITHOUT_ZONE);
  assert.equal([times(file), odd(file)], [["00:00", "01:00"], ["offset-changed 1@3"]]);
  const mixed = [...rows, "2026-10-25 03:00,7"].join("\n");
  refused(mixed, WITHOUT_ZONE, /line 4: "2026-10-25 03:00" has no UTC offset.*\n.*--time-zone/);
  assert.ok(odd(read(mixed, { ...TERMS, timeZone: "Europe/Berlin" })).includes("offset-missing 1@4"));
});

test("the repeated hour is placed by the order of the rows, the skipped one is not used", () => {
  const rows = [
    "2026-10-25 02:00,1",
    "2026-10-25 02:30,2",
    "2026-10-25 02:00,3",
    "2026-10-25 02:30,4",
    "2026-03-29 02:30,5",
  ];
  const file = read(["time,temp", ...rows].join("\n"), { ...TERMS, timeZone: "Europe/Berlin" });
  assert.equal(
    [times(file), values(file)],
    [
      ["00:00", "00:30", "01:00", "01:30"],
      [1, 2, 3, 4],
    ],
  );
  assert.equal(odd(file), ["time-repeated 4@2", "time-skipped 1@6"]);
});

test("01/02/2026 is refused unless a row or an option tells", () => {
  const open = "time,temp\n01/02/2026 10:00,5\n";
  refused(open, TERMS, /may be dmy or mdy, and no row tells.*\n.*--date-order dmy or mdy/);
  refused("time,temp\n01/02/03 10:00,5\n", TERMS, /may be dmy or mdy or ymd/);
  assert.match(read(`${open}13/02/2026 10:00,6\n`).taken.join("\n"), /dates are dmy, as no other order fits .*13\/02/);
  refused(`${open}13/02/2026 10:00,6\n02/13/2026 10:00,6\n`, TERMS, /not written in one order/);
  const told = read(open, { ...TERMS, dateOrder: "mdy" });
  assert.is(new Date(told.readings.atMs[0]!).toISOString(), "2026-01-02T10:00:00.000Z");
});

test("decimal commas are taken where they are clear, refused where they may part thousands", () => {
  const file = read("time;temp\n2026-02-01 10:00;5,25\n2026-02-01 10:05;5,125\n2026-02-01 10:10;5.5\n");
  assert.equal(values(file), [5.25, 5.125, 5.5]);
  assert.equal(odd(file), ["decimal-comma 2@2", "decimal-mixed 1@4"]);
  const unclear = "time;temp\n2026-02-01 10:00;5,125\n";
  refused(unclear, TERMS, /may be a decimal sign or part thousands.*\n.*--decimal comma/);
  assert.equal(values(read(unclear, { ...TERMS, decimal: "comma" })), [5.125]);
  refused(unclear, { ...TERMS, decimal: "point" }, /--decimal says point/);
  refused("time,temp\n2026-02-01 10:00,5,2\n", TERMS, /more cells than the header/);
});

test("units: °F is asked for, a foreign value is left out, a heading that is overruled is told", () => {
  const fahrenheit = "time,temp (°F)\n2026-02-01 10:00,46.4\n2026-02-01 10:05,8 °C\n";
  refused(fahrenheit, TERMS, /says °F.*\n.*--unit F/);
  const file = read(fahrenheit, { ...TERMS, unit: "F" });
  assert.ok(Math.abs(values(file)[0]! - 8) < 1e-12);
  assert.equal(odd(file), ["unit-differs 1@3"]);
  assert.equal(odd(read("time,temp (°F)\n2026-02-01 10:00,4\n", { ...TERMS, unit: "C" })), ["unit-contradicts 1@1"]);
  refused("time,temp\n,°F\n2026-02-01 10:00,41\n", TERMS, /says °F/);
  assert.equal(odd(read("time,temp\n,°C\n2026-02-01 10:00,4\n")), ["unit-row 1@2"]);
});

test("no value, no time, impossible and suspect values: each told, only the last used", () => {
  const rows = [
    "2026-02-01 10:00,",
    "yesterday,5",
    "2026-02-01 10:05,five",
    "2026-02-01 10:10,999",
    "2026-02-01 10:15,-127",
    "END",
  ];
  const file = read(["time,temp", ...rows].join("\n"));
  assert.equal(values(file), [-127]);
  assert.equal(odd(file), [
    "value-missing 1@2",
    "time-unreadable 1@3",
    "value-unreadable 1@4",
    "value-impossible 1@5",
    "value-suspect 1@6",
    "text-row 1@7",
  ]);
});

test("columns: two for the time, in GBK by Chinese names, a name that fits several or none", () => {
  const terms = { ...TERMS, timeColumns: ["Date", "Time"] };
  assert.equal(times(read("Date|Time|temp\n2026-02-01|10:00|5\n", terms)), ["10:00"]);
  const gbk = Uint8Array.from([
    0xca,
    0xb1,
    0xbc,
    0xe4,
    0x2c,
    0xce,
    0xc2,
    0xb6,
    0xc8,
    0x0a,
    ...new TextEncoder().encode("2026-02-01 10:00,5\n"),
  ]);
  assert.equal(values(read(gbk, { ...TERMS, timeColumns: ["时间"], valueColumn: "温度" })), [5]);
  refused("time,temp 1,temp 2\n", TERMS, /"temp" fits 2 columns: "temp 1", "temp 2"/);
  refused("a,b\n1,2\n", TERMS, /no line has the columns "time" and "temp"; the file begins:\n {4}a,b/);
  refused("time,temp\n", TERMS, /no row .*\n.*no row below its header/);
});

test("a quotation mark that nothing closes ends with its line", () => {
  const file = read(
    'time,temp,note\n2026-02-01 10:00,5,"said ""cold"", twice"\n2026-02-01 10:05,6,"open\n2026-02-01 10:10,7,\n',
  );
  assert.equal([values(file), odd(file)], [[5, 6, 7], ["quote-open 1@3"]]);
});

test.run();
