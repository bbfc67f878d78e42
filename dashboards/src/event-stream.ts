// GET /api/v1/events: server-sent events for one page, filtered by the scope of whoever is logged in.

import type { FastifyInstance, FastifyReply } from "fastify";
import { type AlarmRow, PROFILE_RULE } from "@isotherm/ingest/store";
import { alarmView, type Words } from "./alarm-view.ts";
import type { AssetStatus, LiveEvent } from "./api-shapes.ts";
import { ApiError } from "./errors.ts";
import type { FeedEvent } from "./live-feed.ts";
import { scopeOfRequest, wordsOf, worldOfRequest, type ServerParts } from "./server-parts.ts";
import type { Scope } from "./scope.ts";
import { gatewaysOf, seesAlarm, type World } from "./world.ts";

/** Bytes that wait for a page before it is cut off. */
const WAITING_BYTES_MAX = 1_048_576;
const HEARTBEAT_MS = 15_000;
/** So many records may be under way without anybody calling it a backlog. */
const LAG_RECORDS = 5;
/** A driver's legs change rarely; the scope of an open stream is looked at again after this. */
const SCOPE_LIFE_MS = 5_000;

export function eventStream(server: FastifyInstance, parts: ServerParts): void {
  server.get("/api/v1/events", (request, reply) => {
    let scope = scopeOfRequest(request, parts);
    let scopeAtMs = parts.clock.monotonicMs();
    const isBacklog = backlogWatch();
    const send = (event: FeedEvent): void => {
      if (parts.clock.monotonicMs() - scopeAtMs > SCOPE_LIFE_MS) {
        scope = scopeOfRequest(request, parts);
        scopeAtMs = parts.clock.monotonicMs();
      }
      if (event.kind === "completeness" && !isBacklog(event)) return;
      const live = liveEvent(event, scope, wordsOf(parts), () => worldOfRequest(request, parts));
      if (live !== undefined) write(reply, `event: ${live.event}\ndata: ${JSON.stringify(live.data)}\n\n`);
    };
    const stop = parts.feed.listen((event) => {
      try {
        send(event);
      } catch {
        // The session has ended or ingest is away: the page comes back by itself and is told which.
        reply.raw.destroy();
      }
    });
    if (stop === undefined) throw new ApiError("TOO_MANY", "Too many pages are open; close one and reload.");
    reply.hijack();
    reply.raw.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    write(reply, "retry: 1000\n\n");
    send({ kind: "ingest", isHeard: parts.feed.isHeard });
    let cancelBeat = parts.scheduler.after(HEARTBEAT_MS, function beat() {
      write(reply, ": still here\n\n");
      cancelBeat = parts.scheduler.after(HEARTBEAT_MS, beat);
    });
    reply.raw.on("close", () => {
      stop();
      cancelBeat();
    });
  });
}

/** True while a gateway lags behind, and once more when it has caught up: then the last of the past has come in. */
function backlogWatch(): (event: Extract<FeedEvent, { kind: "completeness" }>) => boolean {
  const lagging = new Set<string>();
  return ({ tenantId, assetId, issued, accepted }) => {
    const key = `${tenantId}/${assetId}`;
    const wasLagging = lagging.has(key);
    const isLagging = issued - accepted > LAG_RECORDS;
    if (isLagging) lagging.add(key);
    else lagging.delete(key);
    return isLagging || wasLagging;
  };
}

function write(reply: FastifyReply, text: string): void {
  if (reply.raw.writableLength > WAITING_BYTES_MAX) reply.raw.destroy();
  else if (!reply.raw.destroyed) reply.raw.write(text);
}

/** What a gateway serves is asked only for an alarm about a gateway: it takes a look at everything that the page may see. */
function isSeen(alarm: AlarmRow, scope: Scope, world: () => World): boolean {
  const isOfGateway = alarm.channel === "" && alarm.ruleId !== PROFILE_RULE && !scope.seesAsset(alarm.assetId);
  const gateways = isOfGateway ? gatewaysOf(world()) : new Set<string>();
  return seesAlarm(scope, alarm, gateways);
}

function liveEvent(event: FeedEvent, scope: Scope, words: Words, world: () => World): LiveEvent | undefined {
  if (event.kind === "reload") return { event: "reload", data: {} };
  if (event.kind === "ingest") return { event: "ingest", data: { isHeard: event.isHeard } };
  if (event.tenantId !== scope.tenantId) return undefined;
  switch (event.kind) {
    case "readings": {
      const readings = event.readings
        .filter(({ assetId }) => scope.seesAsset(assetId))
        .map(({ assetId, channel, atMs, value, quality }) => ({
          ...{ assetId, channel, atMs, quality },
          value: quality === "good" ? value : null,
        }));
      return readings.length === 0 ? undefined : { event: "readings", data: readings };
    }
    case "alarm":
      return isSeen(event.alarm, scope, world) ? { event: "alarm", data: alarmView(event.alarm, words) } : undefined;
    case "completeness":
      return scope.seesAsset(event.assetId) ? { event: "backlog", data: { assetId: event.assetId } } : undefined;
    case "excursion": {
      const assetIds = event.assetIds.filter((assetId) => scope.seesAsset(assetId));
      return assetIds.length === 0 ? undefined : { event: "excursion", data: { assetIds } };
    }
    case "asset":
      if (!scope.seesAsset(event.assetId)) return undefined;
      return { event: "asset", data: { assetId: event.assetId, status: event.status as AssetStatus } };
  }
}
