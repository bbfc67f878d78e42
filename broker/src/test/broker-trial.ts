// A broker of the tests' own, with known identities, and clients that speak raw bytes to it.
import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { join } from "node:path";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { stringify } from "yaml";
import { tempDir, until } from "../../../checks/kit.ts";
import { type RunningBroker, startBroker } from "../broker.ts";
import { type BrokerConfig, checkBrokerConfig } from "../broker-config.ts";
import { hashPassword } from "../password.ts";
import { systemClock, systemScheduler } from "../ports.ts";

export const PASSWORD = "a long enough password";
const passwordHash = await hashPassword(PASSWORD, randomBytes);

const gateway = (id: string) => ({ user: id, passwordHash, role: "gateway", groupId: "R", gatewayId: id });

export const IDENTITIES = [
  gateway("g1"),
  gateway("g2"),
  { user: "ingest", passwordHash, role: "host", hostId: "H" },
  { user: "wall-t", passwordHash, role: "viewer", tenantId: "T" },
  { user: "wall-u", passwordHash, role: "viewer", tenantId: "U" },
];

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly fields: object;
}

export interface BrokerTrial {
  readonly broker: RunningBroker;
  readonly log: readonly LogLine[];
  readonly identitiesFile: string;
  /** Replaces the identities file as careful programs do: write beside it, then rename. */
  writeIdentities(text: string): Promise<void>;
  connect(user: string, options?: IClientOptions): Promise<MqttClient>;
  close(): Promise<void>;
}

export async function startTrial(settings: Partial<BrokerConfig> = {}): Promise<BrokerTrial> {
  const identitiesFile = join(await tempDir(), "identities.yaml");
  const writeIdentities = async (text: string): Promise<void> => {
    await writeFile(`${identitiesFile}.new`, text);
    await rename(`${identitiesFile}.new`, identitiesFile);
  };
  await writeIdentities(stringify(IDENTITIES));
  const checked = checkBrokerConfig({
    listeners: [{ port: 0 }],
    identities: identitiesFile,
    identitiesPollMs: 20,
    ...settings,
  });
  if ("problems" in checked) throw new Error(JSON.stringify(checked.problems));
  const log: LogLine[] = [];
  const write = (level: LogLine["level"]) => (fields: object, message: string) =>
    void log.push({ level, message, fields });
  const broker = await startBroker(checked.config, {
    clock: systemClock,
    scheduler: systemScheduler,
    log: { info: write("info"), warn: write("warn"), error: write("error") },
  });
  const clients: MqttClient[] = [];
  return {
    broker,
    log,
    identitiesFile,
    writeIdentities,
    async connect(user, options = {}) {
      const client = mqtt.connect({ ...signIn(broker.port, user), ...options });
      clients.push(client);
      await connected(client);
      // A connection that the broker cuts off may end in a reset, which is no failure of the test.
      client.on("error", () => undefined);
      return client;
    },
    async close() {
      for (const client of clients) client.end(true);
      await broker.close();
    },
  };
}

export function signIn(port: number, user: string): IClientOptions {
  return { port, host: "127.0.0.1", username: user, password: PASSWORD, reconnectPeriod: 0, clean: true };
}

/** @throws what the client reports, or that the connection closed, if it is not let in. */
export function connected(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error("closed before CONNACK")));
  });
}

/** Resolves when the client's connection has closed, by whatever. */
export function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once("close", () => resolve()));
}

/** Collects `topic payload` lines of what a client receives. */
export function heardBy(client: MqttClient): string[] {
  const heard: string[] = [];
  client.on("message", (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
  return heard;
}

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([value.length >> 8, value.length & 255]), Buffer.from(value)]);
const short = (header: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([header, body.length]), body]);

/** A client that signs in, subscribes, and then reads nothing from its socket ever again. */
export async function paralysedSubscriber(port: number, user: string, filter: string): Promise<Socket> {
  const socket = connectTcp({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  const received: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  const flags = Buffer.from([4, 0b1100_0010, 0, 0]);
  socket.write(short(0x10, Buffer.concat([text("MQTT"), flags, text(`raw-${user}`), text(user), text(PASSWORD)])));
  socket.write(short(0x82, Buffer.concat([Buffer.from([0, 1]), text(filter), Buffer.from([0])])));
  // CONNACK is 20 02 00 00, SUBACK is 90 03 00 01 00.
  await until(() => Buffer.concat(received).toString("hex") === "200200009003000100", { what: "CONNACK and SUBACK" });
  socket.pause();
  return socket;
}
