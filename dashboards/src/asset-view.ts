// Assets as the API shows them: what is measured, within which limits, where, and one word for how it stands.

import { type AlarmRow, type AssetRow, type LatestRow, SILENT_RULES } from "@isotherm/ingest/store";
import { channelQuantity } from "@isotherm/coldchain";
import type { Asset } from "@isotherm/trace";
import type { AssetView, ChannelView, Condition } from "./api-shapes.ts";
import { limitsOn, profileIdsInForce } from "./limits-in-force.ts";
import { isCurrentLeg } from "./scope.ts";
import type { World } from "./world.ts";

export function assetViews(world: World): AssetView[] {
  return world.facts.assets
    .filter(({ assetId }) => world.scope.seesAsset(assetId))
    .map((asset) => assetView(asset, world));
}

export function assetView(asset: Asset, world: World): AssetView {
  const { assetId } = asset;
  const row = world.assetRows.get(assetId);
  const latest = row === undefined ? [] : world.state.latest(world.scope.tenantId, assetId);
  const channels = channelViews(row, latest, assetId, world);
  const alarms = world.openAlarms.filter((alarm) => alarm.assetId === assetId);
  return {
    assetId,
    kind: asset.kind,
    title: asset.title,
    gatewayId: row?.gatewayId ?? null,
    status: row?.status ?? "unknown",
    condition: conditionOf(row, channels, alarms, world.nowMs),
    position: positionOf(asset, latest),
    channels,
    shipmentIds: currentShipmentIds(assetId, world),
    openAlarmIds: alarms.map(({ alarmId }) => alarmId),
    lastSampledAtMs: row?.lastSampledAtMs ?? null,
    lastReceivedAtMs: row?.lastReceivedAtMs ?? null,
  };
}

function currentShipmentIds(assetId: string, world: World): string[] {
  const ids = world.facts.legs
    .filter((leg) => leg.assetId === assetId && isCurrentLeg(leg, world.nowMs))
    .map(({ shipmentId }) => shipmentId)
    .filter((shipmentId) => world.scope.seesShipment(shipmentId));
  return [...new Set(ids)];
}

function channelViews(row: AssetRow | undefined, latest: LatestRow[], assetId: string, world: World): ChannelView[] {
  const profileIds = profileIdsInForce(world.facts, assetId, world.nowMs);
  return (row?.channels ?? []).map((declared) => {
    const { channel, role, unit, resolution } = declared;
    const last = latest.find((candidate) => candidate.channel === channel);
    return {
      ...{ channel, role, unit, resolution },
      quantity: channelQuantity(channel),
      limits: limitsOn(declared, profileIds, world.profiles),
      latest:
        last === undefined
          ? null
          : { atMs: last.atMs, value: last.quality === "good" ? last.value : null, quality: last.quality },
    };
  });
}

/** A live alarm decides; without one, a limited channel whose last good reading is older than its gap is unknown. */
function conditionOf(
  row: AssetRow | undefined,
  channels: readonly ChannelView[],
  alarms: readonly AlarmRow[],
  nowMs: number,
): Condition {
  const lasting = alarms.filter(({ foundLate, returnedAtMs }) => !foundLate && returnedAtMs === null);
  const live = lasting.filter(({ ruleId }) => ruleId !== SILENT_RULES.channel);
  if (live.some(({ severity }) => severity === "breach")) return "breach";
  const isSilent = live.some(({ ruleId }) => ruleId === SILENT_RULES.asset);
  if (row === undefined || row.status === "unknown" || isSilent) return "unknown";
  if (live.length > 0) return "warning";
  const limited = channels.filter(({ limits }) => limits.length > 0);
  const unknown = limited.some(({ latest, limits }) => {
    const gapMs = Math.min(...limits.map((limit) => limit.gapMs));
    return latest === null || latest.value === null || nowMs - latest.atMs > gapMs;
  });
  return unknown || limited.length === 0 ? "unknown" : "in-range";
}

function positionOf(asset: Asset, latest: readonly LatestRow[]): AssetView["position"] {
  const good = (quantity: string): LatestRow | undefined =>
    latest.find((row) => channelQuantity(row.channel) === quantity && row.quality === "good" && row.value !== null);
  const latitude = good("latitude");
  const longitude = good("longitude");
  if (latitude !== undefined && longitude !== undefined && latitude.atMs === longitude.atMs)
    return {
      latitudeDeg: latitude.value as number,
      longitudeDeg: longitude.value as number,
      atMs: latitude.atMs,
      speedMps: good("speed")?.value ?? null,
    };
  if (asset.place === null) return null;
  const { latitudeDeg, longitudeDeg } = asset.place;
  return { latitudeDeg, longitudeDeg, atMs: null, speedMps: null };
}
