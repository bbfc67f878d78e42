// The commands as a shell starts them, from the checkout. That Node is an old one is made believe; the rest is real.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { assert, suite, tempDir, until } from "./kit.ts";

const ROOT = join(import.meta.dirname, "..");
const BROKER = join(ROOT, "broker/bin/isotherm-broker.js");

const test = suite("the launcher");
const children: ChildProcess[] = [];
let folder = "";
/** Makes Node look old to whoever asks, though not to a process that was handed over to. */
let seemingOld = "";

test.before(async () => {
  folder = await tempDir();
  seemingOld = join(folder, "seeming-old.cjs");
  const versions = `{ value: { ...process.versions, node: "20.20.2" } }`;
  const pretend = `Object.defineProperty(process, "versions", ${versions});`;
  await writeFile(seemingOld, `if (process.env.ISOTHERM_HANDED_OVER === undefined) ${pretend}\n`);
});
test.after(() => {
  for (const child of children) child.kill("SIGKILL");
});

interface Start {
  readonly launcher?: string;
  readonly isOld: boolean;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function start({ launcher = BROKER, isOld, args, env }: Start): ChildProcess {
  const old = isOld ? ["--require", seemingOld] : [];
  const child = spawn(process.execPath, [...old, launcher, ...args], { env: { ...process.env, ...env } });
  children.push(child);
  return child;
}

async function result(child: ChildProcess, input = ""): Promise<{ code: unknown; out: string; err: string }> {
  child.stdin?.end(input);
  const ended = once(child, "exit");
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [code, signal] = (await ended) as [number | null, string | null];
  return { code: code ?? signal, out, err };
}

/** A broker that is ready. */
async function startBroker(isOld: boolean): Promise<{ child: ChildProcess; brokerPid: number; log: () => string }> {
  await writeFile(join(folder, "broker.yaml"), "listeners: [{ port: 0 }]\nidentities: identities.yaml\n");
  await writeFile(join(folder, "identities.yaml"), "[]\n");
  const child = start({ isOld, args: ["--config", join(folder, "broker.yaml")] });
  let out = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  await until(() => out.includes(`"listening"`), { what: "the broker to listen" });
  return { child, brokerPid: brokerPidOf(child.pid!, isOld), log: () => out };
}

/** The launcher itself, or the one child of it. */
function brokerPidOf(pid: number, isOld: boolean): number {
  return isOld ? Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()) : pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

for (const isOld of [false, true]) {
  const on = isOld ? "handing over from an old Node" : "on a Node new enough";

  test(`passes words, stdin and exit codes on, ${on}`, async () => {
    const hash = await result(start({ isOld, args: ["passwd"] }), "a long password\n");
    assert.is(hash.code, 0);
    assert.match(hash.out, /^scrypt\$/);
    assert.is(hash.err, "");
    const wrong = await result(start({ isOld, args: ["--no-such-option"] }));
    assert.is(wrong.code, 2);
    assert.is(wrong.out, "");
    assert.match(wrong.err, "no-such-option");
  });

  test(`lets SIGTERM stop the command in its own way, ${on}`, async () => {
    const { child, brokerPid, log } = await startBroker(isOld);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    assert.equal(await ended, [0, null]);
    assert.match(log(), `"msg":"stopped"`);
    assert.not.ok(isAlive(brokerPid));
  });
}

test("a launcher that is killed takes its command along", async () => {
  const { child, brokerPid } = await startBroker(true);
  assert.is.not(brokerPid, child.pid);
  child.kill("SIGKILL");
  await until(() => !isAlive(brokerPid), { what: "the broker to end" });
});

test("a command that is killed looks so from outside, too", async () => {
  const { child, brokerPid } = await startBroker(true);
  const ended = once(child, "exit");
  process.kill(brokerPid, "SIGKILL");
  assert.equal(await ended, [null, "SIGKILL"]);
});

test("experimental parts of Node are used without a word, other warnings are shown", async () => {
  const launcher = join(ROOT, "bin/launch.js");
  const module = `process.emitWarning("new", "ExperimentalWarning"); process.emitWarning("mind this");`;
  await writeFile(join(folder, "warns.js"), module);
  await writeFile(
    join(folder, "isotherm-warns.js"),
    `import { launch } from ${JSON.stringify(launcher)};\nawait launch(new URL("warns.js", import.meta.url));\n`,
  );
  await writeFile(join(folder, "package.json"), `{ "type": "module" }`);
  const { code, err } = await result(start({ launcher: join(folder, "isotherm-warns.js"), isOld: false, args: [] }));
  assert.is(code, 0);
  assert.match(err, "mind this");
  assert.not.match(err, "ExperimentalWarning");
});

test("an old Node with no newer one at hand says in one sentence what to install", async () => {
  const alone = await tempDir();
  await cp(join(ROOT, "bin/launch.js"), join(alone, "launch.js"));
  await writeFile(join(alone, "package.json"), `{ "type": "module" }`);
  await writeFile(
    join(alone, "isotherm-broker.js"),
    `import { launch } from "./launch.js";\nawait launch(new URL("main.js", import.meta.url));\n`,
  );
  const launcher = join(alone, "isotherm-broker.js");
  const { code, out, err } = await result(start({ launcher, isOld: true, args: ["--help"] }));
  assert.is(code, 1);
  assert.is(out, "");
  assert.match(err, /^isotherm-broker needs Node 24 or later, and this is Node 20\.20\.2: install it from .*\n$/);
});

test("two old Nodes do not hand over to each other for ever", async () => {
  const always = join(folder, "always-old.cjs");
  await writeFile(always, readFileSync(seemingOld, "utf8").replace(/^if \(.*?\) /, ""));
  const env = { NODE_OPTIONS: `--require ${always}` };
  const { code, err } = await result(start({ isOld: false, args: ["--help"], env }));
  assert.is(code, 1);
  assert.match(err, "this is Node 20.20.2");
});

test.run();
