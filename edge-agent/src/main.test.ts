import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, suite, tempDir, until } from "../../checks/kit.ts";
import { ScriptedHost } from "../test/scripted-host.ts";
import { readSpoolSummary } from "./spool-summary.ts";

const test = suite("edge-agent command");
const MAIN = new URL("main.ts", import.meta.url).pathname;
const NODE = ["--disable-warning=ExperimentalWarning", MAIN];

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...NODE, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

function configText(port: number): string {
  return `gatewayId: gw-1
groupId: fleet-1
hostId: host-1
broker: { url: "mqtt://127.0.0.1:${port}", user: gw-1, passwordFile: secret }
spool: { path: spools/gw-1.db }
buses: [{ busId: climate, kind: modbus-tcp, host: 127.0.0.1, port: 9 }]
assets:
  - assetId: truck-1
    sampleEveryMs: 200
    devices:
      - { bus: climate, unit: 1, profile: sht20-transmitter, points: { temperature: { channel: temperature/product-1, role: product } } }
`;
}

test("--help teaches, and its example can be used", async () => {
  const { code, out } = run("--help");
  assert.is(code, 0);
  const example = out.slice(out.indexOf("  gatewayId:"), out.indexOf("A serial path"));
  const file = join(await tempDir(), "agent.yaml");
  writeFileSync(file, example.replaceAll(/^ {2}/gm, ""));
  assert.equal(run("check", "--config", file), { code: 0, out: `${file} can be used.\n`, err: "" });
});

test("says what is wrong and ends with 2, or 1 when it is not the configuration", async () => {
  const folder = await tempDir();
  const file = join(folder, "agent.yaml");
  writeFileSync(file, configText(1883).replace("unit: 1, ", ""));
  const bad = run("check", "--config", file);
  assert.is(bad.code, 2);
  assert.match(bad.err, /agent.yaml:11 assets\[0\].devices\[0\] has no unit/);
  assert.is(run("--unknown").code, 2);
  assert.is(run("check", "--config", join(folder, "none.yaml")).code, 1);
});

test("runs, takes records of devices that are not there, and ends within three seconds of SIGTERM", async () => {
  const host = new ScriptedHost();
  await host.listen();
  await host.connect();
  await host.sayState(true);
  const folder = await tempDir();
  const file = join(folder, "agent.yaml");
  mkdirSync(join(folder, "spools"));
  writeFileSync(join(folder, "secret"), "not told\n");
  writeFileSync(file, configText(host.port));
  const child = spawn(process.execPath, [...NODE, "--config", file], { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes: Buffer) => (printed += bytes.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await until(() => host.records.filter(({ assetId }) => assetId === "truck-1").length > 3, { what: "records" });
  assert.ok(host.records.every(({ assetId, record }) => assetId === "gateway" || record.readings[0]?.value === null));
  const stoppedAtMs = performance.now();
  child.kill("SIGTERM");
  assert.is(await ended, 0, printed);
  assert.ok(performance.now() - stoppedAtMs < 3000);
  assert.not.match(printed, /not told/);
  await until(() => host.nodePayloads.at(-1)?.type === "NDEATH");
  assert.match(run("spool", "--config", file).out, /truck-1 +now/);
  assert.is(readSpoolSummary(join(folder, "spools/gw-1.db"))?.gatewayId, "gw-1");
  await host.close();
});

test.run();
