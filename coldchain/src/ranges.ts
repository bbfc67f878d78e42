// A set of whole numbers kept as sorted, disjoint, inclusive ranges: what a stream carried, lacks or has accepted.

export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Mutable set of positive whole numbers as ranges; adding is O(log n) to find and O(n) to shift, n being few. */
export class RangeSet {
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];

  static of(ranges: Iterable<Range>): RangeSet {
    const set = new RangeSet();
    for (const { first, last } of ranges) set.add(first, last);
    return set;
  }

  copy(): RangeSet {
    const set = new RangeSet();
    for (let i = 0; i < this.#firsts.length; i++) {
      set.#firsts.push(this.#firsts[i] as number);
      set.#lasts.push(this.#lasts[i] as number);
    }
    return set;
  }

  get rangeCount(): number {
    return this.#firsts.length;
  }

  /** How many numbers are in the set. */
  get size(): number {
    let total = 0;
    for (let i = 0; i < this.#firsts.length; i++) total += (this.#lasts[i] as number) - (this.#firsts[i] as number) + 1;
    return total;
  }

  /** Largest number, or 0 when empty. */
  get max(): number {
    return this.#lasts.at(-1) ?? 0;
  }

  has(number: number): boolean {
    const at = this.#firstEndingAtOrAfter(number);
    return at < this.#firsts.length && (this.#firsts[at] as number) <= number;
  }

  /** Adds first…last, joining ranges that touch. Throws RangeError unless 1 ≤ first ≤ last are whole numbers. */
  add(first: number, last = first): void {
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first < 1 || last < first)
      throw new RangeError(`not a range: ${first}-${last}`);
    const end = this.#lasts.length - 1;
    // Numbers mostly come in their order.
    if (end >= 0 && first === (this.#lasts[end] as number) + 1) {
      this.#lasts[end] = last;
      return;
    }
    const from = this.#firstEndingAtOrAfter(first - 1);
    let to = from;
    let joinedFirst = first;
    let joinedLast = last;
    while (to < this.#firsts.length && (this.#firsts[to] as number) <= last + 1) {
      joinedFirst = Math.min(joinedFirst, this.#firsts[to] as number);
      joinedLast = Math.max(joinedLast, this.#lasts[to] as number);
      to++;
    }
    this.#firsts.splice(from, to - from, joinedFirst);
    this.#lasts.splice(from, to - from, joinedLast);
  }

  addAll(other: RangeSet): void {
    for (const { first, last } of other) this.add(first, last);
  }

  /** Takes first…last out; nothing when last < first. */
  delete(first: number, last = first): void {
    // Nothing lies between; without this a range around both would be kept twice, overlapping itself.
    if (last < first || first > this.max) return;
    const kept: Range[] = [];
    for (const range of this) {
      if (range.last < first || range.first > last) kept.push(range);
      else {
        if (range.first < first) kept.push({ first: range.first, last: first - 1 });
        if (range.last > last) kept.push({ first: last + 1, last: range.last });
      }
    }
    this.#firsts.length = 0;
    this.#lasts.length = 0;
    for (const range of kept) {
      this.#firsts.push(range.first);
      this.#lasts.push(range.last);
    }
  }

  /** The number below and including which everything from 1 on is in the set: the watermark. 0 when 1 is missing. */
  watermark(): number {
    return this.#firsts[0] === 1 ? (this.#lasts[0] as number) : 0;
  }

  /** The parts of first…last that are not in the set, lowest first. */
  *missing(first: number, last: number): Generator<Range> {
    let next = first;
    for (const range of this) {
      if (range.last < next) continue;
      if (range.first > last) break;
      if (range.first > next) yield { first: next, last: range.first - 1 };
      next = range.last + 1;
    }
    if (next <= last) yield { first: next, last };
  }

  *[Symbol.iterator](): Generator<Range> {
    for (let i = 0; i < this.#firsts.length; i++)
      yield { first: this.#firsts[i] as number, last: this.#lasts[i] as number };
  }

  /** Index of the first range whose last is ≥ number. */
  #firstEndingAtOrAfter(number: number): number {
    let low = 0;
    let high = this.#lasts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lasts[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const RANGE_TEXT = /^([1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?$/;

/** `1-45,47` for the ranges; the empty string for none. Metrics carry ranges so, readable in any Sparkplug tool. */
export function formatRanges(ranges: Iterable<Range>): string {
  const parts: string[] = [];
  for (const { first, last } of ranges) parts.push(first === last ? `${first}` : `${first}-${last}`);
  return parts.join(",");
}

/** Reads what formatRanges wrote. Undefined when the text is not ranges, or holds more than `rangesMax` of them. */
export function parseRanges(text: string, rangesMax = 4096): Range[] | undefined {
  if (text === "") return [];
  const parts = text.split(",", rangesMax + 1);
  if (parts.length > rangesMax) return undefined;
  const ranges: Range[] = [];
  for (const part of parts) {
    const match = RANGE_TEXT.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (!Number.isSafeInteger(last) || last < first) return undefined;
    ranges.push({ first, last });
  }
  return ranges;
}
