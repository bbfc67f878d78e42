// Who may come in: login links made for a person, the sessions they open, and names kept apart so that they can be erased.

import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "@isotherm/coldchain";
import { TraceError } from "./errors.ts";
import type { Person } from "./fact-shapes.ts";
import { readPeople } from "./trace-reader.ts";

/** Sessions kept at most; the oldest go first. */
export const SESSIONS_MAX = 10_000;
/** 30 days: a driver's phone stays logged in over a tour. */
export const SESSION_LIFE_MS = 30 * 24 * 3_600_000;

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

export interface PeopleDeps {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  /** Bytes from a cryptographic source. */
  readonly randomBytes: (count: number) => Uint8Array;
}

export class People {
  readonly #deps: PeopleDeps;

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  find(personId: string): Omit<Person, "name"> | undefined {
    return readPeople(this.#deps.database).find((person) => person.personId === personId);
  }

  nameOf(personId: string): string | undefined {
    const row = this.#deps.database.prepare("SELECT name FROM person_name WHERE person_id = ?").get(personId);
    return row === undefined ? undefined : String(row["name"]);
  }

  /** Erases a name; what the person did stays under the id. */
  eraseName(personId: string): void {
    this.#deps.database.prepare("DELETE FROM person_name WHERE person_id = ?").run(personId);
  }

  /** Makes a login token that opens sessions until it expires. Throws TraceError FACT_UNKNOWN for nobody. */
  makeLogin(personId: string, lifeMs: number): { token: string; expiresAtMs: number } {
    if (this.find(personId) === undefined) throw new TraceError("FACT_UNKNOWN", `There is no person ${personId}.`);
    return this.#issue("login", personId, lifeMs);
  }

  /** Opens a session for a login token; undefined when it is unknown or expired. */
  openSession(loginToken: string): { token: string; expiresAtMs: number; person: Omit<Person, "name"> } | undefined {
    const person = this.#personOf("login", loginToken);
    if (person === undefined) return undefined;
    this.#deps.database
      .prepare(
        `DELETE FROM session WHERE expires_at_ms < ? OR token_hash IN
           (SELECT token_hash FROM session ORDER BY expires_at_ms DESC LIMIT -1 OFFSET ?)`,
      )
      .run(this.#deps.clock.wallMs(), SESSIONS_MAX);
    return { ...this.#issue("session", person.personId, SESSION_LIFE_MS), person };
  }

  personOfSession(token: string): Omit<Person, "name"> | undefined {
    return this.#personOf("session", token);
  }

  closeSession(token: string): void {
    this.#deps.database.prepare("DELETE FROM session WHERE token_hash = ?").run(hashOf(token));
  }

  #issue(table: "login" | "session", personId: string, lifeMs: number): { token: string; expiresAtMs: number } {
    const token = Buffer.from(this.#deps.randomBytes(24)).toString("base64url");
    const expiresAtMs = this.#deps.clock.wallMs() + lifeMs;
    this.#deps.database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?)`).run(hashOf(token), personId, expiresAtMs);
    return { token, expiresAtMs };
  }

  #personOf(table: "login" | "session", token: string): Omit<Person, "name"> | undefined {
    const row = this.#deps.database
      .prepare(`SELECT person_id FROM ${table} WHERE token_hash = ? AND expires_at_ms > ?`)
      .get(hashOf(token), this.#deps.clock.wallMs());
    return row === undefined ? undefined : this.find(String(row["person_id"]));
  }
}
