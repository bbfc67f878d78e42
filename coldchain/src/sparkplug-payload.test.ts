// Laws of the codec: what goes in comes out, and protobufjs with the schema of the specification agrees both ways.

import { join } from "node:path";
import fc from "fast-check";
import protobuf from "protobufjs";
import { assert, needs, seed, suite, testDataDir } from "../../checks/kit.ts";
import { DATATYPE, METRIC_FLAG, MetricColumns, VALUE_KIND } from "./metric-columns.ts";
import { asDatatype } from "./payload-limits.ts";
import { decodePayload } from "./sparkplug-decode.ts";
import { encodePayload } from "./sparkplug-encode.ts";
import type { PayloadHead } from "./sparkplug-fields.ts";

interface MetricCase {
  readonly name: string;
  readonly alias: number | undefined;
  readonly timeMs: number | undefined;
  readonly datatype: number;
  readonly kind: number;
  readonly value: number;
  readonly text: string;
  readonly flags: number;
  readonly quality: number;
  readonly properties: readonly (readonly [string, string | number])[];
}

/** Every double but one NaN: NaN, -0 and infinities included. */
const anyDouble = fc.double();
const anyText = fc.string({ unit: "grapheme", maxLength: 60 });
const anyName = fc.oneof(fc.constant(""), fc.string({ maxLength: 40 }), anyText);
const wholeTime = fc.oneof(fc.constant(0), fc.integer({ min: 1.6e12, max: 1.9e12 }), fc.maxSafeInteger());

const INTEGER_RANGES: readonly (readonly [datatype: number, min: number, max: number])[] = [
  [DATATYPE.int8, -128, 127],
  [DATATYPE.int16, -32768, 32767],
  [DATATYPE.int32, -(2 ** 31), 2 ** 31 - 1],
  [DATATYPE.int64, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  [DATATYPE.uint8, 0, 255],
  [DATATYPE.uint16, 0, 65535],
  [DATATYPE.uint32, 0, 2 ** 32 - 1],
  [DATATYPE.uint64, 0, Number.MAX_SAFE_INTEGER],
  [DATATYPE.dateTime, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
];

type Content = Pick<MetricCase, "datatype" | "kind" | "value" | "text">;
const numeric = (datatype: number, values: fc.Arbitrary<number>): fc.Arbitrary<Content> =>
  values.map((value) => ({ datatype, kind: VALUE_KIND.number, value, text: "" }));
const content: fc.Arbitrary<Content> = fc.oneof(
  ...INTEGER_RANGES.map(([datatype, min, max]) =>
    numeric(datatype, fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max, 0))),
  ),
  numeric(DATATYPE.double, anyDouble),
  numeric(DATATYPE.unknown, anyDouble),
  numeric(DATATYPE.float, fc.float()),
  fc.boolean().map((yes) => ({ datatype: DATATYPE.boolean, kind: VALUE_KIND.boolean, value: yes ? 1 : 0, text: "" })),
  fc
    .tuple(fc.constantFrom(DATATYPE.string, DATATYPE.text, DATATYPE.uuid, DATATYPE.unknown), anyText)
    .map(([datatype, text]) => ({ datatype, kind: VALUE_KIND.text, value: 0, text })),
  fc
    .constantFrom(DATATYPE.unknown, DATATYPE.double)
    .map((datatype) => ({ datatype, kind: VALUE_KIND.none, value: 0, text: "" })),
);
const anyMetric: fc.Arbitrary<MetricCase> = fc
  .record({
    name: anyName,
    alias: fc.option(fc.oneof(fc.constant(0), fc.nat(300), fc.maxSafeNat()), { nil: undefined }),
    timeMs: fc.option(wholeTime, { nil: undefined }),
    content,
    isNull: fc.boolean(),
    flags: fc.nat(2).map((bits) => (bits & 1) * METRIC_FLAG.historical + (bits >> 1) * METRIC_FLAG.transient),
    quality: fc.constantFrom(-1, -1, 0, 192, 500, 32767),
    properties: fc.uniqueArray(fc.tuple(anyText, fc.oneof(anyText, anyDouble, fc.integer())), {
      selector: ([key]) => key,
      maxLength: 4,
    }),
  })
  .map(({ content: held, isNull, flags, ...rest }) =>
    isNull
      ? { ...rest, ...held, kind: VALUE_KIND.none, value: 0, text: "", flags: flags | METRIC_FLAG.null }
      : { ...rest, ...held, flags },
  );
const anyHead: fc.Arbitrary<PayloadHead> = fc.record({
  timestampMs: fc.option(wholeTime, { nil: undefined }),
  seq: fc.option(fc.nat(255), { nil: undefined }),
});
const anyMetrics = fc.array(anyMetric, { maxLength: 12 });

function fill(columns: MetricColumns, metrics: readonly MetricCase[]): void {
  columns.clear();
  for (const metric of metrics) {
    const at = columns.push();
    columns.name[at] = metric.name;
    columns.alias[at] = metric.alias ?? 0;
    columns.timeMs[at] = metric.timeMs ?? 0;
    columns.datatype[at] = metric.datatype;
    columns.kind[at] = metric.kind;
    columns.value[at] = metric.value;
    columns.text[at] = metric.text;
    columns.flags[at] =
      metric.flags |
      (metric.alias === undefined ? 0 : METRIC_FLAG.hasAlias) |
      (metric.timeMs === undefined ? 0 : METRIC_FLAG.hasTime);
    columns.quality[at] = metric.quality;
    for (const [key, value] of metric.properties) columns.setProperty(at, key, value);
  }
}

function read(columns: MetricColumns): MetricCase[] {
  return Array.from({ length: columns.length }, (_, at) => ({
    name: columns.name[at] as string,
    alias: columns.hasFlag(at, METRIC_FLAG.hasAlias) ? columns.alias[at] : undefined,
    timeMs: columns.hasFlag(at, METRIC_FLAG.hasTime) ? columns.timeMs[at] : undefined,
    datatype: columns.datatype[at] as number,
    kind: columns.kind[at] as number,
    value: columns.value[at] as number,
    text: columns.text[at] as string,
    flags: (columns.flags[at] as number) & ~(METRIC_FLAG.hasAlias | METRIC_FLAG.hasTime),
    quality: columns.quality[at] as number,
    properties: [...(columns.properties.get(at) ?? [])],
  }));
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Like assert.equal, but telling -0 from 0 and NaN from nothing. */
function same(actual: unknown, expected: unknown): void {
  const plain = (value: unknown): string =>
    JSON.stringify(value, (_key, each: unknown) =>
      typeof each === "number" && (Object.is(each, -0) || !Number.isFinite(each))
        ? `number ${Object.is(each, -0) ? "-0" : each}`
        : typeof each === "bigint"
          ? `${each}n`
          : sorted(each ?? null),
    );
  assert.is(plain(actual), plain(expected));
}

const laws = suite("payload round trip");
const columns = new MetricColumns(1);
const into = new MetricColumns(1);

laws("what is encoded is decoded, to the last bit", () => {
  fc.assert(
    fc.property(anyMetrics, anyHead, (metrics, head) => {
      fill(columns, metrics);
      same(decodePayload(encodePayload(columns, head), into), head);
      // Integers forget that their zero was negative: protobuf has no such integer.
      const whole = (metric: MetricCase): boolean =>
        ![DATATYPE.double, DATATYPE.float, DATATYPE.unknown].includes(metric.datatype as 0);
      same(
        read(into),
        metrics.map((metric) => (whole(metric) ? { ...metric, value: metric.value + 0 } : metric)),
      );
    }),
    { seed: seed(), numRuns: 1000 },
  );
});

laws("untyped numbers come back right once the birth's datatype is known", () => {
  const typed = fc.oneof(
    ...INTEGER_RANGES.map(([datatype, min, max]) => fc.tuple(fc.constant(datatype), fc.integer({ min, max }))),
    fc.tuple(fc.constant(DATATYPE.double as number), fc.double({ noNaN: true })),
  );
  fc.assert(
    fc.property(typed, ([datatype, value]) => {
      columns.clear();
      const at = columns.push();
      columns.kind[at] = VALUE_KIND.number;
      columns.datatype[at] = datatype;
      columns.value[at] = value;
      columns.flags[at] = METRIC_FLAG.untyped;
      decodePayload(encodePayload(columns, { timestampMs: undefined, seq: undefined }), into);
      assert.is(into.datatype[0], DATATYPE.unknown);
      const known = asDatatype(into.value[0] as number, datatype);
      assert.ok(known === value, `${known} is not ${value}`);
      assert.ok(asDatatype(known, datatype) === value, "a second correction changes nothing");
    }),
    { seed: seed(), numRuns: 1000 },
  );
});

const oracle = suite("payload against protobufjs", { skip: needs({ testData: true }) });
let payloadType: protobuf.Type;
oracle.before(async () => {
  const root = await protobuf.load(join(testDataDir(), "standards/sparkplug/sparkplug_b.proto"));
  payloadType = root.lookupType("org.eclipse.tahu.protobuf.Payload");
});

interface TheirProperty {
  type?: number;
  isNull?: boolean;
  intValue?: number;
  longValue?: unknown;
  floatValue?: number;
  doubleValue?: number;
  booleanValue?: boolean;
  stringValue?: string;
  propertysetValue?: object;
}
interface TheirMetric extends TheirProperty {
  name?: string;
  alias?: unknown;
  timestamp?: unknown;
  datatype?: number;
  isHistorical?: boolean;
  isTransient?: boolean;
  properties?: { keys: string[]; values: TheirProperty[] };
  metadata?: object;
  bytesValue?: Uint8Array;
  datasetValue?: object;
  templateValue?: object;
}
interface TheirPayload {
  timestamp?: unknown;
  seq?: unknown;
  metrics: TheirMetric[];
  uuid?: string;
  body?: Uint8Array;
}

const own = (object: object, key: string): boolean => Object.prototype.hasOwnProperty.call(object, key);
const big = (value: unknown): bigint => BigInt.asIntN(64, BigInt(String(value)));

/** What protobufjs found in a metric, put as the columns would have it; exact integers by BigInt. */
function fromTheirs(metric: TheirMetric): MetricCase {
  const datatype = own(metric, "datatype") ? (metric.datatype as number) : 0;
  const isNull = metric.isNull === true;
  const held = isNull ? undefined : theirValue(metric, datatype);
  const properties: [string, string | number][] = [];
  let quality = -1;
  for (const [i, key] of (metric.properties?.keys ?? []).entries()) {
    const property = metric.properties?.values[i] as TheirProperty;
    const value = property.isNull === true ? undefined : theirValue(property, property.type ?? 0);
    const known =
      value?.kind === VALUE_KIND.text ? value.text : value?.kind === VALUE_KIND.other ? undefined : value?.value;
    if (key === "Quality")
      quality = Number.isInteger(known) && (known as number) >= 0 && (known as number) <= 32767 ? (known as number) : 0;
    else if (known !== undefined) properties.push([key, known]);
  }
  return {
    name: metric.name ?? "",
    alias: own(metric, "alias") ? Number(String(metric.alias)) : undefined,
    timeMs: own(metric, "timestamp") ? Number(big(metric.timestamp)) : undefined,
    datatype: datatype > 255 ? 0 : datatype,
    kind: held?.kind ?? VALUE_KIND.none,
    value: held?.value ?? 0,
    text: held?.text ?? "",
    flags:
      (metric.isHistorical === true ? METRIC_FLAG.historical : 0) |
      (metric.isTransient === true ? METRIC_FLAG.transient : 0) |
      (isNull ? METRIC_FLAG.null : 0),
    quality,
    properties: [...new Map(properties)],
  };
}

/** Two's complement of 8, 16 or 32 bits by datatype 1-3, held in as many bits or in 32; what is neither stays. */
function signed(raw: bigint, datatype: number): bigint {
  if (datatype < 1 || datatype > 3) return raw;
  const bits = 4 << datatype;
  for (const width of [bits, 32])
    if (raw >= 0n && raw < 1n << BigInt(width)) {
      const value = BigInt.asIntN(width, raw);
      if (BigInt.asIntN(bits, value) === value) return value;
    }
  return raw;
}

function theirValue(of: TheirProperty, datatype: number): Omit<Content, "datatype"> | undefined {
  const number = (value: number): Omit<Content, "datatype"> => ({ kind: VALUE_KIND.number, value, text: "" });
  if (own(of, "doubleValue")) return number(of.doubleValue as number);
  if (own(of, "floatValue")) return number(of.floatValue as number);
  if (own(of, "intValue")) return number(Number(signed(BigInt(of.intValue as number), datatype === 4 ? 3 : datatype)));
  if (own(of, "longValue")) {
    const raw = big(of.longValue);
    return number(Number(datatype === DATATYPE.uint64 ? BigInt.asUintN(64, raw) : signed(raw, datatype)));
  }
  if (own(of, "booleanValue")) return { kind: VALUE_KIND.boolean, value: of.booleanValue === true ? 1 : 0, text: "" };
  if (own(of, "stringValue")) return { kind: VALUE_KIND.text, value: 0, text: of.stringValue as string };
  const others = ["bytesValue", "datasetValue", "templateValue", "propertysetValue"];
  return others.some((key) => own(of, key)) ? { kind: VALUE_KIND.other, value: 0, text: "" } : undefined;
}

oracle("protobufjs reads what we write", () => {
  fc.assert(
    fc.property(anyMetrics, anyHead, (metrics, head) => {
      fill(columns, metrics);
      const theirs = payloadType.decode(encodePayload(columns, head)) as unknown as TheirPayload;
      same(own(theirs, "timestamp") ? Number(big(theirs.timestamp)) : undefined, head.timestampMs);
      same(own(theirs, "seq") ? Number(big(theirs.seq)) : undefined, head.seq);
      for (const [at, metric] of metrics.entries())
        same(fieldsOf(theirs.metrics[at] as TheirMetric), expectedFields(metric));
      assert.is(theirs.metrics.length, metrics.length);
    }),
    { seed: seed(), numRuns: 1000 },
  );
});

/** The set fields of a decoded metric, 64-bit ones as BigInt. */
function fieldsOf(metric: TheirMetric): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(metric)) {
    if (key === "properties") continue;
    fields[key] = ["alias", "timestamp", "longValue"].includes(key) ? big(value) : value;
  }
  const { keys = [], values = [] } = metric.properties ?? {};
  for (const [i, key] of keys.entries()) {
    const property = values[i] as TheirProperty;
    const value = ["intValue", "doubleValue", "stringValue"].find((field) => own(property, field)) as "intValue";
    fields[`property ${key}`] = [property.type, property[value]];
  }
  return fields;
}

/** The fields that the specification wants for a metric, written out apart from the encoder. */
function expectedFields(metric: MetricCase): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (metric.name !== "") fields["name"] = metric.name;
  if (metric.alias !== undefined) fields["alias"] = BigInt(metric.alias);
  if (metric.timeMs !== undefined) fields["timestamp"] = BigInt(metric.timeMs);
  if (metric.datatype !== DATATYPE.unknown) fields["datatype"] = metric.datatype;
  if (metric.flags & METRIC_FLAG.historical) fields["isHistorical"] = true;
  if (metric.flags & METRIC_FLAG.transient) fields["isTransient"] = true;
  if (metric.flags & METRIC_FLAG.null) fields["isNull"] = true;
  const { datatype: type, value } = metric;
  if (metric.kind === VALUE_KIND.text) fields["stringValue"] = metric.text;
  else if (metric.kind === VALUE_KIND.boolean) fields["booleanValue"] = value === 1;
  else if (metric.kind === VALUE_KIND.number) {
    if (type === DATATYPE.double || type === DATATYPE.unknown) fields["doubleValue"] = value;
    else if (type === DATATYPE.float) fields["floatValue"] = value;
    else if ([DATATYPE.int64, DATATYPE.uint64, DATATYPE.dateTime].includes(type as 4))
      fields["longValue"] = BigInt(value);
    else fields["intValue"] = Number(BigInt.asUintN(32, BigInt(value)));
  }
  if (metric.quality >= 0) fields["property Quality"] = [DATATYPE.int32, metric.quality];
  for (const [key, each] of metric.properties)
    fields[`property ${key}`] = [typeof each === "string" ? DATATYPE.string : DATATYPE.double, each];
  return fields;
}

const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
/** Any 64 bits, as protobufjs takes them. */
const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 53n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 31n), max: -1n }).map((value) => BigInt.asUintN(64, value)),
);
const LongClass = protobuf.util.Long as unknown as { fromString(text: string, unsigned: boolean): protobuf.Long };
const long = (value: bigint): protobuf.Long => LongClass.fromString(String(value), true);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const anyValue: fc.Arbitrary<TheirProperty> = fc.oneof(
  uint32.map((intValue) => ({ intValue })),
  uint64.map((value) => ({ longValue: long(value) })),
  fc.float().map((floatValue) => ({ floatValue })),
  anyDouble.map((doubleValue) => ({ doubleValue })),
  fc.boolean().map((booleanValue) => ({ booleanValue })),
  anyText.map((stringValue) => ({ stringValue })),
  fc.constant({}),
);
const anyProperty = fc
  .tuple(
    maybe(fc.nat(21)),
    maybe(fc.boolean()),
    fc.oneof(anyValue, fc.constant({ propertysetValue: { keys: ["x"], values: [{}] } })),
  )
  .map(([type, isNull, value]) => defined({ type, isNull, ...value }));
const anyProperties = fc
  .array(fc.tuple(fc.oneof(fc.constant("Quality"), anyText), anyProperty), { maxLength: 4 })
  .map((pairs) => ({ keys: pairs.map(([key]) => key), values: pairs.map(([, value]) => value) }));
const otherValue = fc.constantFrom<Partial<TheirMetric>>(
  { bytesValue: Uint8Array.of(1, 2, 3) },
  { datasetValue: { numOfColumns: 1, columns: ["a"], types: [3], rows: [{ elements: [{ intValue: 1 }] }] } },
  { templateValue: { version: "1", metrics: [{ name: "inner", alias: 9, doubleValue: 1 }], isDefinition: true } },
);
const theirMetric: fc.Arbitrary<TheirMetric> = fc
  .record({
    name: maybe(anyText),
    alias: maybe(fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }).map(long)),
    timestamp: maybe(uint64.map(long)),
    datatype: maybe(fc.oneof(fc.nat(15), fc.nat(34), uint32)),
    isHistorical: maybe(fc.boolean()),
    isTransient: maybe(fc.boolean()),
    isNull: maybe(fc.boolean()),
    metadata: maybe(fc.constant({ contentType: "text/plain", size: 7, md5: "x" })),
    properties: maybe(anyProperties),
    value: fc.oneof({ weight: 6, arbitrary: anyValue }, { weight: 1, arbitrary: otherValue }),
  })
  .map(({ value, ...rest }) => defined({ ...rest, ...value }) as TheirMetric);

/** Without the keys that are undefined: protobufjs would take them for set. */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

oracle("we read what protobufjs writes, whatever the specification allows", () => {
  const theirPayload = fc.record({
    timestamp: maybe(uint64.map(long)),
    seq: maybe(fc.nat(255)),
    uuid: maybe(anyText),
    body: maybe(fc.uint8Array({ maxLength: 9 })),
    metrics: fc.array(theirMetric, { maxLength: 6 }),
  });
  fc.assert(
    fc.property(theirPayload, (payload) => {
      const bytes = payloadType.encode(payloadType.create(defined(payload))).finish();
      const theirs = payloadType.decode(bytes) as unknown as TheirPayload;
      const head = decodePayload(bytes, into);
      same(head.timestampMs, own(theirs, "timestamp") ? Number(big(theirs.timestamp)) : undefined);
      same(head.seq, own(theirs, "seq") ? Number(big(theirs.seq)) : undefined);
      same(read(into), theirs.metrics.map(fromTheirs));
    }),
    { seed: seed(), numRuns: 1500 },
  );
});

laws.run();
oracle.run();
