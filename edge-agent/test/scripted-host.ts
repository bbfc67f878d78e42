// A broker (aedes) and a host that speak for ingest: takes what agents send, and accepts what it is told to.

import {
  MetricColumns,
  DATATYPE,
  REBIRTH_METRIC,
  RangeSet,
  acceptanceOf,
  birthIdOf,
  decodePayload,
  deviceTopic,
  encodePayload,
  nodeTopic,
  parseSparkplugTopic,
  putAcceptance,
  putNumber,
  readBirth,
  readData,
  readDataHead,
  stateTopic,
  type Acceptance,
  type ChainRecord,
  type StreamBirth,
} from "@isotherm/coldchain";
import { Aedes } from "aedes";
import { createServer, type Server, type Socket } from "node:net";
import mqtt, { type MqttClient } from "mqtt";

export interface HeardRecord {
  readonly epoch: string;
  readonly assetId: string;
  readonly record: ChainRecord;
  readonly historical: boolean;
}

export class ScriptedHost {
  readonly topics: string[] = [];
  readonly seqs: number[] = [];
  readonly nodePayloads: { type: string; metrics: string[]; bdSeq: number | undefined; seq: number | undefined }[] = [];
  readonly births: StreamBirth[] = [];
  readonly records: HeardRecord[] = [];
  readonly refusals: string[] = [];
  readonly accepted = new Map<string, RangeSet>();
  isAccepting = true;
  #births = new Map<string, StreamBirth>();
  #aedes!: Aedes;
  #server!: Server;
  readonly #sockets = new Set<Socket>();
  #client!: MqttClient;
  port = 0;
  #timestampMs = 1000;

  async listen(): Promise<void> {
    this.#aedes = await Aedes.createBroker({ concurrency: 0 });
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      this.#aedes.handle(socket);
    });
    await new Promise<void>((resolve) => this.#server.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.#server.address() as { port: number }).port;
  }

  async connect(): Promise<void> {
    this.#client = await mqtt.connectAsync(`mqtt://127.0.0.1:${this.port}`, { reconnectPeriod: 0, clientId: "host" });
    this.#client.on("message", (topic, payload) => this.#take(topic, payload));
    await this.#client.subscribeAsync("spBv1.0/+/+/#", { qos: 1 });
  }

  /** Each time it comes online it began anew. */
  async sayState(online: boolean): Promise<void> {
    if (online) this.#timestampMs++;
    const text = JSON.stringify({ online, timestamp: this.#timestampMs });
    await this.#client.publishAsync(stateTopic("host-1"), text, { qos: 1, retain: true });
  }

  async rebirth(): Promise<void> {
    const columns = new MetricColumns();
    putNumber(columns, REBIRTH_METRIC, 1, DATATYPE.boolean, 1);
    await this.#command(nodeTopic("fleet-1", "NCMD", "gw-1"), columns);
  }

  /** Sends an acceptance, whatever it says. */
  async answer(assetId: string, acceptance: Acceptance): Promise<void> {
    const columns = new MetricColumns();
    putAcceptance(columns, acceptance, 1);
    await this.#command(deviceTopic("fleet-1", "DCMD", "gw-1", assetId), columns);
  }

  async #command(topic: string, columns: MetricColumns): Promise<void> {
    const payload = encodePayload(columns, { timestampMs: 1, seq: undefined });
    await this.#client.publishAsync(topic, Buffer.from(payload), { qos: 1 });
  }

  #take(topic: string, payload: Buffer): void {
    const parsed = parseSparkplugTopic(topic);
    if (parsed === undefined || parsed.kind === "state" || parsed.type.endsWith("CMD")) return;
    this.topics.push(topic);
    const columns = new MetricColumns();
    const { seq } = decodePayload(payload, columns);
    if (seq !== undefined) this.seqs.push(seq);
    if (parsed.kind === "node") {
      const at = columns.name.indexOf("bdSeq");
      const bdSeq = at < 0 ? undefined : columns.value[at];
      this.nodePayloads.push({ type: parsed.type, metrics: [...columns.name], bdSeq, seq });
    } else if (parsed.type === "DBIRTH") this.#takeBirth(columns, parsed.assetId);
    else if (parsed.type === "DDATA") this.#takeData(columns, parsed.assetId);
  }

  #takeBirth(columns: MetricColumns, assetId: string): void {
    const birth = readBirth(columns, assetId);
    if (birth === undefined || typeof birth === "string") {
      this.refusals.push(String(birth));
      return;
    }
    this.births.push(birth);
    this.#births.set(birthIdOf(birth), birth);
  }

  #takeData(columns: MetricColumns, assetId: string): void {
    const head = readDataHead(columns);
    const birth = "refused" in head ? undefined : this.#births.get(head.birthId);
    const data = "refused" in head || birth === undefined ? undefined : readData(columns, head, birth);
    if (data === undefined) {
      this.refusals.push("no birth");
      return;
    }
    if ("refused" in data) {
      this.refusals.push(data.reason);
      return;
    }
    const { epoch } = this.#births.get(data.birthId) as StreamBirth;
    const accepted = this.accepted.get(`${epoch}/${assetId}`) ?? new RangeSet();
    this.accepted.set(`${epoch}/${assetId}`, accepted);
    for (const record of data.records) {
      this.records.push({ epoch, assetId, record, historical: data.historical });
      if (this.isAccepting) accepted.add(record.number);
    }
    if (this.isAccepting) {
      for (const { first, last } of data.gone) accepted.add(first, last);
      // A host that is being closed may not get its answer out: the gateway will send again.
      this.answer(assetId, acceptanceOf("host-1", epoch, accepted)).catch(() => undefined);
    }
  }

  /** Cuts every connection, as a tunnel does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Stops listening to every connection without closing it, as a dead modem does. */
  freeze(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners("readable");
      socket.removeAllListeners("data");
      socket.pause();
    }
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
    this.cut();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
