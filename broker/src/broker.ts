import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { Aedes, type Client } from "aedes";
import type { Clock, Scheduler } from "@isotherm/coldchain";
import type { BrokerConfig } from "./broker-config.ts";
import { type BrokerCounters, newBrokerCounters } from "./broker-counters.ts";
import { type BrokerLog, RareLog } from "./broker-log.ts";
import { ClientAccess } from "./client-access.ts";
import { ClientConnection, cutClient } from "./client-connection.ts";
import { ClientCutError, type CutReason, ListenError } from "./errors.ts";
import { IdentitiesFile } from "./identities-file.ts";
import { PasswordCheck } from "./password-check.ts";
import { SessionFreeStore } from "./session-free-store.ts";

export interface BrokerDeps {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: BrokerLog;
}

export interface RunningBroker {
  /** Of the first listener. */
  readonly port: number;
  /** Of every listener, in the order of the configuration. */
  readonly ports: readonly number[];
  /** Live: read it whenever you like. */
  readonly counters: Readonly<BrokerCounters>;
  /** Stops listening, ends every connection and resolves when all are gone. A second call does nothing. */
  close(): Promise<void>;
}

const COUNTER_OF: Readonly<Record<CutReason, keyof BrokerCounters | undefined>> = {
  DRAIN_TIMEOUT: "slowClientsCut",
  OUTPUT_FULL: "fullOutputsCut",
  PACKET_TOO_LARGE: "oversizePacketsCut",
  HANDSHAKE_TIMEOUT: "handshakesTimedOut",
  IDENTITY_WITHDRAWN: "identitiesWithdrawn",
  BROKER_CLOSING: undefined,
};

/**
 * Starts the broker and resolves when all its listeners listen.
 * @throws IdentitiesError when the identities file cannot be used, ListenError when a listener cannot be opened.
 */
export async function startBroker(config: BrokerConfig, deps: BrokerDeps): Promise<RunningBroker> {
  const broker = new Broker(config, deps);
  await broker.start();
  return broker;
}

class Broker implements RunningBroker {
  readonly counters = newBrokerCounters();
  ports: readonly number[] = [];
  readonly #config: BrokerConfig;
  readonly #deps: BrokerDeps;
  readonly #rareLog: RareLog;
  readonly #access: ClientAccess;
  readonly #aedes: Aedes;
  readonly #connections = new Set<ClientConnection>();
  readonly #handshakes = new WeakMap<Client, () => void>();
  #servers: readonly Server[] = [];
  #identities: IdentitiesFile | undefined;
  #closing: Promise<void> | undefined;

  constructor(config: BrokerConfig, deps: BrokerDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#rareLog = new RareLog(deps.log, deps.clock);
    const { clientsMax, payloadBytesMax, subscriptionsMax } = config;
    this.#access = new ClientAccess({
      identityOf: (user) => this.#identities?.get(user),
      passwords: new PasswordCheck({ waitingMax: clientsMax, rememberedMax: clientsMax }, this.counters),
      counters: this.counters,
      rareLog: this.#rareLog,
      payloadBytesMax,
      subscriptionsMax,
    });
    this.#aedes = new Aedes({
      id: "isotherm",
      // Any other value crashes aedes 1.2 when a subscriber with a backlog drops (mqemitter recurses until the stack is full).
      concurrency: 0,
      persistence: new SessionFreeStore(config, this.counters),
      // The broker ends slow handshakes and slow clients itself, and counts them; these only stand behind that.
      connectTimeout: config.connectTimeoutMs + 1_000,
      drainTimeout: config.drainMsMax + 1_000,
      maxClientsIdLength: 128,
      ...this.#access.hooks(),
    });
  }

  get port(): number {
    return this.ports[0] ?? 0;
  }

  async start(): Promise<void> {
    const { identities, identitiesPollMs, listeners } = this.#config;
    const deps = { ...this.#deps, counters: this.counters };
    this.#identities = await IdentitiesFile.open(identities, identitiesPollMs, deps, () => this.#applyIdentities());
    this.#hearClients();
    await this.#aedes.listen();
    this.#servers = listeners.map(() => createServer({ noDelay: true }, (socket) => this.#accept(socket)));
    try {
      this.ports = await Promise.all(
        this.#servers.map((server, at) => listen(server, listeners[at]?.host ?? "127.0.0.1", listeners[at]?.port ?? 0)),
      );
      // From here on an error is one of accepting a connection, such as too many open files: the next may succeed.
      for (const server of this.#servers)
        server.on("error", (error) => this.#rareLog.warn("", { err: error }, "a connection could not be accepted"));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#identities?.close();
    const ended = this.#servers.filter(({ listening }) => listening).map((server) => once(server.close(), "close"));
    // A client that will not go must not hold up the rest: after drainMsMax its connection is destroyed below.
    await new Promise<void>((resolve) => {
      const cancel = this.#deps.scheduler.after(this.#config.drainMsMax, resolve);
      this.#aedes.close(() => {
        cancel();
        resolve();
      });
    });
    for (const connection of this.#connections)
      connection.cut(new ClientCutError("BROKER_CLOSING", "the broker is closing"));
    await Promise.all(ended);
  }

  #hearClients(): void {
    const aedes = this.#aedes;
    aedes.on("clientReady", (client) => this.#handshakes.get(client)?.());
    aedes.on("clientDisconnect", (client) => this.#access.claims.release(client));
    aedes.on("unsubscribe", (filters, client) => this.#access.forgetFilters(client, filters));
    // Why a connection failed is read from the connection itself when it closes; the events only must not go unheard.
    aedes.on("clientError", () => undefined);
    aedes.on("connectionError", () => undefined);
    (aedes as NodeJS.EventEmitter).on("error", (error: Error) =>
      this.#deps.log.error({ err: error }, "aedes reported an error of its own"),
    );
  }

  #accept(socket: Socket): void {
    const { counters } = this;
    const { clientsMax, connectTimeoutMs } = this.#config;
    if (this.#connections.size >= clientsMax) {
      counters.connectionsRefused += 1;
      this.#rareLog.warn("", { clientsMax }, "connection refused: clientsMax connections are open");
      socket.on("error", () => undefined);
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, 60_000);
    const connection = new ClientConnection(socket, this.#config, this.#deps.scheduler);
    this.#connections.add(connection);
    counters.connectionsAccepted += 1;
    counters.connectionsNow = this.#connections.size;
    const client = this.#aedes.handle(connection);
    const cancelHandshake = this.#deps.scheduler.after(connectTimeoutMs, () => {
      connection.cut(new ClientCutError("HANDSHAKE_TIMEOUT", `no sign-in within ${connectTimeoutMs} ms`));
    });
    this.#handshakes.set(client, cancelHandshake);
    connection.once("close", () => {
      cancelHandshake();
      this.#connections.delete(connection);
      counters.connectionsNow = this.#connections.size;
      this.#recordEnd(client, connection.errored);
    });
  }

  #recordEnd(client: Client, error: Error | null): void {
    const { counters } = this;
    const user = this.#access.sessionOf(client)?.identity.user;
    this.#access.forget(client);
    // aedes reports registered clients when it has forgotten them, a turn of the event loop after the connection at most;
    // of the others it says nothing.
    setImmediate(() => setImmediate(() => this.#access.claims.release(client)));
    if (error === null) return;
    const counter = error instanceof ClientCutError ? COUNTER_OF[error.code] : "connectionErrors";
    if (counter === undefined) return;
    counters[counter] += 1;
    const fields = { user, clientId: client.id, reason: error.message };
    const words = error instanceof ClientCutError ? "client cut off" : "connection ended by an error";
    this.#rareLog.warn(user ?? "", fields, words);
  }

  /** Clients whose identity is gone or different must sign in again. */
  #applyIdentities(): void {
    for (const { client, identity } of this.#access.live) {
      if (isDeepStrictEqual(this.#identities?.get(identity.user), identity)) continue;
      const words = `the identity of ${identity.user} was withdrawn or changed`;
      cutClient(client, new ClientCutError("IDENTITY_WITHDRAWN", words));
    }
  }
}

/** The port that it listens on. */
async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    await once(server.listen(port, host), "listening");
    return (server.address() as AddressInfo).port;
  } catch (error) {
    throw new ListenError(`cannot listen on ${host} port ${port}`, { cause: error });
  }
}
