// Mosquitto and influxd for a benchmark: in a folder of their own, on free ports, gone with the benchmark.

import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { BenchProcess } from "./processes.ts";

const START_MS_MAX = 20_000;

export interface BenchServer {
  readonly process: BenchProcess;
  readonly port: number;
  readonly url: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Its queue of undelivered messages has no bound: its default of 1,000 loses messages under load. */
export async function startMosquitto(folder: string): Promise<BenchServer> {
  const port = await freePort();
  const file = join(folder, "mosquitto.conf");
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_type error\n`);
  const server = new BenchProcess("mosquitto", ["-c", file]);
  await untilListening(port);
  return { process: server, port, url: `mqtt://127.0.0.1:${port}` };
}

/** As it is delivered, each write synced to disk before it is answered. */
export async function startInfluxd(folder: string): Promise<BenchServer> {
  const [port, rpcPort] = [await freePort(), await freePort()];
  mkdirSync(join(folder, "influxd"));
  const file = join(folder, "influxd.conf");
  const data = `[data]\n  dir = "${folder}/influxd/data"\n  wal-dir = "${folder}/influxd/wal"\n  query-log-enabled = false`;
  const http = `[http]\n  bind-address = "127.0.0.1:${port}"\n  log-enabled = false`;
  const rest = `[meta]\n  dir = "${folder}/influxd/meta"\n[monitor]\n  store-enabled = false`;
  writeFileSync(file, `reporting-disabled = true\nbind-address = "127.0.0.1:${rpcPort}"\n${data}\n${http}\n${rest}\n`);
  const server = new BenchProcess("influxd", ["-config", file]);
  await untilListening(port);
  return { process: server, port, url: `http://127.0.0.1:${port}` };
}

async function untilListening(port: number): Promise<void> {
  for (const untilMs = performance.now() + START_MS_MAX; performance.now() < untilMs;) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}

/** Runs one InfluxQL statement; the first value of its first row, if any. */
export async function influxQuery(url: string, statement: string, database = ""): Promise<number | undefined> {
  const body = new URLSearchParams({ q: statement });
  const answer = (await (await fetch(`${url}/query?db=${database}`, { method: "POST", body })).json()) as {
    results: { series?: { values: number[][] }[]; error?: string }[];
  };
  const [result] = answer.results;
  if (result?.error !== undefined) throw new Error(result.error);
  return result?.series?.[0]?.values[0]?.[1];
}
