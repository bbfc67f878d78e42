import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, suite, tempDir, until } from "../../checks/kit.ts";
import { TestBroker } from "../test/bench.ts";

const test = suite("ingest's command line");
const MAIN = join(import.meta.dirname, "main.ts");
const FLAGS = ["--disable-warning=ExperimentalWarning", MAIN];

function ask(...args: string[]) {
  return spawnSync(process.execPath, [...FLAGS, ...args], { encoding: "utf8", timeout: 20_000 });
}

async function configFile(lines: readonly string[]): Promise<string> {
  const folder = await tempDir();
  writeFileSync(join(folder, "ingest.token"), "a token\n");
  const file = join(folder, "ingest.yaml");
  writeFileSync(file, lines.join("\n"));
  return file;
}

const CONFIG = (url: string) => [
  `broker: { url: "${url}" }`,
  "hostId: host-1",
  "groups: { group1: tenant1 }",
  "stateFile: state.db",
  "store: { path: readings.db }",
  "traceFile: trace.db",
  "tokenFile: ingest.token",
];

test("--help teaches, and what it shows as a configuration is one", async () => {
  const { stdout, status } = ask("--help");
  assert.is(status, 0);
  const example = stdout.slice(stdout.indexOf("  broker:"), stdout.indexOf("HTTP: POST"));
  const file = await configFile(example.split("\n").map((line) => line.slice(2)));
  writeFileSync(join(file, "../ingest.password"), "secret");
  const asked = ask("status", "--config", file);
  assert.match(asked.stderr, /state\.db does not exist; ingest makes it when it first runs/);
  assert.is(asked.status, 1);
});

test("every problem of a configuration is told at once, with its place and its mend", async () => {
  const file = await configFile(['broker: { url: "http://x" }', "hostId: a b", "groups: {}", "colour: blue"]);
  const { stderr, status } = ask("run", "--config", file);
  assert.is(status, 2);
  for (const said of [/broker\.url: not a broker's address; give mqtt/, /hostId: not an id; give/, /remove colour/])
    assert.match(stderr, said);
  assert.match(stderr, /groups: no group; name at least one/);
  assert.is(ask("run").status, 2);
  assert.is(ask("dance", "--config", file).status, 2);
  const empty = await configFile([""]);
  assert.match(ask("run", "--config", empty).stderr, /the file: is no configuration; give it as --help shows it/);
  const short = await configFile(["hostId: host-1"]);
  assert.match(ask("run", "--config", short).stderr, /broker: is missing; .*\n {2}groups: is missing/);
  assert.match(ask("run", "--config", `${file}.none`).stderr, /cannot be read: there is no such file;/);
});

test("a wrong command line is told on standard error, in words", () => {
  const { status, stdout, stderr } = ask("status", "--confg", "x");
  assert.equal([status, stdout], [2, ""]);
  assert.is(stderr, "Unknown option '--confg'. See isotherm-ingest status --help.\n");
  assert.match(ask("--version").stdout, /^isotherm-ingest \d+\.\d+\.\d+\n$/);
});

test("it listens, is asked while it runs, and stops cleanly on SIGTERM", async () => {
  const broker = await TestBroker.open();
  const file = await configFile(CONFIG(broker.url));
  const child = spawn(process.execPath, [...FLAGS, "--config", file], { stdio: ["ignore", "pipe", "inherit"] });
  let log = "";
  child.stdout.on("data", (chunk: Buffer) => (log += chunk.toString("utf8")));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await until(() => log.includes('"msg":"connected to the broker"'), { what: "ingest to connect" });
  const listening = log.split("\n").filter((line) => line.includes('"msg":"listening"'));
  assert.is(listening.length, 1);
  const { port } = JSON.parse(listening[0] as string) as { port: number };
  assert.is((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  const second = ask("run", "--config", file);
  assert.equal([second.status, second.stdout], [1, ""]);
  assert.match(second.stderr, /another ingest runs on .*state\.db; stop it first/);
  assert.match(ask("quarantine", "--config", file).stdout, /nothing is in quarantine/);
  assert.equal(JSON.parse(ask("completeness", "--json", "--config", file).stdout), []);
  assert.match(ask("status", "--config", file).stdout, /no gateway has been heard yet\n\nno open alarm/);
  assert.match(
    ask("status", "--tenant", "tenant2", "--config", file).stdout,
    /nothing is known of tenant "tenant2"; the configuration has tenant1/,
  );
  child.kill("SIGTERM");
  assert.is(await ended, 0);
  await broker.close();
});

test.run();
