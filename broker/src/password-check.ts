import { createHash } from "node:crypto";
import type { BrokerCounters } from "./broker-counters.ts";
import { CONNACK, ConnectRefusal } from "./errors.ts";
import type { Identity } from "./identity.ts";
import { parsePasswordHash, passwordMatches } from "./password.ts";

/** A well-formed line that no password is known for: an unknown user is checked against it, and so costs the same time. */
const DECOY = `scrypt$16384$8$1$${"A".repeat(22)}==$${"A".repeat(43)}=`;

/** scrypt runs in the thread pool, which file reads share: leave them some of its four threads. */
const RUNNING_MAX = 2;

export interface PasswordCheckLimits {
  /** Sign-ins that may wait for scrypt; more are refused with "server unavailable". */
  readonly waitingMax: number;
  /** Answers remembered, right and wrong ones each; the oldest is forgotten first. */
  readonly rememberedMax: number;
}

/**
 * Checks passwords. Answers are remembered by a SHA-256 of user, stored line and password, so that a thousand gateways that
 * reconnect at once cost a thousand SHA-256 and not a thousand scrypt; a changed line makes a new key, so nothing stale is
 * believed. Wrong answers are remembered apart, so that guesses cannot push out the right ones.
 */
export class PasswordCheck {
  readonly #limits: PasswordCheckLimits;
  readonly #counters: BrokerCounters;
  readonly #right = new Set<string>();
  readonly #wrong = new Set<string>();
  readonly #pending = new Map<string, Promise<boolean>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: PasswordCheckLimits, counters: BrokerCounters) {
    this.#limits = limits;
    this.#counters = counters;
  }

  /**
   * Whether this is the identity's password; `identity` is undefined for an unknown user, which is never right.
   * @throws ConnectRefusal when too many wait.
   */
  async check(user: string, password: Uint8Array, identity: Identity | undefined): Promise<boolean> {
    const line = identity?.passwordHash ?? DECOY;
    const key = createHash("sha256").update(`${user.length}:${user}${line}\0`).update(password).digest("base64");
    if (this.#right.has(key)) return identity !== undefined;
    if (this.#wrong.has(key)) return false;
    let answer = this.#pending.get(key);
    if (answer === undefined) {
      answer = this.#derive(key, password, line);
      this.#pending.set(key, answer);
    }
    return (await answer) && identity !== undefined;
  }

  async #derive(key: string, password: Uint8Array, line: string): Promise<boolean> {
    try {
      await this.#turn();
      try {
        this.#counters.passwordsHashed += 1;
        const parts = parsePasswordHash(line);
        const isRight = parts !== undefined && (await passwordMatches(password, parts));
        this.#remember(isRight ? this.#right : this.#wrong, key);
        return isRight;
      } finally {
        // The place is handed on, not freed, so that nobody slips in between.
        const next = this.#waiting.shift();
        if (next === undefined) this.#running -= 1;
        else next();
      }
    } finally {
      this.#pending.delete(key);
    }
  }

  #turn(): Promise<void> {
    if (this.#running >= RUNNING_MAX) {
      if (this.#waiting.length >= this.#limits.waitingMax) {
        this.#counters.signInsOverLimit += 1;
        return Promise.reject(new ConnectRefusal(CONNACK.serverUnavailable, "too many sign-ins are waiting"));
      }
      return new Promise<void>((go) => this.#waiting.push(go));
    }
    this.#running += 1;
    return Promise.resolve();
  }

  #remember(where: Set<string>, key: string): void {
    where.add(key);
    if (where.size <= this.#limits.rememberedMax) return;
    for (const oldest of where) {
      where.delete(oldest);
      return;
    }
  }
}
