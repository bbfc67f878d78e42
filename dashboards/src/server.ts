// The HTTP server of pages and API, assembled from its parts.

import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { ErrorView } from "./api-shapes.ts";
import { ApiError } from "./errors.ts";
import { eventStream } from "./event-stream.ts";
import { noticePage } from "./notice-page.ts";
import { CONTENT_SECURITY_POLICY, pageFiles } from "./page-files.ts";
import { readRoutes } from "./read-routes.ts";
import type { ServerParts } from "./server-parts.ts";
import { writeRoutes } from "./write-routes.ts";

const BODY_BYTES_MAX = 1_048_576;

export interface ServerLog {
  error(fields: object, message: string): void;
}

export function dashboardsServer(parts: ServerParts, log: ServerLog): FastifyInstance {
  const server = fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  server.addHook("onSend", (_request, reply, payload, done) => {
    reply.header("content-security-policy", CONTENT_SECURITY_POLICY);
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "no-referrer");
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    done(null, payload);
  });
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const known = asApiError(error);
    if (known.status >= 500) log.error({ err: error, url: request.url }, "request failed");
    return refuse(request, reply, known);
  });
  server.setNotFoundHandler((request, reply) =>
    refuse(request, reply, new ApiError("NOT_FOUND", "There is nothing at this address.")),
  );
  server.get("/healthz", () => ({ ok: true }));
  readRoutes(server, parts);
  writeRoutes(server, parts);
  eventStream(server, parts);
  pageFiles(server);
  return server;
}

interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** A page for people who followed a link, JSON for programs. */
function refuse(request: FastifyRequest, reply: FastifyReply, { code, status, message }: Refusal): FastifyReply {
  const page = noticePage(request, code);
  if (page !== undefined) return reply.status(status).type("text/html; charset=utf-8").send(page);
  const view: ErrorView = { error: { code, message } };
  return reply.status(status).send(view);
}

function asApiError(error: FastifyError): Refusal {
  if (error instanceof ApiError) return error;
  if (error.code.startsWith("STORE_") || error.code.startsWith("STATE_"))
    return { code: "STORE_AWAY", status: 503, message: "The store cannot be asked right now; try again shortly." };
  const status = error.statusCode ?? 500;
  if (status < 500) return { code: "BAD_REQUEST", status, message: error.message };
  return { code: "INTERNAL", status: 500, message: "Something went wrong here; it was logged." };
}
