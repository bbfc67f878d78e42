// The installed form: every room packed, installed by npm into an empty folder, and used there.
// file-deadline-s: 240

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { assert, suite, tempDir, until } from "./kit.ts";
import { packRooms, rooms } from "./pack-rooms.ts";
import { DOORS } from "./tidy.ts";

const ROOT = join(import.meta.dirname, "..");
const COMMANDS = [
  "grafana-provisioning",
  "isotherm-agent",
  "isotherm-bridge",
  "isotherm-broker",
  "isotherm-dashboards",
  "isotherm-ingest",
  "isotherm-trace",
];
/** What npm says when there is no way to the registry, and its cache lacks something. */
const REGISTRY_AWAY =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;
// The commands' first line asks for "node", which must be the one that runs this.
const ENV = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` };

const folder = await tempDir();
const home = join(folder, "installed");
const tarballs = await packRooms(ROOT, join(folder, "tarballs"));

/** Installs the tarballs; gives the reason for which that cannot be done here. */
async function install(): Promise<string | undefined> {
  await mkdir(home);
  await writeFile(join(home, "package.json"), `{ "private": true, "type": "module" }\n`);
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=30000"];
  try {
    await promisify(execFile)("npm", ["install", ...options, ...tarballs], { cwd: home, env: ENV, timeout: 150_000 });
    return undefined;
  } catch (error) {
    if (!REGISTRY_AWAY.test((error as { stderr?: string }).stderr ?? "")) throw error;
    return "the npm registry cannot be reached, and npm's cache does not hold everything";
  }
}

const test = suite("the installed form", { skip: await install() });
const children: ChildProcess[] = [];
test.after(() => {
  for (const child of children) child.kill("SIGKILL");
});

function start(command: string, ...args: string[]): ChildProcess {
  const child = spawn(join(home, "node_modules/.bin", command), args, { cwd: home, env: ENV });
  children.push(child);
  return child;
}

async function run(
  command: string,
  args: readonly string[],
  input = "",
): Promise<[code: unknown, out: string, err: string]> {
  const child = start(command, ...args);
  child.stdin?.end(input);
  const ended = once(child, "exit");
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return [(await ended)[0], out, err];
}

/** Starts a server and gives the port that its log line "listening" names. */
async function listening(command: string, config: string): Promise<number> {
  const child = start(command, "--config", config);
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (chunk) => (out += chunk));
  let port: number | undefined;
  await until(
    () => {
      const line = out.split("\n").find((each) => each.includes(`"msg":"listening"`));
      if (line === undefined) throw new Error(out);
      port = (JSON.parse(line) as { port: number }).port;
      return true;
    },
    { what: `${command} to listen` },
  );
  return port!;
}

async function write(name: string, content: object | string): Promise<string> {
  const path = join(home, name);
  // JSON is YAML.
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

test("one package for each room, with nothing in it that only development needs", async () => {
  assert.is(tarballs.length, (await rooms(ROOT)).length);
  const paths = readdirSync(join(home, "node_modules/@isotherm"), { recursive: true, encoding: "utf8" });
  assert.ok(paths.includes("coldchain/src/ranges.js"));
  assert.ok(paths.includes("coldchain/LICENSE"));
  const typed = paths.filter((path) => path.endsWith(".ts"));
  assert.equal(
    typed.filter((path) => !/^dashboards\/(console|driver|page-parts)\//.test(path)),
    [],
  );
  assert.equal(
    paths.filter((path) => /\.(test|bench)\.|(^|\/)test(\/|$)|\.py$|^dashboards\/outline/.test(path)),
    [],
  );
  for (const room of await rooms(ROOT)) {
    const path = join(home, "node_modules/@isotherm", room, "package.json");
    const manifest = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    assert.is(manifest["private"], undefined);
    assert.is(manifest["devDependencies"], undefined);
  }
});

test("every room's commands are there, and no other of ours", () => {
  const present = readdirSync(join(home, "node_modules/.bin")).filter((name) => /^isotherm-|^grafana-/.test(name));
  assert.equal(present.sort(), COMMANDS);
});

for (const command of COMMANDS) {
  test(`${command} --help teaches`, async () => {
    const [code, out, err] = await run(command, ["--help"]);
    assert.is(code, 0);
    assert.is(err, "");
    assert.match(out, new RegExp(`^ {2}${command} `, "m"));
    // A path of the checkout leads nowhere here.
    assert.not.match(out, /\.ts\b/);
  });
}

test("isotherm-broker passwd makes a line for the identities file", async () => {
  const [code, out, err] = await run("isotherm-broker", ["passwd"], "a long password");
  assert.equal([code, err], [0, ""]);
  assert.match(out, /^scrypt\$\d+\$\d+\$\d+\$\S+\n$/);
});

test("isotherm-ingest status says in plain words that nothing has been stored", async () => {
  await write("ingest.token", "0123456789abcdef0123456789abcdef");
  const config = await write("ingest.yaml", {
    broker: { url: "mqtt://127.0.0.1:1883" },
    hostId: "host-1",
    groups: { fleet: "acme" },
    stateFile: "absent.db",
    store: { path: "readings.db" },
    traceFile: "trace.db",
    http: { port: 0 },
    tokenFile: "ingest.token",
  });
  const [code, out, err] = await run("isotherm-ingest", ["status", "--config", config]);
  assert.equal([code, out], [1, ""]);
  assert.match(err, /absent\.db/);
  assert.is(err.trim().split("\n").length, 1, err);
  assert.not.match(err, /\bat \S+:\d+:\d+/);
  assert.not.match(err, /\bundefined\b|Error:/);
});

test("isotherm-agent finds the device profiles that come with it", async () => {
  const agent = await write("agent.yaml", {
    gatewayId: "gw-1",
    groupId: "fleet",
    hostId: "host-1",
    broker: { url: "mqtt://127.0.0.1:1883", user: "gw-1", passwordFile: "gw-1.password" },
    spool: { path: "spool.db" },
    buses: [{ busId: "climate", kind: "modbus-tcp", host: "127.0.0.1", port: 502 }],
    assets: [
      {
        assetId: "truck-1",
        sampleEveryMs: 10000,
        devices: [
          {
            bus: "climate",
            unit: 1,
            profile: "cold-room-controller",
            points: { supply: { channel: "temperature/supply", role: "supply" } },
          },
        ],
      },
    ],
  });
  assert.equal(await run("isotherm-agent", ["check", "--config", agent]), [0, `${agent} can be used.\n`, ""]);
});

test("every door opens", async () => {
  const names = JSON.stringify(Object.keys(DOORS));
  const script = `
    for (const name of ${names}) console.log(name, Object.keys(await import(name)).length, import.meta.resolve(name));`;
  const file = await write("doors.js", script);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: home, env: ENV });
  const opened = stdout.trim().split("\n");
  assert.is(opened.length, Object.keys(DOORS).length);
  for (const line of opened) assert.match(line, /^\S+ \d+ \S+\/installed\/node_modules\/@isotherm\/\S+\.js$/);
});

test("isotherm-broker listens", async () => {
  await write("identities.yaml", "[]\n");
  const config = await write("broker.yaml", { listeners: [{ port: 0 }], identities: "identities.yaml" });
  assert.ok((await listening("isotherm-broker", config)) > 0);
});

/** What a page asks for (modules, styles, icons), or a module of it: other modules. */
function wanted(source: string, isHtml: boolean): string[] {
  const pattern = isHtml ? /(?:src|href)="([^"#]+)"/g : /\b(?:from|import)\s*\(?\s*["']((?:\.{1,2})?\/[^"']+)["']/g;
  return [...source.matchAll(pattern)].map(([, name = ""]) => name);
}

/** Fetches a page and all that it leads to; gives content types by path. */
async function fetchPage(url: string, page: string): Promise<Map<string, string>> {
  const types = new Map<string, string>();
  const waiting = [page];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (types.has(path)) continue;
    const response = await fetch(url + path);
    assert.is(response.status, 200, `${path}: ${response.status}`);
    const type = response.headers.get("content-type") ?? "";
    types.set(path, type);
    const source = await response.text();
    if (!/html|javascript/.test(type) || path.startsWith("/vendor/")) continue;
    for (const name of wanted(source, type.includes("html"))) waiting.push(new URL(name, url + path).pathname);
  }
  return types;
}

test("isotherm-dashboards listens, and serves its pages with all that they lead to", async () => {
  await write("admin.token", "fedcba9876543210fedcba9876543210");
  const config = await write("dashboards.yaml", {
    http: { port: 0 },
    traceFile: join(home, "trace.sqlite"),
    stateFile: join(home, "state.sqlite"),
    readingsFile: join(home, "readings.sqlite"),
    ingest: { url: "http://127.0.0.1:1", tokenFile: join(home, "ingest.token") },
    adminTokenFile: join(home, "admin.token"),
  });
  const port = await listening("isotherm-dashboards", config);
  for (const page of ["console", "driver"]) {
    const types = await fetchPage(`http://127.0.0.1:${port}`, `/${page}`);
    const modules = [...types].filter(([path]) => /\.(ts|js|mjs)$/.test(path));
    assert.ok(modules.length >= 10, `${modules.length} modules`);
    for (const [path, type] of modules) assert.match(type, /^text\/javascript\b/, path);
    assert.ok(types.has("/vendor/uplot.js"));
  }
});

test.run();
