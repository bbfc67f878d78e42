// GET /api/v1/…: what is known, each answer within the asker's scope.

import type { FastifyInstance } from "fastify";
import type { AssetView, AuditView, SessionView } from "./api-shapes.ts";
import { alarmView, auditView, excursionView } from "./alarm-view.ts";
import { assetViews } from "./asset-view.ts";
import { deliveryView, monitoringViews } from "./completeness-view.ts";
import { ApiError } from "./errors.ts";
import { checked, listQuery, seriesQuery, windowOf, windowQuery } from "./query.ts";
import { seriesView } from "./series-view.ts";
import { scopeOfRequest, worldOfRequest, type ServerParts } from "./server-parts.ts";
import { shipmentViews } from "./shipment-view.ts";
import { gatewaysOf, seesAlarm, type World } from "./world.ts";

const TRACK_POINTS_MAX = 1_000;

export function readRoutes(server: FastifyInstance, parts: ServerParts): void {
  server.get("/api/v1/session", (request): SessionView => {
    const { person, tenantId } = scopeOfRequest(request, parts);
    const tenant = parts.trace.facts().tenants.find((candidate) => candidate.tenantId === tenantId);
    const { personId, role, language } = person;
    return {
      person: { personId, role, language, name: parts.people.nameOf(personId) ?? null },
      tenant: { tenantId, title: tenant?.title ?? { en: tenantId, zh: tenantId } },
      nowMs: parts.clock.wallMs(),
      simulated: parts.simulated,
    };
  });
  server.get("/api/v1/assets", (request) => ({ assets: assetViews(worldOfRequest(request, parts)) }));
  server.get("/api/v1/shipments", (request) => {
    const world = worldOfRequest(request, parts);
    return { shipments: shipmentViews(world, assetViews(world)) };
  });
  server.get<{ Params: { id: string } }>("/api/v1/shipments/:id", (request) => {
    const world = worldOfRequest(request, parts);
    const found = shipmentViews(world, assetViews(world)).find(({ shipmentId }) => shipmentId === request.params.id);
    if (found === undefined)
      throw new ApiError("NOT_FOUND", `There is no shipment ${request.params.id} that you may see.`);
    return found;
  });
  seriesRoutes(server, parts);
  eventRoutes(server, parts);
}

function assetOf(world: World, assetId: string): AssetView {
  const asset = assetViews(world).find((candidate) => candidate.assetId === assetId);
  if (asset === undefined) throw new ApiError("NOT_FOUND", `There is no asset ${assetId} that you may see.`);
  return asset;
}

function seriesRoutes(server: FastifyInstance, parts: ServerParts): void {
  server.get<{ Params: { id: string } }>("/api/v1/assets/:id/series", async (request) => {
    const query = checked(seriesQuery, request.query);
    const world = worldOfRequest(request, parts);
    const asset = assetOf(world, request.params.id);
    const window = windowOf(query, world.nowMs);
    const series = { tenantId: world.scope.tenantId, assetId: asset.assetId, channel: query.channel };
    const reader = await parts.readings();
    return seriesView(asset, query.channel, await reader.series({ series, ...window, buckets: query.buckets }), window);
  });
  server.get<{ Params: { id: string } }>("/api/v1/assets/:id/track", async (request) => {
    const world = worldOfRequest(request, parts);
    const { assetId } = assetOf(world, request.params.id);
    const window = windowOf(checked(windowQuery, request.query), world.nowMs);
    const { tenantId } = world.scope;
    const reader = await parts.readings();
    const track = await reader.track({ tenantId, assetId, ...window, pointsMax: TRACK_POINTS_MAX });
    const points = Array.from({ length: track.length }, (_, i) => ({
      atMs: track.atMs[i] as number,
      latitudeDeg: track.latitude[i] as number,
      longitudeDeg: track.longitude[i] as number,
    }));
    return { assetId, points };
  });
  server.get("/api/v1/completeness", async (request) => {
    const world = worldOfRequest(request, parts);
    const window = windowOf(checked(windowQuery, request.query), world.nowMs);
    const reader = await parts.readings();
    const { tenantId } = world.scope;
    const monitoring = await monitoringViews(assetViews(world), reader, tenantId, window.fromMs, window.toMs);
    return { delivery: deliveryView(world), monitoring };
  });
}

function eventRoutes(server: FastifyInstance, parts: ServerParts): void {
  server.get("/api/v1/excursions", (request) => {
    const query = checked(listQuery, request.query);
    const world = worldOfRequest(request, parts);
    const rows = world.state.excursions({
      tenantId: world.scope.tenantId,
      limit: query.limit,
      ...(query.asset === undefined ? {} : { assetId: query.asset }),
      ...(query.shipment === undefined ? {} : { shipmentId: query.shipment }),
      ...(query.from === undefined ? {} : { fromMs: query.from }),
      ...(query.to === undefined ? {} : { toMs: query.to }),
    });
    return { excursions: rows.filter(({ assetId }) => world.scope.seesAsset(assetId)).map(excursionView) };
  });
  server.get("/api/v1/alarms", (request) => {
    const query = checked(listQuery, request.query);
    const world = worldOfRequest(request, parts);
    return { alarms: visibleAlarms(world, query).map((row) => alarmView(row, world)) };
  });
  server.get<{ Params: { id: string } }>("/api/v1/alarms/:id", (request) => {
    const world = worldOfRequest(request, parts);
    const row = visibleAlarms(world, { open: "0", limit: 1, alarmId: request.params.id })[0];
    if (row === undefined) throw new ApiError("NOT_FOUND", `There is no alarm ${request.params.id} that you may see.`);
    const audit = world.state
      .audit(world.scope.tenantId, row.alarmId)
      .map((entry): AuditView => auditView(entry, world));
    return { alarm: alarmView(row, world), audit };
  });
}

function visibleAlarms(
  world: World,
  query: {
    open: "0" | "1";
    limit: number;
    alarmId?: string;
    asset?: string | undefined;
    shipment?: string | undefined;
  },
): ReturnType<World["state"]["alarms"]> {
  const gateways = gatewaysOf(world);
  return world.state
    .alarms({
      tenantId: world.scope.tenantId,
      openOnly: query.open === "1",
      limit: query.limit,
      ...(query.alarmId === undefined ? {} : { alarmId: query.alarmId }),
      ...(query.asset === undefined ? {} : { assetId: query.asset }),
      ...(query.shipment === undefined ? {} : { shipmentId: query.shipment }),
    })
    .filter((alarm) => seesAlarm(world.scope, alarm, gateways));
}
