// What the routes work with.

import type { Clock, Random, Scheduler } from "@isotherm/coldchain";
import type { ReadingReader, StateReader } from "@isotherm/ingest/store";
import type { IntentOutbox, People, TraceWriter } from "@isotherm/trace";
import type { FastifyRequest } from "fastify";
import { parseCookie } from "cookie";
import { timingSafeEqual, createHash } from "node:crypto";
import type { Words } from "./alarm-view.ts";
import { ApiError } from "./errors.ts";
import type { IntentCourier } from "./intent-courier.ts";
import { profilesOf } from "./limits-in-force.ts";
import type { LiveFeed } from "./live-feed.ts";
import { scopeOf, type Scope } from "./scope.ts";
import { worldOf, type World } from "./world.ts";

export const SESSION_COOKIE = "isotherm_session";

export interface ServerParts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly trace: TraceWriter;
  readonly people: People;
  readonly outbox: IntentOutbox;
  readonly courier: IntentCourier;
  readonly feed: LiveFeed;
  /** Ingest may not have run yet, or its store may be away: asked for at each request. Throws ApiError STORE_AWAY. */
  readonly state: () => StateReader;
  readonly readings: () => Promise<ReadingReader>;
  readonly adminToken: string;
  readonly publicUrl: string;
  readonly simulated: boolean;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

export function isAdmin(request: FastifyRequest, parts: ServerParts): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(parts.adminToken));
}

export function sessionToken(request: FastifyRequest): string | undefined {
  return parseCookie(request.headers.cookie ?? "")[SESSION_COOKIE];
}

/** The scope of whoever asks. Throws ApiError NOT_LOGGED_IN. */
export function scopeOfRequest(request: FastifyRequest, parts: ServerParts): Scope {
  const token = sessionToken(request);
  const person = token === undefined ? undefined : parts.people.personOfSession(token);
  if (person === undefined)
    throw new ApiError("NOT_LOGGED_IN", "Open the login link that you were given; 请使用您收到的登录链接。");
  return scopeOf(person, parts.trace.facts(), parts.clock.wallMs());
}

export function worldOfRequest(request: FastifyRequest, parts: ServerParts): World {
  const scope = scopeOfRequest(request, parts);
  return worldOf({ scope, ...wordsOf(parts), state: parts.state(), nowMs: parts.clock.wallMs() });
}

export function wordsOf(parts: Pick<ServerParts, "trace" | "people" | "clock">): Words {
  const facts = parts.trace.facts();
  return {
    facts,
    profiles: profilesOf(facts, parts.clock.wallMs()),
    nameOf: (personId) => parts.people.nameOf(personId) ?? null,
  };
}
