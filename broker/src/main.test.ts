import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import mqtt from "mqtt";
import { assert, suite, tempDir, until } from "../../checks/kit.ts";
import { closed, connected } from "./test/broker-trial.ts";
import { parsePasswordHash, passwordMatches } from "./password.ts";

const test = suite("broker process");

const MAIN = join(import.meta.dirname, "main.ts");

function start(args: readonly string[], stdin = "") {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args]);
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.err += chunk.toString()));
  child.stdin.end(stdin);
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, output, ended };
}

type Line = { msg: string; port?: number; counters?: Record<string, number> };
const lines = (out: string): Line[] =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

test("passwd hashes what stdin gives, or makes a password and shows it once", async () => {
  const given = start(["passwd"], "secret\n");
  assert.is(await given.ended, 0);
  const hash = parsePasswordHash(given.output.out.trim());
  assert.ok(hash && (await passwordMatches(Buffer.from("secret"), hash)));
  const made = start(["passwd", "--generate"]);
  assert.is(await made.ended, 0);
  const password = /password: (\S{32}) /.exec(made.output.err)?.[1] ?? "";
  const madeHash = parsePasswordHash(made.output.out.trim());
  assert.ok(madeHash && (await passwordMatches(Buffer.from(password), madeHash)));
  const empty = start(["passwd"]);
  assert.is(await empty.ended, 2);
  assert.is(empty.output.out, "");
});

test("it says listening in one line, serves, logs counters on SIGUSR2, and ends cleanly on SIGTERM", async () => {
  const folder = await tempDir();
  const passwd = start(["passwd"], "secret");
  await passwd.ended;
  const identity = `- { user: g1, role: gateway, groupId: R, gatewayId: g1, passwordHash: "${passwd.output.out.trim()}" }`;
  await writeFile(join(folder, "identities.yaml"), identity);
  await writeFile(join(folder, "broker.yaml"), "listeners: [{ port: 0 }]\nidentities: identities.yaml\n");
  const { child, output, ended } = start(["--config", join(folder, "broker.yaml")]);
  await until(() => output.out.includes("\n"), { what: "the first line" });
  const [first] = lines(output.out);
  assert.is(first?.msg, "listening");
  const port = first?.port ?? 0;
  assert.ok(port > 0);
  const client = mqtt.connect({ port, host: "127.0.0.1", username: "g1", password: "secret", reconnectPeriod: 0 });
  await connected(client);
  child.kill("SIGUSR2");
  await until(() => lines(output.out).some(({ msg }) => msg === "counters"), { what: "the counters" });
  assert.is(lines(output.out).find(({ msg }) => msg === "counters")?.counters?.["clientsNow"], 1);
  const gone = closed(client);
  child.kill("SIGTERM");
  assert.is(await ended, 0);
  await gone;
  assert.is(lines(output.out).at(-1)?.msg, "stopped");
  assert.is(lines(output.out).filter(({ msg }) => msg === "listening").length, 1);
  assert.is(output.err, "");
});

test("mistakes are named all at once on stderr, with exit code 2 and nothing on stdout", async () => {
  const file = join(await tempDir(), "broker.yaml");
  await writeFile(file, "listeners: [{ port: 99999 }]\nclientsMax: -1\n");
  const wrong = start(["--config", file]);
  assert.is(await wrong.ended, 2);
  for (const place of ["listeners[0].port", "clientsMax", "identities"])
    assert.ok(wrong.output.err.includes(`  ${place}: `), wrong.output.err);
  assert.is(wrong.output.out, "");
  for (const args of [[], ["dance"], ["--nonsense"], ["passwd", "secret"]]) assert.is(await start(args).ended, 2);
  const help = start(["--help"]);
  assert.is(await help.ended, 0);
  assert.match(help.output.out, /passwd --generate/);
});

test.run();
