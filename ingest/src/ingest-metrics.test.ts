import { readFileSync } from "node:fs";
import { assert, suite, until } from "../../checks/kit.ts";
import { HOST_ID, openIngest, TestBroker, testConfig } from "../test/bench.ts";
import {
  anchorRecord,
  assetStream,
  gatewayStream,
  ScriptedGateway,
  temperatureRecord,
} from "../test/scripted-gateway.ts";
import { STAGES } from "./ingest-metrics.ts";

const test = suite("metrics");
const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

interface Family {
  readonly help: string;
  readonly type: string;
  readonly samples: Map<string, number>;
}

/** Prometheus' text format, of which every line must be understood. */
function parsed(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let help = "";
  for (const line of text.split("\n")) {
    const [, isHelp, isType, rest] = /^# (?:(HELP)|(TYPE)) (.*)$/.exec(line) ?? [];
    if (isHelp !== undefined) help = rest?.replace(/^\S+ /, "") ?? "";
    else if (isType !== undefined) {
      const [name = "", type = ""] = rest?.split(" ") ?? [];
      families.set(name, { help, type, samples: new Map() });
    } else if (line !== "") {
      const [, name, labels = "", value] = /^([a-zA-Z_:][\w:]*)(\{[^}]*\})? (\S+)$/.exec(line) ?? [];
      assert.ok(name !== undefined && !Number.isNaN(Number(value)), `not a sample: ${line}`);
      const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ""));
      assert.ok(family !== undefined, `${name} has no TYPE`);
      family.samples.set(name + labels, Number(value));
    }
  }
  return families;
}

test("every name stands in the README, and everything there is told", async () => {
  const broker = await TestBroker.open();
  const ingest = await openIngest(await testConfig(broker.url));
  const gateway = await ScriptedGateway.connect(broker.url, "group1", "gw-1");
  try {
    await until(() => ingest.connected, { what: "the connection" });
    await gateway.nodeBirth(HOST_ID);
    const [own, cold] = [gatewayStream(), assetStream("cold-1")];
    await gateway.birth(own);
    await gateway.birth(cold);
    await gateway.data(own, [anchorRecord(1, 1, 0, 1_780_000_000_000)]);
    await gateway.data(cold, [temperatureRecord(1, 1000, 5), temperatureRecord(2, 2000, 5)]);
    await until(() => gateway.accepted("cold-1")?.watermark === 2, { what: "the acceptance" });
    const at = `http://127.0.0.1:${ingest.port}`;
    const families = parsed(await (await fetch(`${at}/metrics`)).text());
    const ours = [...families.keys()].filter((name) => name.startsWith("isotherm_")).sort();
    const documented = [...README.matchAll(/`(isotherm_ingest_\w+)`/g)].map(([, name]) => name as string).sort();
    assert.equal(ours, documented);
    for (const name of ours) assert.ok((families.get(name)?.help.length ?? 0) > 10, `${name} says what it is`);
    const sample = (name: string, labels = ""): number | undefined =>
      families.get(name.replace(/_count$/, ""))?.samples.get(name + labels);
    assert.is(sample("isotherm_ingest_readings_stored_total"), 2);
    assert.is(sample("isotherm_ingest_total", '{outcome="records"}'), 3);
    assert.is(sample("isotherm_ingest_broker_connected"), 1);
    for (const stage of STAGES) {
      const count = sample("isotherm_ingest_lag_at_stage_seconds_count", `{stage="${stage}"}`);
      assert.is((count ?? -1) > 0, stage !== "told" && stage !== "assessed", stage);
    }
    assert.is((await fetch(`${at}/health`)).status, 200);
    assert.equal(await (await fetch(`${at}/ready`)).json(), { ready: true, unwell: [] });
  } finally {
    await gateway.close();
    await ingest.close();
    await broker.close();
  }
});

test.run();
