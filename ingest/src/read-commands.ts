// The commands that only read: status, completeness, quarantine. They may be asked while ingest runs.

import { formatRanges } from "@isotherm/coldchain";
import type { IngestConfig } from "./config.ts";
import type { ForeignMonitoring } from "./foreign/foreign-monitoring.ts";
import { foreignStatusText, monitoringText } from "./foreign/foreign-text.ts";
import type { StateReader } from "./state-rows.ts";
import { textTable } from "./text-table.ts";

export const READ_COMMANDS = ["status", "completeness", "quarantine"] as const;
export type ReadCommand = (typeof READ_COMMANDS)[number];

const ROWS_MAX = 1000;

const instant = (atMs: number | null): string => (atMs === null ? "never" : new Date(atMs).toISOString());

/** What the command prints. */
export function runReadCommand(
  command: ReadCommand,
  reader: StateReader,
  config: Pick<IngestConfig, "groups" | "mappings">,
  options: {
    readonly tenantId: string | undefined;
    readonly json: boolean;
    /** Of channels without a delivery promise, for completeness; in words why it cannot be told. */
    readonly monitoring?: readonly ForeignMonitoring[] | string;
  },
): string {
  const commands = {
    status: () => status(reader, config, options.tenantId),
    completeness: () => completeness(reader, options.tenantId, options.monitoring ?? []),
    quarantine: () => quarantine(reader, options.tenantId),
  };
  const found = commands[command]();
  const unknown = unknownTenant(reader, config, options.tenantId);
  return options.json ? `${JSON.stringify(found.data, null, 2)}\n` : `${found.text}${unknown}`;
}

/** A tenant that is mistyped has nothing either; that must not look like all being well. */
function unknownTenant(
  reader: StateReader,
  { groups, mappings = [] }: Pick<IngestConfig, "groups" | "mappings">,
  tenantId: string | undefined,
): string {
  if (tenantId === undefined) return "";
  const known = new Set([
    ...Object.values(groups),
    ...mappings.flatMap(({ sparkplug, json }) => [...sparkplug, ...json].flatMap((rule) => rule.tenantId ?? [])),
    ...reader.completeness(undefined).map((row) => row.tenantId),
  ]);
  return known.has(tenantId)
    ? ""
    : `\nnothing is known of tenant "${tenantId}"; the configuration has ${[...known].join(", ")}\n`;
}

interface Found {
  readonly data: unknown;
  readonly text: string;
}

function status(
  reader: StateReader,
  { groups, mappings = [] }: Pick<IngestConfig, "groups" | "mappings">,
  tenantId: string | undefined,
): Found {
  const mapped = mappings
    .flatMap(({ sparkplug, json }) => [...sparkplug, ...json])
    .flatMap((rule) => rule.tenantId ?? []);
  const tenantIds = tenantId === undefined ? [...new Set([...Object.values(groups), ...mapped])] : [tenantId];
  const assets = tenantIds.flatMap((id) => reader.assets(id));
  const alarms = tenantIds.flatMap((id) => reader.alarms({ tenantId: id, openOnly: true, limit: ROWS_MAX }));
  const assetTable =
    assets.length === 0
      ? "no gateway has been heard yet\n"
      : textTable(
          ["tenant", "asset", "gateway", "status", "channels", "last reading"],
          assets.map((asset) => [
            asset.tenantId,
            asset.assetId,
            asset.gatewayId,
            asset.status,
            asset.channels.length,
            instant(asset.lastSampledAtMs),
          ]),
        );
  const alarmTable = textTable(
    ["alarm", "asset", "channel", "rule", "state", "severity", "since"],
    alarms.map((alarm) => [
      alarm.alarmId,
      alarm.assetId,
      alarm.channel,
      alarm.ruleId,
      alarm.state,
      alarm.severity,
      instant(alarm.startMs),
    ]),
  );
  const openAlarms = alarms.length === 0 ? "no open alarm\n" : `open alarms\n${alarmTable}`;
  const foreign = reader.foreign(tenantId);
  return { data: { assets, alarms, foreign }, text: `${assetTable}\n${openAlarms}${foreignStatusText(foreign)}` };
}

function completeness(
  reader: StateReader,
  tenantId: string | undefined,
  monitoring: readonly ForeignMonitoring[] | string,
): Found {
  const data = reader.completeness(tenantId);
  const headings = ["tenant", "gateway", "asset", "epoch", "issued", "accepted", "quarantined", "gone", "missing"];
  const rows = data.map((row) => [
    row.tenantId,
    row.gatewayId,
    row.assetId,
    row.epoch.slice(0, 8),
    row.issued,
    row.accepted,
    row.quarantined,
    row.gone,
    formatRanges(row.holes) || "none",
  ]);
  const rest = typeof monitoring === "string" ? [] : monitoring;
  return {
    data: [...data, ...rest],
    text: `${rows.length === 0 ? "no record has come yet under the delivery contract\n" : textTable(headings, rows)}${monitoringText(monitoring)}`,
  };
}

function quarantine(reader: StateReader, tenantId: string | undefined): Found {
  const data = reader.quarantine(tenantId, ROWS_MAX);
  const headings = ["id", "received", "tenant", "gateway", "asset", "kind", "numbers", "bytes", "reason"];
  const rows = data.map((row) => [
    row.quarantineId,
    instant(row.receivedAtMs),
    row.tenantId,
    row.gatewayId,
    row.assetId,
    row.kind,
    row.numbers || "unreadable",
    row.byteCount,
    row.reason,
  ]);
  const more = data.length < ROWS_MAX ? "" : `the newest ${ROWS_MAX} are shown\n`;
  const hint = "isotherm-ingest quarantine show ID tells more of one; quarantine --help what can be done\n";
  return {
    data,
    text: data.length === 0 ? "nothing is in quarantine\n" : `${textTable(headings, rows)}${more}\n${hint}`,
  };
}
