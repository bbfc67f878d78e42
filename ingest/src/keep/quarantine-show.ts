// One entry of the quarantine, as far as it can be read.

import { DATATYPE, decodePayload, MetricColumns, parseRecordBytes, VALUE_KIND } from "@isotherm/coldchain";
import type { QuarantinedEntry } from "../quarantine-table.ts";

const METRICS_MAX = 40;
const HEX_BYTES_MAX = 512;
const HEX_LINE = 16;

export interface ShownEntry extends Omit<QuarantinedEntry, "bytes"> {
  readonly byteCount: number;
  readonly hex: string;
  /** Metrics of a message, or the record; null when not even that can be read. */
  readonly decoded: unknown;
  readonly problem: string | null;
}

export function showEntry({ bytes, ...entry }: QuarantinedEntry): ShownEntry {
  const told = { ...entry, byteCount: bytes.length, hex: Buffer.from(bytes).toString("hex") };
  try {
    const decoded = entry.kind === "undecodable" ? metricsOf(bytes) : parseRecordBytes(bytes);
    return { ...told, decoded, problem: null };
  } catch (error) {
    return { ...told, decoded: null, problem: (error as Error).message };
  }
}

function metricsOf(bytes: Uint8Array): unknown[] {
  const columns = new MetricColumns();
  decodePayload(bytes, columns);
  const datatypes = new Map<number, string>(Object.entries(DATATYPE).map(([name, code]) => [code, name]));
  return Array.from({ length: Math.min(columns.length, METRICS_MAX) }, (_, at) => ({
    metric: columns.name[at] === "" ? `alias ${columns.alias[at]}` : columns.name[at],
    datatype: datatypes.get(columns.datatype[at] as number) ?? columns.datatype[at],
    value: columns.kind[at] === VALUE_KIND.text ? columns.text[at] : columns.value[at],
  }));
}

export function entryText(entry: ShownEntry): string {
  const { hex, decoded, problem, receivedAtMs, epoch, numbers, ...rest } = entry;
  const facts = {
    ...rest,
    received: new Date(receivedAtMs).toISOString(),
    epoch: epoch ?? "unknown",
    numbers: numbers === "" ? "unreadable" : numbers,
  };
  const width = Math.max(...Object.keys(facts).map((name) => name.length));
  const lines = Object.entries(facts).map(([name, value]) => `${name.padEnd(width)}  ${value}\n`);
  const parts = Array.isArray(decoded)
    ? decoded.map((one) => `  ${JSON.stringify(one)}\n`)
    : [`  ${JSON.stringify(decoded)}\n`];
  const read = problem === null ? `decoded\n${parts.join("")}` : `cannot be decoded: ${problem}\n`;
  return `${lines.join("")}\n${read}\n${hexText(hex)}`;
}

function hexText(hex: string): string {
  const shown = hex.slice(0, HEX_BYTES_MAX * 2);
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += HEX_LINE * 2) {
    const part = Buffer.from(shown.slice(at, at + HEX_LINE * 2), "hex");
    const text = part.toString("latin1").replace(/[^\x20-\x7e]/g, ".");
    const bytes = (part.toString("hex").match(/../g) ?? []).join(" ");
    lines.push(`${(at / 2).toString(16).padStart(6, "0")}  ${bytes.padEnd(HEX_LINE * 3)} ${text}\n`);
  }
  const rest = hex.length / 2 - HEX_BYTES_MAX;
  return `${lines.join("")}${rest > 0 ? `${rest} bytes more; quarantine export writes them all\n` : ""}`;
}
