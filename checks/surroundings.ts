/** What tests need around them: programs, data, folders, ports, patience, a seed. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const { setTimeout: startTimer } = globalThis;

/** Debian packages of commands whose package has another name. */
const PACKAGE_OF_COMMAND: Readonly<Record<string, string>> = {
  influxd: "influxdb",
  influx: "influxdb-client",
  mosquitto_pub: "mosquitto-clients",
  mosquitto_sub: "mosquitto-clients",
};
const PACKAGE_OF_MODULE: Readonly<Record<string, string>> = {
  serial: "python3-serial",
  serial_asyncio: "python3-serial-asyncio",
};

function isOnPath(command: string): boolean {
  // Daemons such as mosquitto live in sbin folders, which a plain user's PATH may lack.
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasPythonModule(name: string): boolean {
  // Debian's modules belong to Debian's python, not to another one that may come first on PATH.
  const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
  return spawnSync(python, ["-c", `import ${name}`], { stdio: "ignore", timeout: 20_000 }).status === 0;
}

/** What a suite cannot do without. */
export interface Needs {
  readonly commands?: readonly string[];
  /** Modules of /usr/bin/python3, by the name they are imported under. */
  readonly pythonModules?: readonly string[];
  readonly testData?: boolean;
}

/** Why a suite cannot run here, in words that say what to install; `undefined` if it can. */
export function needs(wanted: Needs): string | undefined {
  const missing = [
    ...(wanted.commands ?? [])
      .filter((name) => !isOnPath(name))
      .map((name) => [name, PACKAGE_OF_COMMAND[name] ?? name]),
    ...(wanted.pythonModules ?? [])
      .filter((name) => !hasPythonModule(name))
      .map((name) => [`python3's ${name}`, PACKAGE_OF_MODULE[name] ?? `python3-${name}`]),
  ];
  const reasons: string[] = [];
  if (missing.length > 0) {
    const names = missing.map(([name]) => name).join(", ");
    const packages = [...new Set(missing.map(([, from]) => from))].join(" ");
    reasons.push(`install ${names} (apt-get install ${packages})`);
  }
  if (wanted.testData === true && !existsSync(process.env["ISOTHERM_TEST_DATA"] ?? "")) {
    reasons.push("set ISOTHERM_TEST_DATA to the folder of third-party test data");
  }
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

/** The folder of third-party test data; suites that use it say `skip: needs({ testData: true })`. */
export function testDataDir(): string {
  const folder = process.env["ISOTHERM_TEST_DATA"];
  if (folder === undefined || folder === "") throw new Error("ISOTHERM_TEST_DATA is not set");
  return resolve(folder);
}

const folders: string[] = [];

/** A fresh folder, removed when the test file ends. */
export async function tempDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "isotherm-"));
  folders.push(folder);
  return folder;
}

/** Removes what `tempDir` made. */
export async function removeTempDirs(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** How long `until` waits, and how it names what it waited for. */
export interface Patience {
  /** 10 s unless given. */
  readonly deadlineMs?: number;
  readonly everyMs?: number;
  /** What is awaited, for the error: "the broker to listen". */
  readonly what?: string;
}

/**
 * Polls until the predicate gives true. A predicate that throws counts as "not yet"; its last error is the cause of ours.
 * @throws after the deadline, naming what was awaited.
 */
export async function until(predicate: () => boolean | Promise<boolean>, patience: Patience = {}): Promise<void> {
  const { deadlineMs = 10_000, everyMs = 10, what = "the condition" } = patience;
  const startedAtMs = performance.now();
  let cause: unknown;
  for (;;) {
    try {
      cause = undefined;
      if (await predicate()) return;
    } catch (thrown) {
      cause = thrown;
    }
    if (performance.now() - startedAtMs > deadlineMs) {
      throw new Error(`waited ${deadlineMs} ms in vain for ${what}`, cause === undefined ? {} : { cause });
    }
    await new Promise((wake) => startTimer(wake, everyMs));
  }
}

/** A TCP port of 127.0.0.1 that was free a moment ago, for programs that cannot listen on port 0. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening, failed) => {
    server.once("error", failed).listen(0, "127.0.0.1", listening);
  });
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}

/** Whether this is `npm run test:long`. */
export function isLong(): boolean {
  return process.env["ISOTHERM_LONG"] === "1";
}

let chosenSeed: number | undefined;

/** The seed of this run, printed; ISOTHERM_SEED repeats one. An unsigned 32-bit number. */
export function seed(): number {
  if (chosenSeed !== undefined) return chosenSeed;
  const wanted = Number(process.env["ISOTHERM_SEED"] ?? NaN);
  chosenSeed = Number.isInteger(wanted) ? wanted >>> 0 : Math.floor(Math.random() * 2 ** 32);
  console.log(`seed: ISOTHERM_SEED=${chosenSeed}`);
  return chosenSeed;
}
