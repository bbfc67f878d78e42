// The HTTP server of pages and API, assembled from its parts.

import { fastify, type FastifyError, type FastifyInstance } from "fastify";
import type { ErrorView } from "./api-shapes.ts";
import { ApiError } from "./errors.ts";
import { eventStream } from "./event-stream.ts";
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
    const view: ErrorView = { error: { code: known.code, message: known.message } };
    return reply.status(known.status).send(view);
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.status(404).send({ error: { code: "NOT_FOUND", message: "There is nothing at this address." } }),
  );
  server.get("/healthz", () => ({ ok: true }));
  readRoutes(server, parts);
  writeRoutes(server, parts);
  eventStream(server, parts);
  pageFiles(server);
  return server;
}

function asApiError(error: FastifyError): { code: string; status: number; message: string } {
  if (error instanceof ApiError) return error;
  if (error.code.startsWith("STORE_") || error.code.startsWith("STATE_"))
    return { code: "STORE_AWAY", status: 503, message: "The store cannot be asked right now; try again shortly." };
  const status = error.statusCode ?? 500;
  if (status < 500) return { code: "BAD_REQUEST", status, message: error.message };
  return { code: "INTERNAL", status: 500, message: "Something went wrong here; it was logged." };
}
