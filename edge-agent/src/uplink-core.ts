// The delivery of records as a pure state machine: what to send next, what an answer lets go, what must be sent again.
// It does no I/O and knows no clock: time comes as monotonic milliseconds, chance as a function.

import {
  GATEWAY_STREAM,
  RangeSet,
  type Acceptance,
  type GoneReason,
  type Random,
  type Range,
} from "@isotherm/coldchain";
import { UplinkFlight, type MessageInFlight } from "./uplink-flight.ts";
import { UplinkPace } from "./uplink-pace.ts";
import { noUplinkCounts, type AcceptanceOutcome, type Send, type UplinkCounters } from "./uplink-send.ts";
import { UplinkStream, type Cargo, type UplinkStreamFacts } from "./uplink-stream.ts";

export interface UplinkCoreOptions {
  /** The primary host: nobody else may accept. */
  readonly hostId: string;
  /** Records, and declared ranges, that may be unanswered at once. A quarter of it is kept for live records. */
  readonly windowRecords: number;
  readonly backlogRecordsPerS: number;
  readonly retryAfterMs: number;
  readonly retryAfterMsMax: number;
  readonly random: Random;
}

/** Live records that may wait for the window in one stream; older ones join the backlog. */
const LIVE_WAITING_MAX = 500;
/** Ranges that a host may have asked for and not got yet, per stream; further ones are for it to ask again. */
const RESEND_RANGES_MAX = 4096;
const BACKOFF_DOUBLINGS_MAX = 16;
const JITTER_PART = 0.5;

export class UplinkCore {
  readonly counters: UplinkCounters = noUplinkCounts();
  readonly #options: UplinkCoreOptions;
  readonly #flight = new UplinkFlight();
  readonly #pace: UplinkPace;
  /** The gateway's own streams first: without its anchors nothing else has a time. */
  #streams: UplinkStream[] = [];
  #turn = 0;
  #isUp = false;
  #sendOrder = 0;

  constructor(options: UplinkCoreOptions) {
    this.#options = options;
    this.#pace = new UplinkPace(options.backlogRecordsPerS);
  }

  /** Weight of what is sent and not accepted. */
  get inFlight(): number {
    return this.#flight.weight;
  }

  /** Replaces all streams; what was in flight counts as unsent. */
  setStreams(facts: readonly UplinkStreamFacts[]): void {
    this.#putBack(() => true);
    const rank = ({ assetId }: UplinkStream): number => (assetId === GATEWAY_STREAM ? 0 : 1);
    this.#streams = facts.map((one) => new UplinkStream(one)).sort((a, b) => rank(a) - rank(b));
  }

  /** Numbers not accepted yet, in any state. */
  unacceptedOf(streamId: number): RangeSet {
    const stream = this.#stream(streamId);
    return RangeSet.of(stream.accepted.missing(1, stream.issued));
  }

  /** A record is in the spool. While the link is up it is live, otherwise it joins the backlog. */
  recorded(streamId: number, number: number): void {
    const stream = this.#stream(streamId);
    stream.issued = Math.max(stream.issued, number);
    if (!this.#isUp) {
      stream.backlog.add(number);
      return;
    }
    stream.live.add(number);
    for (let over = stream.live.size - LIVE_WAITING_MAX; over > 0; over--) {
      const oldest = stream.live[Symbol.iterator]().next().value as Range;
      stream.live.delete(oldest.first);
      stream.backlog.add(oldest.first);
    }
  }

  /** Numbers will never come as records: they are declared instead, until the host accepts that. */
  gone(streamId: number, reason: GoneReason, ranges: readonly Range[]): void {
    const stream = this.#stream(streamId);
    const ascending = [...stream.gone[reason], ...ranges].sort((a, b) => a.first - b.first);
    stream.gone[reason] = RangeSet.of(ascending);
  }

  /** Births are out: what is sent from now on can be read. */
  linkUp(nowMs: number): void {
    this.hostRenewed();
    this.#isUp = true;
    this.#pace.begin(nowMs);
  }

  linkDown(): void {
    this.#isUp = false;
    this.hostRenewed();
    for (const stream of this.#streams) {
      stream.putBack(stream.live);
      for (const { first, last } of [...stream.live]) stream.live.delete(first, last);
    }
  }

  /** The host began anew: it may have forgotten whatever it had not accepted, so that counts as unsent. */
  hostRenewed(): void {
    this.#putBack(() => true);
  }

  /** Takes the host's answer for one of its assets. */
  accept(assetId: string, acceptance: Acceptance, nowMs: number): AcceptanceOutcome {
    const ignored = (reason: "other-host" | "unknown-stream"): AcceptanceOutcome => {
      this.counters.acceptancesIgnored++;
      return { outcome: "ignored", reason };
    };
    if (acceptance.hostId !== this.#options.hostId) return ignored("other-host");
    const stream = this.#streams.find((one) => one.epoch === acceptance.epoch && one.assetId === assetId);
    if (stream === undefined) return ignored("unknown-stream");
    const { streamId } = stream;
    const named = [...acceptance.above];
    if (acceptance.watermark > 0) named.push({ first: 1, last: acceptance.watermark });
    if (named.some(({ last }) => last > stream.issued)) {
      this.counters.epochConflicts++;
      return { outcome: "epoch-conflict", streamId };
    }
    const fresh = [...RangeSet.of(named.flatMap(({ first, last }) => [...stream.accepted.missing(first, last)]))];
    this.#letGo(stream, fresh, nowMs);
    this.#askAgain(stream, acceptance.resend);
    return { outcome: "accepted", streamId, ranges: fresh };
  }

  #letGo(stream: UplinkStream, ranges: readonly Range[], nowMs: number): void {
    for (const { first, last } of ranges) {
      stream.accepted.add(first, last);
      stream.backlog.delete(first, last);
      stream.live.delete(first, last);
      this.counters.recordsAccepted += last - first + 1;
    }
    const head = this.#flight.accept(stream, ranges);
    if (head === undefined) return;
    // The link keeps order: what left before the head's last sending and is not accepted now got lost with its first.
    this.#putBack(({ sendOrder }) => sendOrder < head.sendOrder);
    const next = this.#flight.head;
    if (next !== undefined) next.retryAtMs = Math.max(next.retryAtMs, nowMs + this.#delayMs(next.retries));
  }

  #askAgain(stream: UplinkStream, ranges: readonly Range[]): void {
    for (const { first, last } of ranges)
      for (const accepted of stream.accepted) {
        if (accepted.first > last || stream.resend.rangeCount >= RESEND_RANGES_MAX) break;
        const from = Math.max(first, accepted.first);
        const to = Math.min(last, accepted.last);
        if (from <= to) stream.resend.add(from, to);
      }
  }

  /** The next message, or undefined when nothing may be sent now: then `wakeAtMs` says when to ask again. */
  nextSend(nowMs: number): Send | undefined {
    if (!this.#isUp) return undefined;
    return this.#nextLive(nowMs) ?? this.#nextRetry(nowMs) ?? this.#nextBacklog(nowMs) ?? this.#nextResend(nowMs);
  }

  /** When time alone allows something further; undefined when only a record or an answer does. */
  wakeAtMs(nowMs: number): number | undefined {
    if (!this.#isUp) return undefined;
    const times: number[] = [];
    if (this.#flight.head !== undefined) times.push(this.#flight.head.retryAtMs);
    const waits = this.#streams.map((stream) => this.#backlogWant(stream)).filter((want) => want > 0);
    const resends = this.#streams.filter(({ resend }) => resend.rangeCount > 0).map((one) => one.messageRecordsMax);
    const want = Math.min(...waits, ...resends);
    if (Number.isFinite(want)) times.push(this.#pace.readyAtMs(want, nowMs));
    return times.length === 0 ? undefined : Math.max(nowMs, Math.min(...times));
  }

  #nextLive(nowMs: number): Send | undefined {
    const room = this.#options.windowRecords - this.#flight.weight;
    if (room < 1) return undefined;
    const stream = this.#streams.find(({ live }) => live.rangeCount > 0);
    return stream && this.#send("live", stream, stream.take(stream.live, room), nowMs);
  }

  #nextRetry(nowMs: number): Send | undefined {
    const head = this.#flight.head;
    if (head === undefined || head.retryAtMs > nowMs) return undefined;
    head.retries++;
    head.sendOrder = ++this.#sendOrder;
    head.retryAtMs = nowMs + this.#delayMs(head.retries);
    const cargo = head.stream.load(head.numbers, Number.MAX_SAFE_INTEGER);
    this.#count("recordsSentAgain", cargo);
    return { ...cargo, streamId: head.stream.streamId, kind: "retry" };
  }

  #nextBacklog(nowMs: number): Send | undefined {
    const stream = this.#backlogTurn();
    if (stream === undefined) return undefined;
    const want = this.#backlogWant(stream);
    if (want < 1 || !this.#pace.take(want, nowMs)) return undefined;
    const cargo = stream.take(stream.backlog, want);
    this.#pace.giveBack(want - cargo.weight);
    return this.#send("backlog", stream, cargo, nowMs);
  }

  /** The gateway's own streams first, then the others in turn. */
  #backlogTurn(): UplinkStream | undefined {
    const waiting = this.#streams.filter(({ backlog }) => backlog.rangeCount > 0);
    const [first] = waiting;
    return first?.assetId === GATEWAY_STREAM ? first : waiting[this.#turn++ % waiting.length];
  }

  /** Records that the next backlog message of a stream should take; 0 when the window has no room for any. */
  #backlogWant(stream: UplinkStream): number {
    const { windowRecords } = this.#options;
    const room = windowRecords - Math.floor(windowRecords / 4) - this.#flight.weight;
    return Math.max(0, Math.min(room, stream.messageRecordsMax, stream.backlog.size));
  }

  #nextResend(nowMs: number): Send | undefined {
    const stream = this.#streams.find(({ resend }) => resend.rangeCount > 0);
    if (stream === undefined || !this.#pace.take(stream.messageRecordsMax, nowMs)) return undefined;
    // Accepted already: nothing is in flight, and should it get lost, the host asks again.
    const cargo = stream.take(stream.resend, stream.messageRecordsMax);
    this.#pace.giveBack(stream.messageRecordsMax - cargo.weight);
    this.#count("recordsResent", cargo);
    return { ...cargo, streamId: stream.streamId, kind: "resend" };
  }

  #send(kind: "live" | "backlog", stream: UplinkStream, cargo: Cargo, nowMs: number): Send {
    this.#flight.add({
      stream,
      numbers: RangeSet.of(cargo.numbers),
      weight: cargo.weight,
      retries: 0,
      sendOrder: ++this.#sendOrder,
      retryAtMs: nowMs + this.#delayMs(0),
    });
    this.#count(kind === "live" ? "recordsSentLive" : "recordsSentBacklog", cargo);
    return { ...cargo, streamId: stream.streamId, kind };
  }

  #count(counter: keyof UplinkCounters, { records }: Cargo): void {
    this.counters.messagesSent++;
    for (const { first, last } of records) this.counters[counter] += last - first + 1;
  }

  /** Full jitter is for fleets that lost the same host: at least the time itself, at most half as much again. */
  #delayMs(retries: number): number {
    const { retryAfterMs, retryAfterMsMax, random } = this.#options;
    const backoffMs = retryAfterMs * 2 ** Math.min(retries, BACKOFF_DOUBLINGS_MAX);
    return Math.min(backoffMs, retryAfterMsMax) * (1 + JITTER_PART * random());
  }

  #putBack(isLost: (message: MessageInFlight) => boolean): void {
    for (const { stream, numbers } of this.#flight.remove(isLost)) {
      stream.putBack(numbers);
      this.counters.recordsPutBack += numbers.size;
    }
  }

  #stream(streamId: number): UplinkStream {
    const stream = this.#streams.find((one) => one.streamId === streamId);
    if (stream === undefined) throw new Error(`there is no stream ${streamId}`);
    return stream;
  }
}
