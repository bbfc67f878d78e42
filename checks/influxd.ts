// A real InfluxDB 1.x for tests: own folders, own ports, loopback only.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, tempDir, until } from "./kit.ts";

export interface Influxd {
  readonly url: string;
  /**
   * Ends the process, by default without warning, and resolves once it is gone. SIGSTOP and SIGCONT freeze it and let it
   * go on.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again over the same folders and ports; resolves once it answers. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts influxd and waits for its answer. Suites say `skip: needs({ commands: ["influxd"] })`. */
export async function startInfluxd(): Promise<Influxd> {
  const folder = join(await tempDir(), "influxd");
  const [httpPort, rpcPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${httpPort}`;
  await mkdir(folder);
  await writeFile(join(folder, "influxd.conf"), configuration(folder, httpPort, rpcPort));
  let running = await start(folder, url);
  // A test file that ends badly must not leave it behind.
  process.once("exit", () => running.kill("SIGKILL"));
  const kill = async (signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
    if (hasEnded(running)) return;
    if (signal === "SIGSTOP" || signal === "SIGCONT") {
      running.kill(signal);
      return;
    }
    const ended = once(running, "exit");
    // A stopped process takes no notice of a polite signal.
    running.kill("SIGCONT");
    running.kill(signal);
    await ended;
  };
  return {
    url,
    kill,
    restart: async () => {
      await kill();
      running = await start(folder, url);
    },
    close: () => kill(),
  };
}

function configuration(folder: string, httpPort: number, rpcPort: number): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  wal-fsync-delay = "0s"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${httpPort}"
  log-enabled = false
[monitor]
  store-enabled = false
`;
}

function hasEnded(running: ChildProcess): boolean {
  return running.exitCode !== null || running.signalCode !== null;
}

async function start(folder: string, url: string): Promise<ChildProcess> {
  const running = spawn("influxd", ["-config", join(folder, "influxd.conf")], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  running.stderr?.on("data", (bytes: Buffer) => (said = (said + String(bytes)).slice(-4_000)));
  await once(running, "spawn");
  const answers = async (): Promise<boolean> => {
    if (hasEnded(running)) return true;
    return (await fetch(`${url}/ping`)).status === 204;
  };
  await until(answers, { deadlineMs: 20_000, what: "influxd to answer" });
  if (hasEnded(running)) throw new Error(`influxd ended: ${said}`);
  return running;
}
