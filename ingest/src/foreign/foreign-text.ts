// What is not under our contract, as the command line shows it.

import type { StateReader } from "../state-rows.ts";
import { textTable } from "../text-table.ts";
import type { ForeignMonitoring } from "./foreign-monitoring.ts";

const MINUTE_MS = 60_000;

/** Empty when there is nothing of it. */
export function foreignStatusText({ gateways, unmapped }: ReturnType<StateReader["foreign"]>): string {
  const gatewayTable = textTable(
    ["tenant", "gateway", "comes as", "mapping", "status", "assets", "max silence", "last message"],
    gateways.map((row) => [
      row.tenantId,
      row.gatewayId,
      row.kind,
      row.mapping,
      row.status,
      row.assetIds.length,
      row.maxSilenceMs === null ? "none" : `${row.maxSilenceMs / MINUTE_MS} min`,
      new Date(row.lastMessageMs).toISOString(),
    ]),
  );
  const unmappedTable = textTable(
    ["gateway", "what", "why", "times", "last", "example"],
    unmapped.map((row) => [
      row.gatewayId,
      printable(row.what),
      row.reason,
      row.count,
      new Date(row.lastAtMs).toISOString(),
      printable(row.example).slice(0, 60),
    ]),
  );
  return [
    gateways.length === 0 ? "" : `\ngateways without our delivery contract\n${gatewayTable}`,
    unmapped.length === 0 ? "" : `\ncame since the start, and no mapping speaks of it\n${unmappedTable}`,
  ].join("");
}

export function monitoringText(monitoring: readonly ForeignMonitoring[] | string): string {
  if (typeof monitoring === "string") return `\n${monitoring}\n`;
  if (monitoring.length === 0) return "";
  const table = textTable(
    ["tenant", "gateway", "asset", "channel", "readings", "monitored"],
    monitoring.map(({ tenantId, gatewayId, assetId, channel, readings, promisedMs, coveredMs }) => [
      tenantId,
      gatewayId,
      assetId,
      channel,
      readings,
      promisedMs === 0 ? "nothing" : `${((coveredMs / promisedMs) * 100).toFixed(1)} %`,
    ]),
  );
  const title = "no delivery promise: these gateways number nothing, so what was lost on the way cannot be told;";
  return `\n${title}\nmonitoring over the last 24 hours\n${table}`;
}

/** Names come from outside: nothing in them may steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}
