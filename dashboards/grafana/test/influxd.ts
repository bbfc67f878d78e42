// A real InfluxDB 1.x for these tests: own folders, own ports, loopback only.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, tempDir, until } from "../../../checks/kit.ts";

export interface Influxd {
  readonly url: string;
  close(): Promise<void>;
}

/** Suites that start one say `skip: needs({ commands: ["influxd"] })`. */
export async function startInfluxd(): Promise<Influxd> {
  const folder = await tempDir();
  const [httpPort, rpcPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${httpPort}`;
  const lines = [
    "reporting-disabled = true",
    `bind-address = "127.0.0.1:${rpcPort}"`,
    "[meta]",
    `dir = "${folder}/meta"`,
    "[data]",
    `dir = "${folder}/data"`,
    `wal-dir = "${folder}/wal"`,
    "query-log-enabled = false",
    "[http]",
    `bind-address = "127.0.0.1:${httpPort}"`,
    "log-enabled = false",
    "[monitor]",
    "store-enabled = false",
  ];
  await writeFile(join(folder, "influxd.conf"), lines.join("\n"));
  const running = spawn("influxd", ["-config", join(folder, "influxd.conf")], { stdio: "ignore" });
  // A test file that ends badly must not leave it behind.
  process.once("exit", () => running.kill("SIGKILL"));
  const ended = once(running, "exit");
  await until(async () => running.exitCode !== null || (await fetch(`${url}/ping`)).status === 204, {
    deadlineMs: 20_000,
    what: "influxd to answer",
  });
  if (running.exitCode !== null) throw new Error(`influxd ended with ${running.exitCode}`);
  return {
    url,
    close: async () => {
      running.kill("SIGKILL");
      await ended;
    },
  };
}

export interface Series {
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (string | number | null)[])[];
}

/** As Grafana asks: by POST, times in milliseconds. */
export async function ask(url: string, database: string, query: string): Promise<readonly Series[]> {
  const body = new URLSearchParams({ q: query });
  const reply = await fetch(`${url}/query?db=${database}&epoch=ms`, { method: "POST", body });
  const answer = (await reply.json()) as { error?: string; results?: { error?: string; series?: Series[] }[] };
  const error = answer.error ?? answer.results?.[0]?.error;
  if (error !== undefined) throw new Error(`${error} in ${query}`);
  return answer.results?.[0]?.series ?? [];
}
