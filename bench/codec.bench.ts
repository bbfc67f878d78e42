// Our Sparkplug codec against pbf, the fastest of the general libraries at decoding, and protobufjs, on DATA messages of
// ten metrics. Wanted: at least 2 times pbf's decoding and 6 times its encoding.

import protobuf from "protobufjs";
import {
  decodePayload,
  encodePayload,
  METRIC_FLAG,
  MetricColumns,
  seededRandom,
  VALUE_KIND,
} from "@isotherm/coldchain";
import { compare } from "./measure/interleaved.ts";
import { emptyMetric, pbfDecode, pbfEncode } from "./measure/pbf-payload.ts";

const METRICS = 10;
const MESSAGES = 200;
const NOW_MS = 1_795_000_000_000;
const DATA_FLAGS = METRIC_FLAG.hasAlias | METRIC_FLAG.hasTime;

interface Reading {
  readonly alias: number;
  readonly timeMs: number;
  readonly value: number;
}

/** The fields that DATA uses. The codecs that protobufjs makes from a schema are those that its `static` target prints. */
const metricType = new protobuf.Type("Metric")
  .add(new protobuf.Field("name", 1, "string"))
  .add(new protobuf.Field("alias", 2, "uint64"))
  .add(new protobuf.Field("timestamp", 3, "uint64"))
  .add(new protobuf.Field("datatype", 4, "uint32"))
  .add(new protobuf.Field("intValue", 10, "uint32"))
  .add(new protobuf.Field("longValue", 11, "uint64"))
  .add(new protobuf.Field("doubleValue", 13, "double"))
  .add(new protobuf.Field("stringValue", 15, "string"));
const payloadType = new protobuf.Type("Payload")
  .add(new protobuf.Field("timestamp", 1, "uint64"))
  .add(new protobuf.Field("metrics", 2, "Metric", "repeated"))
  .add(new protobuf.Field("seq", 3, "uint64"));
new protobuf.Root().add(metricType).add(payloadType);

const random = seededRandom(1);
const messages = Array.from({ length: MESSAGES }, (_, message) =>
  Array.from({ length: METRICS }, (_unused, alias): Reading => ({
    alias: alias + 1,
    timeMs: NOW_MS + message * 1000,
    value: Math.round(random() * 600 - 300) / 10,
  })),
);
const columns = new MetricColumns();
let checksum = 0;

function encodeOurs(readings: readonly Reading[], seq: number): Uint8Array {
  columns.clear();
  for (const { alias, timeMs, value } of readings) {
    const at = columns.push();
    columns.alias[at] = alias;
    columns.timeMs[at] = timeMs;
    columns.value[at] = value;
    columns.kind[at] = VALUE_KIND.number;
    columns.flags[at] = DATA_FLAGS;
  }
  return encodePayload(columns, { timestampMs: NOW_MS, seq });
}

function encodeTheirs(readings: readonly Reading[], seq: number): Uint8Array {
  const metrics = readings.map(({ alias, timeMs, value }) => ({ alias, timestamp: timeMs, doubleValue: value }));
  return payloadType.encode({ timestamp: NOW_MS, metrics, seq }).finish();
}

function encodePbf(readings: readonly Reading[], seq: number): Uint8Array {
  const metrics = readings.map(({ alias, timeMs, value }) => ({
    ...emptyMetric(),
    alias,
    timestamp: timeMs,
    doubleValue: value,
  }));
  return pbfEncode({ timestamp: NOW_MS, metrics, seq });
}

function decodePbf(bytes: Uint8Array): number {
  const { metrics } = pbfDecode(bytes);
  for (const { alias, timestamp, doubleValue } of metrics) checksum += alias + doubleValue + timestamp * 1e-12;
  return metrics.length;
}

function decodeOurs(bytes: Uint8Array): number {
  decodePayload(bytes, columns);
  for (let at = 0; at < columns.length; at++)
    checksum += (columns.alias[at] as number) + (columns.value[at] as number) + (columns.timeMs[at] as number) * 1e-12;
  return columns.length;
}

interface TheirPayload {
  readonly metrics: readonly { alias: protobuf.Long; timestamp: protobuf.Long; doubleValue: number }[];
}

function decodeTheirs(bytes: Uint8Array): number {
  const { metrics } = payloadType.decode(bytes) as unknown as TheirPayload;
  for (const { alias, timestamp, doubleValue } of metrics)
    checksum += Number(alias) + doubleValue + Number(timestamp) * 1e-12;
  return metrics.length;
}

const payloads = messages.map((readings, seq) => encodeOurs(readings, seq % 256));
payloads.forEach((bytes, seq) => {
  if (Buffer.compare(bytes, encodeTheirs(messages[seq] as Reading[], seq % 256)) !== 0)
    throw new Error(`message ${seq}: the two codecs wrote different bytes`);
  // pbf leaves out zeros, which Sparkplug sends.
  const [ours, theirs] = [
    columnsOf(bytes),
    pbfDecode(bytes).metrics.map(({ alias, doubleValue }) => [alias, doubleValue]),
  ];
  if (JSON.stringify(ours) !== JSON.stringify(theirs)) throw new Error(`message ${seq}: pbf reads it otherwise`);
});
console.log(`${((payloads[0] as Uint8Array).length / METRICS).toFixed(1)} bytes a reading, the same from both codecs`);

function columnsOf(bytes: Uint8Array): number[][] {
  decodePayload(bytes, columns);
  return Array.from({ length: columns.length }, (_, at) => [columns.alias[at] ?? 0, columns.value[at] ?? 0]);
}

compare(
  `encode, ${METRICS} metrics a message, from reading objects`,
  [
    { name: "pbf (code as it compiles it)", run: () => sum(messages, (each, i) => encodePbf(each, i % 256).length) },
    { name: "protobufjs (generated code)", run: () => sum(messages, (each, i) => encodeTheirs(each, i % 256).length) },
    { name: "coldchain, through columns", run: () => sum(messages, (each, i) => encodeOurs(each, i % 256).length) },
  ],
  { unit: "reading" },
);
compare(
  `decode, ${METRICS} metrics a message, every alias, time and value read`,
  [
    { name: "pbf (code as it compiles it)", run: () => sum(payloads, decodePbf) },
    { name: "protobufjs (generated code)", run: () => sum(payloads, decodeTheirs) },
    { name: "coldchain, into columns", run: () => sum(payloads, decodeOurs) },
  ],
  { unit: "reading" },
);
if (!Number.isFinite(checksum)) throw new Error("the checksum is not a number");

/** Does all of it and gives the readings that were in it. */
function sum<T>(items: readonly T[], work: (item: T, i: number) => number): number {
  for (let i = 0; i < items.length; i++) checksum += work(items[i] as T, i) * 1e-9;
  return items.length * METRICS;
}
