// HTTP to one InfluxDB 1.x database, bounded in connections, requests and time.
import { Pool } from "undici";
import { type AnswerSeries, parseAnswer, parseJson } from "./influx-answer.ts";
import type { StoreHome } from "./reading-store.ts";
import { StoreFullError, StoreQueryError, StoreUnavailableError } from "./store-errors.ts";

export type InfluxHome = Extract<StoreHome, { kind: "influx" }>;

export interface ConnectionLimits {
  /** Requests in flight at once. */
  readonly connections: number;
  /** Requests in flight or waiting for a connection; one more is STORE_BUSY. */
  readonly requestsMax: number;
  readonly answerTimeoutMs: number;
}

interface Reply {
  readonly status: number;
  readonly text: string;
  /** What the server says is wrong, from 1.x (`error`) or 2.x (`message`). */
  readonly complaint: string;
}

/** What a write came to: stored, or refused with the server's words, so that the bad points can be looked for. */
export type WriteOutcome = { readonly stored: true } | { readonly stored: false; readonly complaint: string };

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;
/** Complaints about points. Any other 400 may come from something in between and must not cost a reading. */
const ABOUT_POINTS = /partial write|unable to parse|field type conflict|beyond retention/;
/** Limits of the server's that one point after another would meet: room must be made, no point is to blame. */
const ABOUT_ROOM = /no space left on device|max-series-per-database|max-values-per-tag|cache-max-memory-size/;

export class InfluxConnection {
  readonly #pool: Pool;
  readonly #limits: ConnectionLimits;
  readonly #path: string;
  readonly #database: string;
  readonly #headers: Record<string, string>;
  #requests = 0;

  /** @throws StoreQueryError when the address makes no sense. */
  constructor(home: InfluxHome, limits: ConnectionLimits) {
    const url = parseUrl(home.url);
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(home.database)) {
      throw new StoreQueryError(`the database "${home.database}" must be named with 1-64 of A-Z a-z 0-9 _ . -`);
    }
    this.#limits = limits;
    this.#database = home.database;
    this.#path = url.pathname.replace(/\/$/, "");
    this.#headers = authorization(home, url);
    this.#pool = new Pool(url.origin, {
      connections: limits.connections,
      pipelining: 1,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      headersTimeout: limits.answerTimeoutMs,
      bodyTimeout: limits.answerTimeoutMs,
      maxResponseSize: ANSWER_BYTES_MAX,
    });
  }

  /**
   * Writes lines of line protocol; the database is created when it is missing.
   * @throws StoreUnavailableError, StoreFullError
   */
  async write(lines: string | Uint8Array): Promise<WriteOutcome> {
    let reply = await this.#post(`/write?db=${this.#database}&precision=ns`, "text/plain; charset=utf-8", lines);
    if (reply.status === 404 && reply.complaint.includes("database not found")) {
      await this.query([`CREATE DATABASE "${this.#database}"`]);
      reply = await this.#post(`/write?db=${this.#database}&precision=ns`, "text/plain; charset=utf-8", lines);
    }
    if (reply.status === 204 || reply.status === 200) return { stored: true };
    if (ABOUT_ROOM.test(reply.complaint)) throw full(reply);
    const aboutPoints = (reply.status === 400 && ABOUT_POINTS.test(reply.complaint)) || reply.status === 413;
    if (aboutPoints) return { stored: false, complaint: reply.complaint };
    throw refusal(reply);
  }

  /**
   * Runs statements in one request and gives the series of each.
   * @throws StoreUnavailableError, StoreFullError, StoreQueryError
   */
  async query(statements: readonly string[]): Promise<AnswerSeries[][]> {
    const form = new URLSearchParams({ q: statements.join("; ") }).toString();
    const type = "application/x-www-form-urlencoded";
    const reply = await this.#post(`/query?db=${this.#database}&epoch=ns`, type, form);
    if (reply.status === 200) {
      const answer = parseAnswer(reply.text, statements.length);
      return answer ?? (await this.#queryOneByOne(statements));
    }
    if (reply.status === 400) throw new StoreQueryError(`InfluxDB does not understand: ${reply.complaint}`);
    if (ABOUT_ROOM.test(reply.complaint)) throw full(reply);
    throw refusal(reply);
  }

  /** Finds out what is wrong with one of several statements; a database that is not there is nothing wrong. */
  async #queryOneByOne(statements: readonly string[]): Promise<AnswerSeries[][]> {
    if (statements.length === 1) throw new StoreUnavailableError("STORE_UNAVAILABLE", "InfluxDB did not run the query");
    const answers: AnswerSeries[][] = [];
    for (const statement of statements) answers.push(...(await this.query([statement])));
    return answers;
  }

  /** Lets requests in flight end. */
  async close(): Promise<void> {
    if (!this.#pool.closed) await this.#pool.close();
  }

  async #post(path: string, type: string, body: string | Uint8Array): Promise<Reply> {
    if (this.#pool.closed) throw new StoreUnavailableError("STORE_UNAVAILABLE", "the connection was closed");
    if (this.#requests >= this.#limits.requestsMax) {
      throw new StoreUnavailableError("STORE_BUSY", `${this.#requests} requests to InfluxDB are waiting already`);
    }
    this.#requests += 1;
    try {
      const headers = { ...this.#headers, "content-type": type, accept: "application/json" };
      const reply = await this.#pool.request({ method: "POST", path: this.#path + path, headers, body });
      const text = await reply.body.text();
      return { status: reply.statusCode, text, complaint: reply.statusCode >= 400 ? complaintOf(text) : "" };
    } catch (thrown) {
      throw new StoreUnavailableError("STORE_UNAVAILABLE", "InfluxDB cannot be reached", { cause: thrown });
    } finally {
      this.#requests -= 1;
    }
  }
}

function complaintOf(text: string): string {
  const said = parseJson(text) as { error?: unknown; message?: unknown } | null | undefined;
  const complaint = said?.error ?? said?.message;
  return (typeof complaint === "string" ? complaint : text).slice(0, 2_000);
}

function full({ complaint }: Reply): StoreFullError {
  return new StoreFullError(`InfluxDB has no room left: ${complaint}`);
}

function refusal({ status, complaint }: Reply): StoreUnavailableError {
  const words = `InfluxDB answered ${status}: ${complaint}`;
  if (status === 401 || status === 403) return new StoreUnavailableError("STORE_DENIED", words);
  return new StoreUnavailableError(status === 429 ? "STORE_BUSY" : "STORE_UNAVAILABLE", words);
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    // The text may hold a password, so it is not repeated.
    throw new StoreQueryError("the address of InfluxDB must be a URL such as http://127.0.0.1:8086");
  }
  return url;
}

function authorization(home: InfluxHome, url: URL): Record<string, string> {
  if (home.token !== undefined) return { authorization: `Token ${home.token}` };
  const user = home.user ?? decodeURIComponent(url.username);
  if (user === "") return {};
  const password = home.password ?? decodeURIComponent(url.password);
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
