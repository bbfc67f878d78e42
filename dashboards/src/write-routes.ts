// What people and installers say: facts, logins, and intents on alarms.

import { FACT_KINDS, TraceError, type FactKind } from "@isotherm/trace";
import { stringifySetCookie } from "cookie";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { IntentAnswer } from "./api-shapes.ts";
import { ApiError } from "./errors.ts";
import { checked, intentBody } from "./query.ts";
import {
  SESSION_COOKIE,
  isAdmin,
  scopeOfRequest,
  sessionToken,
  worldOfRequest,
  type ServerParts,
} from "./server-parts.ts";
import { gatewaysOf, seesAlarm } from "./world.ts";

const LOGIN_LIFE_MS_MAX = 30 * 86_400_000;
const loginBody = z.strictObject({ lifeMs: z.number().int().min(60_000).max(LOGIN_LIFE_MS_MAX).default(86_400_000) });

export function writeRoutes(server: FastifyInstance, parts: ServerParts): void {
  factRoutes(server, parts);
  loginRoutes(server, parts);
  server.post<{ Params: { id: string } }>("/api/v1/alarms/:id/intents", (request): Promise<IntentAnswer> => {
    const body = checked(intentBody, request.body);
    const { scope, state, assetRows } = worldOfRequest(request, parts);
    const { tenantId, person } = scope;
    const alarm = state.alarms({ tenantId, alarmId: request.params.id, limit: 1 })[0];
    const gateways = gatewaysOf({ assetRows });
    if (alarm === undefined || !seesAlarm(scope, alarm, gateways))
      throw new ApiError("NOT_FOUND", `There is no alarm ${request.params.id} that you may see.`);
    if (body.kind !== "acknowledge" && person.role === "driver")
      throw new ApiError("NOT_ALLOWED", "Drivers acknowledge; shelving is for operators.");
    const { intentId } = body;
    const text = JSON.stringify({ ...body, alarmId: alarm.alarmId, personId: person.personId, tenantId });
    const intent = { intentId, tenantId, body: text };
    const kept = parts.outbox.keep(intent);
    if (kept === "full") throw new ApiError("TOO_MANY", "Too many actions wait for ingest; try again in a minute.");
    const answer = parts.outbox.state(intentId)?.answer;
    return answer === undefined ? parts.courier.carry(intent) : Promise.resolve(JSON.parse(answer) as IntentAnswer);
  });
}

function factRoutes(server: FastifyInstance, parts: ServerParts): void {
  server.put<{ Params: { kind: string } }>("/api/v1/facts/:kind", (request) => {
    const kind = FACT_KINDS.find((known) => known === request.params.kind);
    if (kind === undefined)
      throw new ApiError("NOT_FOUND", `There is no kind ${request.params.kind}; kinds are ${FACT_KINDS.join(", ")}.`);
    const by = whoSays(request, parts, kind);
    try {
      const written = parts.trace.put(kind, request.body, by);
      if (written.added) parts.feed.emit({ kind: "reload" });
      return written;
    } catch (error) {
      if (error instanceof TraceError) throw new ApiError("FACT_REFUSED", error.message, { cause: error });
      throw error;
    }
  });
}

/** Operators say facts of their own tenant, other than tenants, people and profiles; the installer's token says any. */
function whoSays(request: FastifyRequest, parts: ServerParts, kind: FactKind): string {
  if (isAdmin(request, parts)) return "installer";
  const scope = scopeOfRequest(request, parts);
  const tenantId = (request.body as { tenantId?: unknown } | null)?.tenantId;
  if (scope.isOperator && (kind === "shipment" || kind === "asset") && tenantId === scope.tenantId)
    return scope.person.personId;
  throw new ApiError("NOT_ALLOWED", `You may not say a ${kind} of tenant ${String(tenantId)}.`);
}

function loginRoutes(server: FastifyInstance, parts: ServerParts): void {
  server.post<{ Params: { id: string } }>("/api/v1/people/:id/logins", (request) => {
    if (!isAdmin(request, parts)) throw new ApiError("NOT_ALLOWED", "Only the installer's token makes logins.");
    const { lifeMs } = checked(loginBody, request.body ?? {});
    try {
      const { token, expiresAtMs } = parts.people.makeLogin(request.params.id, lifeMs);
      return { url: `${parts.publicUrl}/login?token=${token}`, expiresAtMs };
    } catch (error) {
      if (error instanceof TraceError) throw new ApiError("NOT_FOUND", error.message, { cause: error });
      throw error;
    }
  });
  server.get<{ Querystring: { token?: string } }>("/login", (request, reply) => {
    const session = parts.people.openSession(request.query.token ?? "");
    if (session === undefined)
      throw new ApiError("LOGIN_UNKNOWN", "This login link is unknown or has expired; 登录链接无效或已过期。");
    const cookie = stringifySetCookie({
      name: SESSION_COOKIE,
      value: session.token,
      httpOnly: true,
      sameSite: "strict",
      secure: parts.publicUrl.startsWith("https:"),
      path: "/",
      expires: new Date(session.expiresAtMs),
    });
    return reply.header("set-cookie", cookie).redirect(session.person.role === "driver" ? "/driver" : "/console");
  });
  server.post("/api/v1/logout", (request, reply) => {
    const token = sessionToken(request);
    if (token !== undefined) parts.people.closeSession(token);
    const cookie = stringifySetCookie({ name: SESSION_COOKIE, value: "", path: "/", maxAge: 0 });
    return reply.header("set-cookie", cookie).send({});
  });
}
