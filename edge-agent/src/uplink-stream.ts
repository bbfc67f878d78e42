// One stream as the uplink sees it: which numbers wait, in which queue, and how a message is cut from them.

import { RangeSet, type GoneRange, type GoneReason, type Range } from "@isotherm/coldchain";

/** What the uplink is told of a stream when it comes to know it. */
export interface UplinkStreamFacts {
  readonly streamId: number;
  readonly epoch: string;
  readonly assetId: string;
  readonly issued: number;
  readonly accepted: Iterable<Range>;
  readonly gone: Readonly<Record<GoneReason, Iterable<Range>>>;
  /** Records in one message at most. */
  readonly messageRecordsMax: number;
}

/** What one message carries, by number. */
export interface Cargo {
  readonly numbers: RangeSet;
  readonly records: readonly Range[];
  readonly gone: readonly GoneRange[];
  /** What it takes of the window: its records and declared ranges. */
  readonly weight: number;
}

/** Declared ranges in one message at most; each is some 20 bytes of text. */
const GONE_RANGES_MAX = 200;

export class UplinkStream {
  readonly streamId: number;
  readonly epoch: string;
  readonly assetId: string;
  readonly messageRecordsMax: number;
  readonly accepted: RangeSet;
  readonly gone: Record<GoneReason, RangeSet>;
  /** Recorded while the link was up, not sent yet. */
  readonly live = new RangeSet();
  /** Everything else that is neither sent nor accepted. */
  readonly backlog: RangeSet;
  /** Accepted, and asked for again. */
  readonly resend = new RangeSet();
  issued: number;

  constructor(facts: UplinkStreamFacts) {
    this.streamId = facts.streamId;
    this.epoch = facts.epoch;
    this.assetId = facts.assetId;
    this.issued = facts.issued;
    this.messageRecordsMax = facts.messageRecordsMax;
    this.accepted = RangeSet.of(facts.accepted);
    this.gone = { thinned: RangeSet.of(facts.gone.thinned), corrupt: RangeSet.of(facts.gone.corrupt) };
    this.backlog = RangeSet.of(this.accepted.missing(1, this.issued));
  }

  /** Puts numbers back to wait, as far as they are not accepted. */
  putBack(numbers: Iterable<Range>): void {
    for (const { first, last } of numbers)
      for (const range of this.accepted.missing(first, last)) this.backlog.add(range.first, range.last);
  }

  /** Cuts the lowest numbers from a queue, up to so many records. */
  take(queue: RangeSet, weightMax: number): Cargo {
    const cargo = this.load(queue, Math.min(weightMax, this.messageRecordsMax));
    for (const { first, last } of cargo.numbers) queue.delete(first, last);
    return cargo;
  }

  /** What a message with these numbers carries, lowest first: records that there are, and ranges that are gone. */
  load(numbers: Iterable<Range>, weightMax: number): Cargo {
    const records: Range[] = [];
    const gone: GoneRange[] = [];
    const loaded = new RangeSet();
    let room = weightMax;
    for (const part of this.#parts(numbers)) {
      if (room <= 0 || gone.length >= GONE_RANGES_MAX) break;
      const { first, reason } = part;
      const last = reason === undefined ? Math.min(part.last, first + room - 1) : part.last;
      if (reason === undefined) records.push({ first, last });
      else gone.push({ first, last, reason });
      room -= reason === undefined ? last - first + 1 : 1;
      loaded.add(first, last);
    }
    return { numbers: loaded, records, gone, weight: weightMax - room };
  }

  /** Splits ranges where records end and gone numbers begin. */
  *#parts(numbers: Iterable<Range>): Generator<Range & { reason?: GoneReason }> {
    const { thinned, corrupt } = this.gone;
    for (const { first, last } of numbers) {
      let next = first;
      for (const present of thinned.missing(first, last)) {
        if (present.first > next) yield { first: next, last: present.first - 1, reason: "thinned" };
        let after = present.first;
        for (const sound of corrupt.missing(present.first, present.last)) {
          if (sound.first > after) yield { first: after, last: sound.first - 1, reason: "corrupt" };
          yield sound;
          after = sound.last + 1;
        }
        if (after <= present.last) yield { first: after, last: present.last, reason: "corrupt" };
        next = present.last + 1;
      }
      if (next <= last) yield { first: next, last, reason: "thinned" };
    }
  }
}
