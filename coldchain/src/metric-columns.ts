// The metrics of one Sparkplug payload as columns, so that a message of five hundred readings makes no object a reading.

/** Sparkplug datatypes (3.0, §6.4.16) that the chain reads and writes; others are carried by code and skipped by value. */
export const DATATYPE = {
  unknown: 0,
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint8: 5,
  uint16: 6,
  uint32: 7,
  uint64: 8,
  float: 9,
  double: 10,
  boolean: 11,
  string: 12,
  dateTime: 13,
  text: 14,
  uuid: 15,
} as const;

/** What stood in the value field. `other` is a value that the chain does not use (bytes, data set, template). */
export const VALUE_KIND = { none: 0, number: 1, boolean: 2, text: 3, other: 4 } as const;

/** Bits of the flags column. `untyped`: the datatype says how the value is written but is not itself sent (DATA). */
export const METRIC_FLAG = { historical: 1, null: 2, transient: 4, hasTime: 8, hasAlias: 16, untyped: 32 } as const;

const GROWTH = 2;
const KIND_NONE = VALUE_KIND.none;
const KIND_NUMBER = VALUE_KIND.number;
const DATATYPE_UNKNOWN = DATATYPE.unknown;
const READING_FLAGS = METRIC_FLAG.hasAlias | METRIC_FLAG.hasTime;

/** Growable columns, reused from message to message: `clear` keeps the capacity. One metric is one index in all. */
export class MetricColumns {
  length = 0;
  alias: Float64Array;
  /** Milliseconds since the epoch; valid when flags has hasTime. */
  timeMs: Float64Array;
  /** Numbers and booleans (0, 1); valid when kind says so. Int64 beyond 2^53 loses low digits, as any double does. */
  value: Float64Array;
  /** VALUE_KIND. */
  kind: Uint8Array;
  datatype: Uint8Array;
  flags: Uint8Array;
  /** Sparkplug property `Quality` (0 bad, 192 good, 500 stale); -1 when absent, which means good. */
  quality: Int16Array;
  /** Metric names; '' where the message gave none, and from `length` on. */
  readonly name: string[] = [];
  /** Text values; '' elsewhere, and from `length` on. */
  readonly text: string[] = [];
  /** Further properties by metric, only where any stood besides `Quality`: text and numbers by key. */
  readonly properties = new Map<number, Map<string, string | number>>();

  constructor(capacity = 64) {
    this.alias = new Float64Array(capacity);
    this.timeMs = new Float64Array(capacity);
    this.value = new Float64Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.datatype = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.quality = new Int16Array(capacity);
  }

  clear(): void {
    // Cutting the arrays to nothing would give their memory back and take it anew with the next message.
    for (let at = 0; at < this.length; at++) {
      if (this.name[at] !== "") this.name[at] = "";
      if (this.text[at] !== "") this.text[at] = "";
    }
    this.length = 0;
    if (this.properties.size > 0) this.properties.clear();
  }

  /** Adds an empty metric and returns its index. */
  push(): number {
    const at = this.length++;
    if (at >= this.alias.length) this.#grow();
    if (at === this.name.length) {
      this.name.push("");
      this.text.push("");
    }
    this.alias[at] = 0;
    this.timeMs[at] = 0;
    this.value[at] = 0;
    this.kind[at] = KIND_NONE;
    this.datatype[at] = DATATYPE_UNKNOWN;
    this.flags[at] = 0;
    this.quality[at] = -1;
    return at;
  }

  /** Adds a metric of an alias, a time and a number, as most of DATA is. */
  pushReading(alias: number, timeMs: number, value: number): void {
    const at = this.length++;
    if (at >= this.alias.length) this.#grow();
    if (at === this.name.length) {
      this.name.push("");
      this.text.push("");
    }
    this.alias[at] = alias;
    this.timeMs[at] = timeMs;
    this.value[at] = value;
    this.kind[at] = KIND_NUMBER;
    this.datatype[at] = DATATYPE_UNKNOWN;
    this.flags[at] = READING_FLAGS;
    this.quality[at] = -1;
  }

  hasFlag(at: number, flag: number): boolean {
    return ((this.flags[at] as number) & flag) !== 0;
  }

  setProperty(at: number, key: string, value: string | number): void {
    const known = this.properties.get(at);
    if (known === undefined) this.properties.set(at, new Map([[key, value]]));
    else known.set(key, value);
  }

  #grow(): void {
    const capacity = this.alias.length * GROWTH;
    const wider = <A extends { set(from: A): void }>(to: A, from: A): A => {
      to.set(from);
      return to;
    };
    this.alias = wider(new Float64Array(capacity), this.alias);
    this.timeMs = wider(new Float64Array(capacity), this.timeMs);
    this.value = wider(new Float64Array(capacity), this.value);
    this.kind = wider(new Uint8Array(capacity), this.kind);
    this.datatype = wider(new Uint8Array(capacity), this.datatype);
    this.flags = wider(new Uint8Array(capacity), this.flags);
    this.quality = wider(new Int16Array(capacity), this.quality);
  }
}
