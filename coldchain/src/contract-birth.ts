// Births: what a stream's aliases mean, under which epoch its numbers stand, and the hash that names it all.

import { createHash } from "node:crypto";
import { RECORD_ALIAS_MAX } from "./chain-record.ts";
import { ROLES, type ChannelDeclaration, type Role } from "./channels.ts";
import { CONTRACT, PROPERTY } from "./contract-names.ts";
import { isChannelId } from "./identifiers.ts";
import { DATATYPE, METRIC_FLAG, VALUE_KIND, type MetricColumns } from "./metric-columns.ts";
import { putNumber, putText, textOf, numberOf } from "./metric-access.ts";

export interface StreamBirth {
  readonly epoch: string;
  readonly assetId: string;
  readonly issued: number;
  /** Aliases of Record/Number and Record/MonotonicMs of this stream. */
  readonly numberAlias: number;
  readonly monotonicAlias: number;
  readonly channels: readonly ChannelDeclaration[];
}

/** A channel's value at the time of the birth, for hosts that know nothing of the contract. */
export interface CurrentValue {
  readonly value: number | null;
  readonly atMs: number;
}

/** 16 hex digits over everything that a DDATA message needs to be read: epoch, asset and every alias with its meaning. */
export function birthIdOf(birth: Omit<StreamBirth, "issued">): string {
  const channels = [...birth.channels]
    .sort((a, b) => a.alias - b.alias)
    .map(({ alias, channel, role, unit, resolution }) => [alias, channel, role, unit, resolution]);
  const text = JSON.stringify([1, birth.epoch, birth.assetId, birth.numberAlias, birth.monotonicAlias, channels]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Appends a DBIRTH's metrics. `current` gives the last value of a channel by alias. */
export function putBirth(
  columns: MetricColumns,
  birth: StreamBirth,
  nowMs: number,
  current: ReadonlyMap<number, CurrentValue>,
): void {
  putText(columns, CONTRACT.epoch, birth.epoch, nowMs);
  putText(columns, CONTRACT.birthId, birthIdOf(birth), nowMs);
  putNumber(columns, CONTRACT.issued, birth.issued, DATATYPE.int64, nowMs);
  putNumber(columns, CONTRACT.recordNumber, birth.issued, DATATYPE.int64, nowMs, birth.numberAlias);
  putNumber(columns, CONTRACT.recordMonotonicMs, 0, DATATYPE.int64, nowMs, birth.monotonicAlias);
  putText(columns, CONTRACT.recordBoot, "", nowMs);
  putNumber(columns, CONTRACT.recordAnchor, 0, DATATYPE.int64, nowMs);
  for (const declaration of birth.channels) putChannel(columns, declaration, nowMs, current.get(declaration.alias));
}

function putChannel(columns: MetricColumns, d: ChannelDeclaration, nowMs: number, current?: CurrentValue): void {
  const at = putNumber(columns, d.channel, current?.value ?? 0, DATATYPE.double, current?.atMs ?? nowMs, d.alias);
  if (current === undefined || current.value === null) {
    columns.kind[at] = VALUE_KIND.none;
    columns.flags[at] = (columns.flags[at] as number) | METRIC_FLAG.null;
  }
  columns.setProperty(at, PROPERTY.unit, d.unit);
  columns.setProperty(at, PROPERTY.role, d.role);
  columns.setProperty(at, PROPERTY.resolution, d.resolution);
  if (d.maxSilenceMs !== undefined) columns.setProperty(at, PROPERTY.maxSilenceMs, d.maxSilenceMs);
}

/**
 * Reads a DBIRTH of a gateway under contract. Undefined when it declares no contract; a string is what is wrong with
 * one that does: a birth that lies about its own hash would attach values to the wrong channels.
 */
export function readBirth(columns: MetricColumns, assetId: string): StreamBirth | string | undefined {
  let epoch: string | undefined;
  let birthId: string | undefined;
  let issued = 0;
  let numberAlias = -1;
  let monotonicAlias = -1;
  const channels: ChannelDeclaration[] = [];
  for (let at = 0; at < columns.length; at++) {
    const name = columns.name[at] as string;
    if (name === CONTRACT.epoch) epoch = textOf(columns, at);
    else if (name === CONTRACT.birthId) birthId = textOf(columns, at);
    else if (name === CONTRACT.issued) issued = numberOf(columns, at) ?? 0;
    else if (name === CONTRACT.recordNumber) numberAlias = aliasOf(columns, at);
    else if (name === CONTRACT.recordMonotonicMs) monotonicAlias = aliasOf(columns, at);
    else if (isChannelId(name) && columns.hasFlag(at, METRIC_FLAG.hasAlias)) channels.push(readChannel(columns, at));
  }
  if (epoch === undefined && birthId === undefined) return undefined;
  if (epoch === undefined || !/^[0-9a-f]{32}$/.test(epoch)) return "Contract/Epoch is not 32 hex digits";
  if (numberAlias < 0 || monotonicAlias < 0) return "Record/Number or Record/MonotonicMs is not declared";
  if (!Number.isSafeInteger(issued) || issued < 0) return `Contract/Issued is ${issued}, not a count`;
  const birth = { epoch, assetId, issued, numberAlias, monotonicAlias, channels };
  const problem = aliasProblem(birth);
  if (problem !== undefined) return problem;
  const expected = birthIdOf(birth);
  return expected === birthId ? birth : `Contract/BirthId is ${birthId}, the metrics hash to ${expected}`;
}

function aliasOf(columns: MetricColumns, at: number): number {
  return columns.hasFlag(at, METRIC_FLAG.hasAlias) ? (columns.alias[at] as number) : -1;
}

/** An alias that means two things would attach values to the wrong channels however well the birth hashes. */
function aliasProblem({ numberAlias, monotonicAlias, channels }: Omit<StreamBirth, "issued">): string | undefined {
  const aliases = new Set<number>();
  for (const alias of [numberAlias, monotonicAlias, ...channels.map((declaration) => declaration.alias)]) {
    if (alias > RECORD_ALIAS_MAX) return `alias ${alias} is beyond ${RECORD_ALIAS_MAX}`;
    if (aliases.has(alias)) return `alias ${alias} is declared twice`;
    aliases.add(alias);
  }
  const names = new Set(channels.map((declaration) => declaration.channel));
  return names.size === channels.length ? undefined : "a channel is declared twice";
}

function readChannel(columns: MetricColumns, at: number): ChannelDeclaration {
  const properties = columns.properties.get(at);
  const role = properties?.get(PROPERTY.role);
  const unit = properties?.get(PROPERTY.unit);
  const resolution = properties?.get(PROPERTY.resolution);
  const maxSilenceMs = properties?.get(PROPERTY.maxSilenceMs);
  return {
    channel: columns.name[at] as string,
    alias: columns.alias[at] as number,
    role: (ROLES as readonly unknown[]).includes(role) ? (role as Role) : "ambient",
    unit: typeof unit === "string" ? unit : "1",
    resolution: typeof resolution === "number" ? resolution : 0,
    ...(typeof maxSilenceMs === "number" && maxSilenceMs > 0 ? { maxSilenceMs } : {}),
  };
}
