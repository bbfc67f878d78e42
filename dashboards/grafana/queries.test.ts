// Every query of the dashboard on a real InfluxDB, with what Grafana would put in place of its variables. No Grafana runs.
import { openReadingReader } from "@isotherm/ingest/store";
import { assert, needs, suite } from "../../checks/kit.ts";
import { generatedFiles } from "./generated-files.ts";
import type { JsonObject } from "./json.ts";
import { objectOf, objectsOf, textOf } from "./json.ts";
import { type TimeRange, intervalS, type Values, withMacros, withVariables } from "./test/grafana-substitution.ts";
import { ask, type Influxd, type Series, startInfluxd } from "./test/influxd.ts";
import { ASSET, DIP, END_MS, LAST_POSITION, SILENCE, SPIKE, storedMonth, TENANT } from "./test/stored-month.ts";

const test = suite("queries of the dashboard", { skip: needs({ commands: ["influxd"] }), deadlineMs: 60_000 });

const DAY: TimeRange = { fromMs: END_MS - 86_400_000, toMs: END_MS };
const MONTH: TimeRange = { fromMs: END_MS - 30 * 86_400_000, toMs: END_MS };
const DATABASE = "isotherm";
const TEMPERATURES = ["temperature/product.1", "temperature/return", "temperature/supply"];
const CHOSEN: Values = {
  tenant: TENANT,
  asset: ASSET,
  channel: TEMPERATURES,
  position: "truck",
  limit_low: "2",
  limit_high: "8",
};
/** Columns that the panels' overrides, layers and reductions name. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  "1 Lowest": ["time", "lowest"],
  "1 Highest": ["time", "highest"],
  "1 Limits": ["time", "low", "high"],
  "2 Lowest": ["time", "lowest"],
  "2 Highest": ["time", "highest"],
  "3 Door": ["time", "open"],
  "4 Last": ["time", "last"],
  "5 Way": ["time", "latitude", "longitude"],
  "5 LastPosition": ["time", "latitude", "longitude"],
  "6 NotGood": ["time", "channel", "quality", "raw"],
  "7 Readings": ["time", "good", "not good"],
};

const dashboard = JSON.parse(generatedFiles().get("dashboards/isotherm-asset.json") ?? "") as JsonObject;
const panels = objectsOf(dashboard["panels"]);
const variables = objectsOf(objectOf(dashboard["templating"])["list"]);
const month = storedMonth();
let influxd: Influxd;

/** Runs one query as the panel would over the range. */
async function run(
  panelId: number,
  refId: string,
  range: TimeRange,
  values: Values = CHOSEN,
): Promise<readonly Series[]> {
  const panel = panels.find(({ id }) => id === panelId) as JsonObject;
  const target = objectsOf(panel["targets"]).find((each) => each["refId"] === refId) as JsonObject;
  const leastS = textOf(panel["interval"]) === "1m" ? 60 : 10;
  const everyS = intervalS(range, panel["maxDataPoints"] as number, leastS);
  return ask(influxd.url, DATABASE, withMacros(withVariables(textOf(target["query"]), values), range, everyS));
}

/** Numbers of a column, over all series, nulls left out. */
function numbersOf(series: readonly Series[], column: string): number[] {
  return series.flatMap(({ columns, values }) =>
    values.map((row) => row[columns.indexOf(column)]).filter((cell) => typeof cell === "number"),
  );
}

async function optionsOf(name: string, values: Values): Promise<string[]> {
  const variable = variables.find((each) => each["name"] === name) as JsonObject;
  const [answer] = await ask(influxd.url, DATABASE, withVariables(textOf(variable["query"]), values));
  const options = (answer?.values ?? []).map((row) => String(row[1]));
  const pattern = /^\/(.*)\/$/.exec(textOf(variable["regex"]))?.[1];
  return pattern === undefined ? options : options.flatMap((each) => new RegExp(pattern).exec(each)?.[1] ?? []);
}

test.before(async () => {
  influxd = await startInfluxd();
  await ask(influxd.url, DATABASE, `CREATE DATABASE "${DATABASE}"`);
  for (let from = 0; from < month.lines.length; from += 5_000) {
    const body = month.lines.slice(from, from + 5_000).join("\n");
    const reply = await fetch(`${influxd.url}/write?db=${DATABASE}&precision=ns`, { method: "POST", body });
    if (reply.status !== 204) throw new Error(await reply.text());
  }
});
test.after(() => influxd.close());

test("the points under test are read by the store itself, so their format is the store's", async () => {
  const reader = await openReadingReader({ kind: "influx", url: influxd.url, database: DATABASE });
  assert.is(await reader.count({ tenantId: TENANT, assetId: ASSET }), month.assetReadings);
  const series = { tenantId: TENANT, assetId: ASSET, channel: "temperature/supply" };
  const { length, quality, raw } = await reader.readings({ series, ...DAY });
  const faulty = Array.from({ length }, (_, at) => at).filter((at) => quality[at] !== 0);
  assert.ok(faulty.length > 0);
  assert.ok(faulty.every((at) => raw[at] === 3276.7));
  await reader.close();
});

test("every variable offers what is stored, each after the one before it", async () => {
  assert.equal(await optionsOf("tenant", {}), [TENANT, "tenantx1"]);
  assert.equal(await optionsOf("asset", { tenant: TENANT }), [ASSET, "truckx7"]);
  assert.equal(await optionsOf("channel", { tenant: TENANT, asset: ASSET }), TEMPERATURES);
  assert.equal(await optionsOf("position", { tenant: TENANT, asset: ASSET }), ["truck"]);
});

for (const [name, range] of Object.entries({ day: DAY, month: MONTH })) {
  test(`every query answers over a ${name}, with the columns that its panel names`, async () => {
    const seen: string[] = [];
    for (const panel of panels) {
      for (const target of objectsOf(panel["targets"])) {
        const key = `${panel["id"] as number} ${textOf(target["refId"])}`;
        const series = await run(panel["id"] as number, textOf(target["refId"]), range);
        assert.ok(series.length > 0, `${key} gives no series`);
        for (const { columns, values } of series) {
          assert.equal(columns, COLUMNS[key], key);
          assert.ok(values.length > 0, `${key} gives no rows`);
          assert.ok(values.length <= 2_000, `${key} gives ${values.length} rows`);
        }
        seen.push(key);
      }
    }
    assert.equal(seen.sort(), Object.keys(COLUMNS).sort());
  });
}

test("one reading outside the limits shows at a width of 30 days, where a mean would hide it", async () => {
  assert.is(Math.max(...numbersOf(await run(1, "Highest", MONTH), "highest")), SPIKE.valueC);
  assert.is(Math.min(...numbersOf(await run(1, "Lowest", MONTH), "lowest")), DIP.valueC);
  const everyS = intervalS(MONTH, 1_000, 10);
  assert.is(everyS, 1_800);
  const where = `"channel" = 'temperature/product.1' AND "asset" = '${ASSET}' AND "tenant" = '${TENANT}' AND $timeFilter`;
  const query = `SELECT mean("value") FROM "reading" WHERE ${where} GROUP BY time($__interval) fill(none)`;
  const means = numbersOf(await ask(influxd.url, DATABASE, withMacros(query, MONTH, everyS)), "mean");
  assert.ok(Math.max(...means) < 8);
  assert.ok(Math.min(...means) > 2);
});

test("a reading that is not good is in no chart, and the table says why", async () => {
  assert.ok(Math.max(...numbersOf(await run(1, "Highest", DAY), "highest")) < 8);
  const [table] = await run(6, "NotGood", DAY);
  const reasons = new Set(table?.values.map(([, channel, quality, raw]) => `${channel} ${quality} ${raw}`));
  assert.equal([...reasons].sort(), ["temperature/return 1 null", "temperature/supply 3 3276.7"]);
  const times = table?.values.map(([time]) => time as number) ?? [];
  assert.equal(
    times,
    [...times].sort((a, b) => b - a),
  );
});

test("silence gives nulls between the values, so that no line is drawn over it", async () => {
  const series = await run(1, "Lowest", DAY);
  assert.equal(
    series.map(({ tags }) => tags?.["channel"]),
    TEMPERATURES,
  );
  for (const { values } of series) {
    const silent = values.filter(([time]) => {
      const atMs = time as number;
      return atMs >= SILENCE.fromMs && atMs + 120_000 <= SILENCE.toMs;
    });
    assert.ok(silent.length > 30);
    assert.ok(silent.every(([, lowest]) => lowest === null));
  }
});

test("choosing one channel leaves the others out, a dot being only a dot", async () => {
  const series = await run(1, "Highest", DAY, { ...CHOSEN, channel: ["temperature/product.1"] });
  assert.equal(
    series.map(({ tags }) => tags?.["channel"]),
    ["temperature/product.1"],
  );
});

test("limits are drawn where they are set, below zero too", async () => {
  const limits = await run(1, "Limits", DAY, { ...CHOSEN, limit_low: "-25", limit_high: "-15.5" });
  assert.equal([...new Set(numbersOf(limits, "low"))], [-25]);
  assert.equal([...new Set(numbersOf(limits, "high"))], [-15.5]);
});

test("the last value comes with its own time", async () => {
  const last = await run(4, "Last", DAY);
  assert.equal(
    last.map(({ tags, values }) => [tags?.["channel"], values]),
    TEMPERATURES.map((channel) => {
      const valueC = { "temperature/return": 6, "temperature/supply": 3 }[channel];
      return [channel, [[END_MS - 60_000, valueC ?? last[0]?.values[0]?.[1]]]];
    }),
  );
});

test("the way is made of places where the asset was, and ends at the last", async () => {
  const [way] = await run(5, "Way", DAY);
  const [marker] = await run(5, "LastPosition", DAY);
  assert.equal(marker?.values.length, 1);
  assert.equal(marker?.values[0]?.slice(1), [LAST_POSITION.latitude, LAST_POSITION.longitude]);
  assert.equal(way?.values.at(-1), marker?.values[0]);
  // The simulated way keeps the sum of both the same, but for the last place.
  const sums = way?.values.slice(0, -1).map(([, latitude, longitude]) => Number(latitude) + Number(longitude)) ?? [];
  assert.ok(sums.length > 500);
  assert.ok(sums.every((sum) => Math.abs(sum - 150.7035) < 1e-6));
});

test("a door that was open for three minutes shows at a width of 30 days", async () => {
  const values = numbersOf(await run(3, "Door", MONTH), "open");
  assert.ok(values.includes(1));
  assert.ok(values.includes(0));
});

test("the counts of good and not good add up to the readings stored", async () => {
  const readings = await run(7, "Readings", MONTH);
  const sum = (column: string): number => numbersOf(readings, column).reduce((total, each) => total + each, 0);
  assert.is(sum("good") + sum("not good"), month.assetReadings);
  assert.ok(sum("not good") > 0);
});

test("a variable that is not declared is refused by InfluxDB, so these tests would see it", async () => {
  await assert.rejects(() => run(1, "Limits", DAY, { ...CHOSEN, limit_low: "$no_such" }), /missing parameter|error/i);
});

test.run();
