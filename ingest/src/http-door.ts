// Ingest's HTTP door, for the API server on the same machine: intents in, the feed out, and how ingest fares.

import { createHash, timingSafeEqual } from "node:crypto";
import { PassThrough } from "node:stream";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import type { IngestBounds } from "./bounds.ts";
import { ListenError } from "./errors.ts";
import type { FedEvent, FeedHub } from "./feed-hub.ts";
import { type Intent, type IntentAnswer, intentShape } from "./intents.ts";
import { type QuarantineAct, quarantineActShape, type QuarantineAnswer } from "./quarantine-acts.ts";

export interface HttpDoorDeps {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly bounds: Pick<IngestBounds, "feedBytesMax" | "feedReadersMax">;
  readonly hub: FeedHub;
  readonly metrics: Registry;
  /** What is not well, in words; empty when all is. */
  unwell(): readonly string[];
  takeIntent(intent: Intent): IntentAnswer;
  actOnQuarantine(act: QuarantineAct): Promise<QuarantineAnswer>;
}

const BODY_BYTES_MAX = 16 * 1024;

export class HttpDoor {
  readonly #deps: HttpDoorDeps;
  readonly #server: FastifyInstance;
  readonly #readers = new Set<PassThrough>();
  #cut = 0;
  #port = 0;

  constructor(deps: HttpDoorDeps) {
    this.#deps = deps;
    this.#server = Fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
    for (const path of ["/health", "/healthz"]) this.#server.get(path, () => ({ ok: true }));
    for (const path of ["/ready", "/readyz"]) this.#server.get(path, (_, reply) => this.#ready(reply));
    this.#server.get("/metrics", async (_, reply) => {
      await reply.type(deps.metrics.contentType).send(await deps.metrics.metrics());
    });
    this.#server.post("/intents", (request, reply) => this.#intent(request, reply));
    this.#server.post("/quarantine", (request, reply) => this.#quarantine(request, reply));
    this.#server.get("/feed", (request, reply) => this.#feed(request, reply));
  }

  get port(): number {
    return this.#port;
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Readers cut off since the start. */
  get cutCount(): number {
    return this.#cut;
  }

  /** Throws ListenError. */
  async open(): Promise<void> {
    const { host, port } = this.#deps;
    try {
      await this.#server.listen({ host, port });
    } catch (error) {
      throw new ListenError(`cannot listen on ${host}:${port}`, { cause: error });
    }
    const address = this.#server.server.address();
    this.#port = address === null || typeof address === "string" ? port : address.port;
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) reader.end();
    await this.#server.close();
  }

  #ready(reply: FastifyReply): FastifyReply {
    const unwell = this.#deps.unwell();
    return reply.code(unwell.length === 0 ? 200 : 503).send({ ready: unwell.length === 0, unwell });
  }

  #refused(request: FastifyRequest, reply: FastifyReply): boolean {
    const given = (request.headers.authorization ?? "").replace(/^Bearer /, "");
    // Digests have one length, so that the comparison says nothing about the token's.
    const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
    if (timingSafeEqual(digest(given), digest(this.#deps.token))) return false;
    void reply.code(401).send({ code: "TOKEN_WRONG", message: "give the token: Authorization: Bearer …" });
    return true;
  }

  #intent(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (this.#refused(request, reply)) return reply;
    const checked = intentShape.safeParse(request.body);
    if (!checked.success) {
      const problems = checked.error.issues.map(({ path, message }) => ({ place: path.join("."), problem: message }));
      return reply.code(400).send({ outcome: "refused", reason: "INTENT_INVALID", problems });
    }
    const { effects: _effects, ...answer } = this.#deps.takeIntent(checked.data);
    return reply.code(answer.reason === "ALARM_UNKNOWN" ? 404 : 200).send(answer);
  }

  async #quarantine(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (this.#refused(request, reply)) return reply;
    const checked = quarantineActShape.safeParse(request.body);
    if (!checked.success) {
      const problems = checked.error.issues.map(({ path, message }) => ({ place: path.join("."), problem: message }));
      return reply.code(400).send({ outcome: "refused", reason: "ACT_INVALID", problems });
    }
    const answer = await this.#deps.actOnQuarantine(checked.data);
    return reply.code(answer.outcome === "unknown" ? 404 : 200).send(answer);
  }

  #feed(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (this.#refused(request, reply)) return reply;
    const { bounds, hub } = this.#deps;
    if (this.#readers.size >= bounds.feedReadersMax)
      return reply.code(503).send({ code: "FEED_FULL", message: `${bounds.feedReadersMax} read the feed already` });
    const stream = new PassThrough({ highWaterMark: bounds.feedBytesMax });
    this.#readers.add(stream);
    let stop: () => void = () => undefined;
    const leave = (): void => {
      stop();
      this.#readers.delete(stream);
    };
    stop = hub.listen((event: FedEvent) => {
      const line = `${JSON.stringify(event)}\n`;
      const waiting = stream.readableLength + stream.writableLength + reply.raw.writableLength;
      if (waiting + line.length <= bounds.feedBytesMax) return void stream.write(line);
      this.#cut++;
      leave();
      stream.destroy();
      reply.raw.destroy();
    });
    stream.once("close", leave);
    reply.raw.once("close", () => {
      leave();
      stream.destroy();
    });
    stream.write(`${JSON.stringify({ kind: "hello" })}\n`);
    return reply.type("application/x-ndjson").header("cache-control", "no-store").send(stream);
  }
}
