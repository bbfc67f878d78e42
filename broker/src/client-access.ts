import { isDeepStrictEqual } from "node:util";
import type { AedesOptions, AedesPublishPacket, AuthenticateError, Client, PublishPacket } from "aedes";
import type { BrokerCounters } from "./broker-counters.ts";
import type { RareLog } from "./broker-log.ts";
import { ClientClaims } from "./client-claims.ts";
import { cutClient } from "./client-connection.ts";
import { ClientCutError, CONNACK, ConnectRefusal } from "./errors.ts";
import type { Identity } from "./identity.ts";
import type { PasswordCheck } from "./password-check.ts";
import { type TopicRights, topicRights } from "./topic-rights.ts";

/** A signed-in client. */
export interface Session {
  readonly client: Client;
  readonly identity: Identity;
  readonly rights: TopicRights;
  readonly filters: Set<string>;
}

export interface ClientAccessDeps {
  readonly identityOf: (user: string) => Identity | undefined;
  readonly passwords: PasswordCheck;
  readonly counters: BrokerCounters;
  readonly rareLog: RareLog;
  readonly payloadBytesMax: number;
  readonly subscriptionsMax: number;
}

/** MQTT 3.1.1 §3.1.3.1 obliges servers to take 23 bytes and allows more. */
const CLIENT_ID_LENGTH_MAX = 128;

/** Where denied messages go: MQTT 3.1.1 gives no way to refuse one ([MQTT-3.3.5-2]) but to close the connection or accept it and drop it. Nobody may subscribe to this. */
const DENIED_TOPIC = "$denied";

type Wanted = { readonly will: PublishPacket | undefined; readonly keepsSession: boolean };

/** The questions that aedes asks about clients, answered from identities and rights. */
export class ClientAccess {
  readonly claims = new ClientClaims();
  readonly #deps: ClientAccessDeps;
  readonly #wanted = new WeakMap<Client, Wanted>();
  readonly #sessionOf = new WeakMap<Client, Session>();
  readonly #live = new Set<Session>();

  constructor(deps: ClientAccessDeps) {
    this.#deps = deps;
  }

  /** The options of aedes that this answers. */
  hooks(): Pick<
    AedesOptions,
    "preConnect" | "authenticate" | "authorizePublish" | "authorizeSubscribe" | "authorizeForward"
  > {
    return {
      preConnect: (client, packet, done) => {
        const will = packet.will as PublishPacket | undefined;
        this.#wanted.set(client, { will, keepsSession: packet.clean === false });
        // No session is kept: see SessionFreeStore. CONNACK then says that none is present.
        packet.clean = true;
        done(null, true);
      },
      authenticate: (client, user, password, done) => {
        this.#signIn(client, user, password).then(
          () => done(null, true),
          (error: unknown) => done(error as AuthenticateError, false),
        );
      },
      authorizePublish: (client, packet, done) => done(this.#checkPublish(client, packet)),
      authorizeSubscribe: (client, subscription, done) => {
        done(null, this.#admitsFilter(client, subscription.topic) ? subscription : null);
      },
      authorizeForward: (client, packet) => this.#checkForward(client, packet),
    };
  }

  sessionOf(client: Client): Session | undefined {
    return this.#sessionOf.get(client);
  }

  get live(): ReadonlySet<Session> {
    return this.#live;
  }

  /** The client is gone. Its rights stay known, since aedes asks about its will only now. */
  forget(client: Client): void {
    const session = this.#sessionOf.get(client);
    if (session !== undefined) this.#live.delete(session);
    this.#deps.counters.clientsNow = this.#live.size;
  }

  forgetFilters(client: Client, filters: readonly string[]): void {
    const session = this.#sessionOf.get(client);
    for (const filter of filters) session?.filters.delete(filter);
  }

  async #signIn(client: Client, user: string | undefined, password: Buffer | undefined): Promise<void> {
    const { counters, rareLog, passwords, identityOf } = this.#deps;
    const identity = identityOf(user ?? "");
    const isRight = await passwords.check(user ?? "", password ?? Buffer.alloc(0), identity);
    // The file may have been read again while scrypt ran.
    if (!isRight || identity === undefined || !isDeepStrictEqual(identityOf(identity.user), identity)) {
      counters.signInsRefused += 1;
      rareLog.warn(user ?? "", { user, clientId: client.id }, "sign-in refused: user name or password is wrong");
      throw new ConnectRefusal(CONNACK.badUserNameOrPassword, "bad user name or password");
    }
    const rights = topicRights(identity);
    this.#checkWill(client, identity, rights);
    if (!(await this.#claimId(client, identity.user))) return;
    const session: Session = { client, identity, rights, filters: new Set() };
    this.#sessionOf.set(client, session);
    this.#live.add(session);
    counters.clientsNow = this.#live.size;
    if (this.#wanted.get(client)?.keepsSession === true) counters.sessionsNotKept += 1;
  }

  #checkWill(client: Client, { user }: Identity, rights: TopicRights): void {
    const will = this.#wanted.get(client)?.will;
    if (will === undefined || rights.mayLeaveWill(will.topic)) return;
    this.#deps.counters.willsRefused += 1;
    const fields = { user, clientId: client.id, topic: will.topic, allowed: rights.will };
    this.#deps.rareLog.warn(user, fields, "sign-in refused: the will is not one that this identity may leave");
    throw new ConnectRefusal(CONNACK.notAuthorized, "this will is not allowed");
  }

  /** False if the client left while it waited. */
  async #claimId(client: Client, user: string): Promise<boolean> {
    const { counters, rareLog } = this.#deps;
    const isTooLong = client.id.length > CLIENT_ID_LENGTH_MAX;
    const claimed = isTooLong ? "refused" : await this.claims.claim(client, user);
    if (claimed === "taken-over") counters.takeovers += 1;
    if (claimed !== "refused") return claimed !== "client-gone";
    counters.clientIdsRefused += 1;
    const why = isTooLong ? `it is longer than ${CLIENT_ID_LENGTH_MAX} characters` : "another user is using it";
    const fields = { user, clientId: client.id.slice(0, 200), why };
    rareLog.warn(user, fields, "sign-in refused: this client id cannot be used");
    throw new ConnectRefusal(CONNACK.identifierRejected, `client id refused: ${why}`);
  }

  /** An error ends the client's connection; a message without a right is turned into one that nobody gets. */
  #checkPublish(client: Client | null, packet: PublishPacket): Error | null {
    const { counters, rareLog, payloadBytesMax } = this.#deps;
    const session = client === null ? undefined : this.#sessionOf.get(client);
    if (client !== null && packet.payload.length > payloadBytesMax) {
      const words = `a payload of ${packet.payload.length} bytes came where ${payloadBytesMax} are allowed`;
      const error = new ClientCutError("PACKET_TOO_LARGE", words);
      cutClient(client, error);
      return error;
    }
    counters.messagesReceived += 1;
    if (session === undefined || !session.rights.mayPublish(packet.topic)) {
      counters.publishesDenied += 1;
      const user = session?.identity.user;
      const fields = { user, clientId: client?.id, topic: packet.topic.slice(0, 200) };
      rareLog.warn(user ?? "", fields, "message dropped: no right to publish to this topic");
      packet.topic = DENIED_TOPIC;
      packet.payload = Buffer.alloc(0);
      packet.retain = false;
    } else if (packet.retain && !session.rights.mayRetain(packet.topic)) {
      counters.retainFlagsCleared += 1;
      packet.retain = false;
    }
    return null;
  }

  #admitsFilter(client: Client, filter: string): boolean {
    const { counters, rareLog, subscriptionsMax } = this.#deps;
    const session = this.#sessionOf.get(client);
    const hasRight = session?.rights.maySubscribe(filter) === true;
    if (session !== undefined && hasRight && (session.filters.has(filter) || session.filters.size < subscriptionsMax)) {
      session.filters.add(filter);
      return true;
    }
    counters.subscribesDenied += 1;
    const user = session?.identity.user ?? "";
    const why = hasRight ? `it has ${subscriptionsMax} subscriptions already` : "it has no right to this filter";
    const fields = { user, clientId: client.id, filter: filter.slice(0, 200), why };
    rareLog.warn(user, fields, "subscription refused");
    return false;
  }

  #checkForward(client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
    const { counters } = this.#deps;
    if (this.#sessionOf.get(client)?.rights.mayReceive(packet.topic) === true) {
      counters.messagesForwarded += 1;
      return packet;
    }
    counters.forwardsDenied += 1;
    return null;
  }
}
