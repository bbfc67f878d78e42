// The command as an operator gives it: one whole document by hand, the chart, and what is refused.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, suite, tempDir } from "../../../checks/kit.ts";
import { runAssess } from "./assess.ts";

const test = suite("assess");

const ROWS = [
  ["10:00", 5],
  ["10:05", 9],
  ["10:10", 10],
  ["10:15", 7.8],
  ["10:20", 7],
  ["11:00", 1],
  ["11:05", 5],
] as const;

async function file(lines: readonly string[]): Promise<string> {
  const path = join(await tempDir(), "logger.csv");
  writeFileSync(path, lines.join("\n"));
  return path;
}
const csv = (unit: "C" | "F" = "C"): Promise<string> =>
  file([
    `time,temp (°${unit})`,
    ...ROWS.map(([at, value]) => `2026-02-01T${at}:00Z,${unit === "C" ? value : (value * 9) / 5 + 32}`),
  ]);
const LIMITS = ["--low", "2", "--high", "8", "--deadband", "0.5", "--gap", "300"];
const columns = (path: string): string[] => ["--csv", path, "--time", "time", "--value", "temp"];
const json = (...args: string[]): any => JSON.parse(runAssess([...args, "--json"], 80)); // eslint-disable-line @typescript-eslint/no-explicit-any

test("the document by hand: excursions, breaches and figures", async () => {
  const found = json(...columns(await csv()), ...LIMITS);
  assert.equal(found.excursions, [
    {
      start: "2026-02-01T10:05:00.000Z",
      end: "2026-02-01T10:20:00.000Z",
      side: "high",
      peak: 10,
      degreeMinutes: 15,
      monitoredSeconds: 900,
      possibleSeconds: 900,
      ruleId: "given/temperature/product/high",
    },
    {
      start: "2026-02-01T11:00:00.000Z",
      end: "2026-02-01T11:05:00.000Z",
      side: "low",
      peak: 1,
      degreeMinutes: 5,
      monitoredSeconds: 300,
      possibleSeconds: 300,
      ruleId: "given/temperature/product/low",
    },
  ]);
  assert.equal(
    found.breaches.map(({ at, allowedSeconds }: { at: string; allowedSeconds: number }) => [at, allowedSeconds]),
    [
      ["2026-02-01T10:05:00.000Z", 0],
      ["2026-02-01T11:00:00.000Z", 0],
    ],
  );
  const { mkt, mean, ...stats } = found.stats;
  assert.equal(stats, {
    count: 7,
    min: 1,
    max: 10,
    secondsInRange: 900,
    secondsBelow: 300,
    secondsAbove: 600,
    secondsUnmonitored: 2_100,
  });
  assert.ok(Math.abs(mean - (5 + 9 + 10 + 7.8 + 7 + 1) / 6) < 1e-9 && mkt > mean);
  assert.equal(found.oddities, []);
});

test("the same file in °F is judged the same, by limits in °C or in °F", async () => {
  const path = await csv("F");
  const inC = json(...columns(await csv()), ...LIMITS);
  for (const limits of [LIMITS, ["--low", "35.6F", "--high", "46.4F", "--deadband", "0.5", "--gap", "5min"]]) {
    const found = json(...columns(path), ...limits, "--unit", "F");
    assert.equal(
      found.excursions.map(({ start, end, side }: { start: string; end: string; side: string }) => [start, end, side]),
      inC.excursions.map(({ start, end, side }: { start: string; end: string; side: string }) => [start, end, side]),
    );
    assert.ok(Math.abs(found.stats.mkt - inC.stats.mkt) < 1e-9);
  }
});

test("an allowance is kept or broken by its length; an open excursion has no end", async () => {
  const path = await csv();
  assert.equal(json(...columns(path), ...LIMITS, "--allowance", "900").breaches, []);
  assert.is(json(...columns(path), ...LIMITS, "--allowance", "899").breaches.length, 1);
  const open = json(...columns(await file(["time,temp", "2026-02-01T10:00Z,9", "2026-02-01T10:05Z,9"])), "--high", "8");
  assert.equal([open.excursions[0].end, open.excursions[0].possibleSeconds], [null, 300]);
});

test("a negative limit needs no equals sign", async () => {
  assert.is(json(...columns(await csv()), "--low", "-25", "--high", "-18").excursions[0].side, "high");
});

test("a shipped profile by its name, a profile of one's own by its file: every rule's result", async () => {
  const shipped = json(...columns(await csv()), "--profile", "gsp-cold-2-8");
  assert.equal(
    shipped.rules.map(({ ruleId, result }: { ruleId: string; result: string }) => [ruleId, result]),
    [
      ["gsp-cold-2-8/temperature/product/high", "breached"],
      ["gsp-cold-2-8/temperature/product/low", "breached"],
    ],
  );
  const lenient = json(...columns(await csv()), "--profile", "who-pqs-30dtr");
  assert.equal(
    lenient.rules.map(({ result }: { result: string }) => result),
    ["outside within the allowance", "kept"],
  );
  const own = join(import.meta.dirname, "../../../coldchain/profiles/frozen-minus-18.yaml");
  assert.match(runAssess([...columns(await csv()), "--profile", own], 80), /frozen-minus-18 version 2/);
});

test("the chart keeps to the terminal's width and shows limits, excursions and gaps", async () => {
  const path = await csv();
  for (const width of [40, 80, 133]) {
    const text = runAssess([...columns(path), ...LIMITS], width);
    const chart = text.split("\n\n")[1]!.split("\n");
    assert.ok(
      chart.every((line) => line.length <= width),
      `${width}`,
    );
    assert.ok(chart.some((line) => line.startsWith("   8 °C ┼")) && chart.some((line) => line.startsWith("   2 °C ┼")));
    assert.match(chart.join("\n"), /outside .*▲+.*▼/);
    assert.match(chart.join("\n"), /no data .*░{5,}/);
    assert.match(chart.join("\n"), /█/);
  }
});

test("one reading alone has no length, and nothing is said of an allowance", async () => {
  const path = await file(["time,temp (°C)", "2026-02-01T10:00Z,9"]);
  const text = runAssess([...columns(path), ...LIMITS], 80);
  assert.match(text, /: 1 reading, times in UTC/);
  assert.match(text, /one reading alone stands for no time/);
  assert.match(text, /outside, how long is unknown/);
});

test("one spike in a long file is on the chart, however narrow", async () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => `${1_770_000_000 + i * 60},${i === 2_500 ? 30 : 5}`);
  const text = runAssess([...columns(await file(["time,temp", ...rows])), "--high", "8"], 40);
  assert.match(text, /outside +▲\n/);
  assert.is(text.split("\n").filter((line) => line.includes("█")).length > 5, true);
});

test("text from a file cannot steer the terminal", async () => {
  const path = await file(["\u001b[2Jowned", "time,temp", "2026-02-01T10:00Z,5"]);
  assert.not.match(runAssess([...columns(path), "--high", "8"], 80), /\u001b/); // eslint-disable-line no-control-regex
});

test("what is missing or contradicts itself is refused with its mend", async () => {
  const path = await csv();
  const cases: readonly [args: string[], said: RegExp][] = [
    [["--time", "time"], /--csv, --value is missing/],
    [columns(path), /nothing says what to judge by/],
    [[...columns(path), "--low", "8", "--high", "2"], /not below/],
    [[...columns(path), "--low", "2", "--high", "8", "--deadband", "6"], /nothing to come back to/],
    [[...columns(path), "--high", "warm"], /no number/],
    [[...columns(path), "--high", "8", "--gap", "0"], /--gap "0"/],
    [[...columns(path), "--profile", "gsp-cold-2-8", "--low", "2"], /--profile and --low together/],
    [[...columns(path), "--profile", "none"], /no shipped profile.*\n.*profile list/],
    [[...columns(path), "--profile", "./none.yaml"], /cannot be read/],
    [
      [...columns(path), "--profile", "gsp-cold-2-8", "--quantity", "humidity"],
      /no limits of humidity at product; it has temperature/,
    ],
    [[...columns(`${path}.none`), "--high", "8"], /cannot be read/],
    [[...columns(path), "--high", "8", "--role", "wall"], /--role cannot be/],
    [[path, "--high", "8"], /belongs to no option\n.*after --csv/],
    [[...columns(await file([""])), "--high", "8"], /the file is empty/],
    [[...columns(await file(["PK\u0003\u0004"])), "--high", "8"], /Excel workbook.*\n.*as CSV/],
  ];
  for (const [args, said] of cases) assert.throws(() => runAssess(args, 80), said);
});

test("as a command it needs no configuration; a refusal is told on stderr with exit code 2", async () => {
  const path = await csv();
  const main = join(import.meta.dirname, "../main.ts");
  const ask = (...args: string[]) =>
    spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", main, "assess", ...args], {
      encoding: "utf8",
      timeout: 20_000,
    });
  const judged = ask(...columns(path), ...LIMITS);
  assert.equal([judged.status, judged.stderr], [0, ""]);
  assert.match(judged.stdout, /7 readings, times in UTC/);
  const refusal = ask(...columns(path));
  assert.equal([refusal.status, refusal.stdout], [2, ""]);
  assert.match(refusal.stderr, /nothing says what to judge by/);
  assert.match(ask("--help").stdout, /judges a logger's file/);
});

test.run();
