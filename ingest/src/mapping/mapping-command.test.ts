import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, suite, tempDir } from "../../../checks/kit.ts";
import { MAPPING_HELP } from "./mapping-help.ts";
import { readMapping } from "./mapping-file.ts";
import { runMappingCommand } from "./mapping-command.ts";
import { mappingJsonSchema } from "./mapping-schema.ts";

const test = suite("the command mapping");
const SHIPPED = join(import.meta.dirname, "../../mappings");
const NOW = Date.UTC(2026, 0, 2);

async function fileOf(text: string, name = "mapping.yaml"): Promise<string> {
  const file = join(await tempDir(), name);
  writeFileSync(file, text);
  return file;
}

test("its help shows a mapping that can be used as it stands", () => {
  const { text, exitCode } = runMappingCommand(["--help"], NOW);
  assert.is(exitCode, 0);
  assert.is(text, MAPPING_HELP);
  const example = text.slice(text.indexOf("  mapping: factory"), text.indexOf("\nThe first rule"));
  const read = readMapping(example.replaceAll(/^ {2}/gm, ""), "help");
  assert.equal("problems" in read ? read.problems : [], []);
});

test("check tells every problem of a file at once, with line, path and mend", async () => {
  const file = await fileOf(
    [
      "mapping: my plant",
      "json:",
      "  - topic: plant/{asset}",
      '    gateway: "{asset}"',
      '    asset: "{asset}"',
      "    maxSilence: 30",
      "    time: { path: ts, format: iso }",
      "    channels:",
      "      - path: t",
      "        channel: temperature/p1",
      "        rolle: product",
      "        role: product",
      "        unit: celsius",
      "        resolution: 0.1",
    ].join("\n"),
  );
  const { text, exitCode } = runMappingCommand(["check", file], NOW);
  assert.is(exitCode, 2);
  for (const said of [
    /mapping\.yaml:1 mapping: "my plant" cannot be used; give 1 to 64 of letters/,
    /mapping\.yaml:6 json\[0\]\.maxSilence: 30 cannot be used; give a duration such as 15min/,
    /mapping\.yaml:7 json\[0\]\.time\.format: "iso" cannot be used; give iso8601, epoch-s or epoch-ms/,
    /mapping\.yaml:11 json\[0\]\.channels\[0\]\.rolle: `rolle` means nothing here; remove it, or correct its spelling/,
    /mapping\.yaml:13 json\[0\]\.channels\[0\]\.unit: "celsius" cannot be used; give one of Cel, °C/,
  ])
    assert.match(text, said);
  const asJson = JSON.parse(runMappingCommand(["check", file, "--json"], NOW).text) as { problems: unknown[] };
  assert.is(asJson.problems.length, 5);
});

test("check tells what fits nowhere: names captured nowhere, paths, zones, topics of others", async () => {
  const file = await fileOf(
    [
      "mapping: plant",
      "json:",
      "  - topic: spBv1.0/{asset}",
      '    gateway: "{node}"',
      '    asset: "{asset}"',
      "    maxSilence: 30min",
      "    time: { path: a..b, format: iso8601, timeZone: Mars/Base }",
      "    each: samples",
      "    channels:",
      '      - { path: "list[*].t", channel: Temp, role: product, unit: "°C", resolution: 0.1 }',
    ].join("\n"),
  );
  const { text } = runMappingCommand(["check", file], NOW);
  // A fault of another kind elsewhere hides none of them.
  const withMore = runMappingCommand(
    ["check", await fileOf(readFileSync(file, "utf8").replace("mapping: plant", "mapping: a plant"))],
    NOW,
  );
  assert.match(withMore.text, /8 problems/);
  assert.match(withMore.text, /:4 json\[0\]\.gateway: \{node\} is captured nowhere/);
  for (const said of [
    /:3 json\[0\]\.topic: topics below spBv1\.0 carry something else/,
    /:4 json\[0\]\.gateway: \{node\} is captured nowhere/,
    /:7 json\[0\]\.time\.path: the path cannot be read from "\.\.b" on/,
    /:7 json\[0\]\.time\.timeZone: "Mars\/Base" is no time zone/,
    /:8 json\[0\]\.each: leads to no list/,
    /:10 json\[0\]\.channels\[0\]\.path: the path holds \[\*\]/,
    /:10 json\[0\]\.channels\[0\]\.channel: "Temp" is no <quantity>\/<place>/,
  ])
    assert.match(text, said);
});

test("try shows what a message would become, and what of it would not be taken", async () => {
  const payload = await fileOf(
    '{"temperature":4.5,"contact":"ajar","last_seen":"2026-01-01T03:04:05Z"}',
    "message.json",
  );
  const args = ["try", join(SHIPPED, "zigbee2mqtt.yaml"), "--topic", "zigbee2mqtt/room-2", "--payload", payload];
  const { text, exitCode } = runMappingCommand(args, NOW);
  assert.is(exitCode, 2);
  assert.match(text, /^gateway zigbee-room-2\n/);
  assert.match(text, /room-2 {2}temperature\/sensor {2}ambient {2}2026-01-01T03:04:05\.000Z {4}4\.5 {2}Cel {3}good/);
  assert.match(text, /not taken: .*"ajar" is none of the values/);
  const other = runMappingCommand([...args.slice(0, 3), "zigbee/room-2", ...args.slice(4), "--json"], NOW);
  const trial = JSON.parse(other.text) as { gatewayId: unknown; problems: string[] };
  assert.is(trial.gatewayId, null);
  assert.match(
    trial.problems[0] ?? "",
    /no rule speaks of the topic zigbee\/room-2; topics asked for: zigbee2mqtt\/\+/,
  );
});

test("it is a command of ingest, and reads a message from standard input", () => {
  const main = join(import.meta.dirname, "../main.ts");
  const args = ["--disable-warning=ExperimentalWarning", main, "mapping", "try", join(SHIPPED, "tasmota-ds18b20.yaml")];
  const input = '{"Time":"2026-01-02T03:04:05","DS18B20":{"Id":"01","Temperature":3.9},"TempUnit":"C"}';
  const done = spawnSync(process.execPath, [...args, "--topic", "tele/freezer/SENSOR"], {
    input,
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.equal([done.status, done.stderr], [0, ""]);
  assert.match(done.stdout, /freezer {2}temperature\/probe .* 3\.9 {2}Cel {3}good/);
  const wrong = spawnSync(process.execPath, args, { input, encoding: "utf8", timeout: 20_000 });
  assert.is(wrong.status, 2);
  assert.match(wrong.stderr, /--topic TOPIC/);
});

test("its schema describes every field that a rule may have", () => {
  const schema = JSON.stringify(mappingJsonSchema());
  for (const field of ["maxSilence", "sentinels", "timeZone", "numericText", "each"])
    assert.ok(schema.includes(`"${field}"`));
  assert.is(runMappingCommand(["schema"], NOW).exitCode, 0);
});

test.run();
