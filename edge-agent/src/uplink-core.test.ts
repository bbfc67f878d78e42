import { RangeSet, acceptanceOf, seededRandom, type Acceptance, type Range } from "@isotherm/coldchain";
import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { UplinkCore, type UplinkCoreOptions } from "./uplink-core.ts";
import type { Send } from "./uplink-send.ts";
import type { UplinkStreamFacts } from "./uplink-stream.ts";

const test = suite("uplink-core");
const HOST = "host-1";
const OPTIONS: UplinkCoreOptions = {
  hostId: HOST,
  windowRecords: 40,
  backlogRecordsPerS: 100,
  retryAfterMs: 1000,
  retryAfterMsMax: 8000,
  random: seededRandom(1),
};

function facts(streamId: number, assetId: string, over: Partial<UplinkStreamFacts> = {}): UplinkStreamFacts {
  const nothing = { thinned: [], corrupt: [] };
  return { streamId, epoch: "e1", assetId, issued: 0, accepted: [], gone: nothing, messageRecordsMax: 10, ...over };
}

function core(streams: readonly UplinkStreamFacts[], over: Partial<UplinkCoreOptions> = {}): UplinkCore {
  const made = new UplinkCore({ ...OPTIONS, ...over });
  made.setStreams(streams);
  made.linkUp(0);
  return made;
}

function drain(made: UplinkCore, nowMs: number): Send[] {
  const sends: Send[] = [];
  for (let send = made.nextSend(nowMs); send !== undefined; send = made.nextSend(nowMs)) sends.push(send);
  return sends;
}

function accepting(watermark: number, over: Partial<Acceptance> = {}): Acceptance {
  return { hostId: HOST, epoch: "e1", watermark, above: [], resend: [], ...over };
}

test("the gateway's own records go before others, and a new record before the backlog", () => {
  const made = core([facts(1, "truck", { issued: 100 }), facts(2, "gateway", { issued: 2 })]);
  made.recorded(1, 101);
  const sends = drain(made, 0);
  assert.equal(
    sends.map(({ kind, streamId, records }) => [kind, streamId, records[0]?.first]),
    [
      ["live", 1, 101],
      ["backlog", 2, 1],
      ["backlog", 1, 1],
      ["backlog", 1, 11],
      ["backlog", 1, 21],
    ],
  );
  assert.is(made.inFlight, 30);
});

test("only the configured host lets go, and only of what it names", () => {
  const made = core([facts(1, "truck", { issued: 20 })]);
  drain(made, 0);
  assert.is(made.accept("truck", accepting(20, { hostId: "another" }), 1).outcome, "ignored");
  assert.is(made.accept("truck", accepting(20, { epoch: "e2" }), 1).outcome, "ignored");
  assert.is(made.accept("trailer", accepting(20), 1).outcome, "ignored");
  assert.is(made.unacceptedOf(1).size, 20);
  made.accept("truck", accepting(3, { above: [{ first: 8, last: 9 }] }), 1);
  assert.equal(
    [...made.unacceptedOf(1)],
    [
      { first: 4, last: 7 },
      { first: 10, last: 20 },
    ],
  );
});

test("a host that knows more than was issued lets nothing go, and is reported", () => {
  const made = core([facts(1, "truck", { issued: 5 })]);
  assert.equal(made.accept("truck", accepting(6), 0), { outcome: "epoch-conflict", streamId: 1 });
  assert.is(made.accept("truck", accepting(0, { above: [{ first: 9, last: 9 }] }), 0).outcome, "epoch-conflict");
  assert.is(made.unacceptedOf(1).size, 5);
});

test("the head alone is sent again, later each time; its acceptance brings the rest back", () => {
  const made = core([facts(1, "truck", { issued: 30 })]);
  assert.is(drain(made, 0).length, 3);
  let atMs = 0;
  let waitedMs = 0;
  for (let retry = 0; retry < 6; retry++) {
    const wakeMs = made.wakeAtMs(atMs) as number;
    assert.is(drain(made, wakeMs - 1).length, 0);
    const sends = drain(made, wakeMs);
    assert.equal(
      sends.map(({ kind, records }) => [kind, records]),
      [["retry", [{ first: 1, last: 10 }]]],
    );
    assert.ok(wakeMs - atMs <= OPTIONS.retryAfterMsMax * 1.5);
    if (retry < 3) assert.ok(wakeMs - atMs > waitedMs);
    waitedMs = wakeMs - atMs;
    atMs = wakeMs;
  }
  made.accept("truck", accepting(10), atMs);
  const again = drain(made, atMs);
  assert.equal(
    again.map(({ kind, records }) => [kind, records[0]]),
    [
      ["backlog", { first: 11, last: 20 }],
      ["backlog", { first: 21, last: 30 }],
    ],
  );
});

test("gone numbers are declared until the host accepts that", () => {
  const thinned = [
    { first: 2, last: 2 },
    { first: 4, last: 6 },
  ];
  const made = core([facts(1, "truck", { issued: 8, gone: { thinned, corrupt: [{ first: 7, last: 7 }] } })]);
  const [send] = drain(made, 0);
  assert.equal(send?.records, [
    { first: 1, last: 1 },
    { first: 3, last: 3 },
    { first: 8, last: 8 },
  ]);
  assert.equal(send?.gone, [
    { first: 2, last: 2, reason: "thinned" },
    { first: 4, last: 6, reason: "thinned" },
    { first: 7, last: 7, reason: "corrupt" },
  ]);
  made.gone(1, "thinned", [{ first: 1, last: 1 }]);
  made.hostRenewed();
  assert.equal(drain(made, 0)[0]?.gone[0], { first: 1, last: 2, reason: "thinned" });
  made.accept("truck", accepting(8), 1);
  assert.is(made.inFlight, 0);
});

test("accepted records are served again when the host asks, and only they", () => {
  const made = core([facts(1, "truck", { issued: 20, accepted: [{ first: 1, last: 15 }] })]);
  drain(made, 0);
  made.accept("truck", accepting(0, { resend: [{ first: 4, last: 18 }] }), 0);
  assert.equal(
    drain(made, 500).map(({ kind, records }) => [kind, records]),
    [
      ["resend", [{ first: 4, last: 13 }]],
      ["resend", [{ first: 14, last: 15 }]],
    ],
  );
  assert.is(drain(made, 900).length, 0);
});

test("the backlog is paced", () => {
  const made = core([facts(1, "truck", { issued: 1000 })], { windowRecords: 4000 });
  let sent = drain(made, 0).reduce((sum, { weight }) => sum + weight, 0);
  assert.is(sent, 100);
  for (let nowMs = 0; nowMs < 3000; nowMs = Math.max(nowMs + 1, made.wakeAtMs(nowMs) as number))
    sent += drain(made, nowMs).reduce((sum, { weight }) => sum + weight, 0);
  assert.ok(sent > 380 && sent <= 400, `${sent}`);
});

interface Parcel {
  readonly streamId: number;
  readonly ranges: readonly Range[];
}

/** A gateway, a link and a host: the link loses, doubles and reorders; the host dies and forgets what is not durable. */
class World {
  readonly core: UplinkCore;
  readonly issued = new Map([
    [1, 0],
    [2, 0],
  ]);
  readonly durable = new Map([
    [1, new RangeSet()],
    [2, new RangeSet()],
  ]);
  #volatile: Parcel[] = [];
  #down: Parcel[] = [];
  #up: [string, Acceptance][] = [];
  #isUp = true;
  nowMs = 0;
  readonly #assets = new Map([
    [1, "truck"],
    [2, "gateway"],
  ]);

  constructor(random: () => number) {
    this.core = core([facts(1, "truck"), facts(2, "gateway")], { random });
  }

  record(streamId: number): void {
    const number = (this.issued.get(streamId) as number) + 1;
    this.issued.set(streamId, number);
    const hadRoom = this.core.inFlight < OPTIONS.windowRecords;
    this.core.recorded(streamId, number);
    if (!this.#isUp || !hadRoom) return;
    const send = this.core.nextSend(this.nowMs) as Send;
    assert.is(send.kind, "live");
    this.#sent(send);
  }

  #sent(send: Send): void {
    assert.ok(this.core.inFlight <= OPTIONS.windowRecords);
    this.#down.push({ streamId: send.streamId, ranges: [...send.records, ...send.gone] });
  }

  /** The spool gives up the lowest number that is not accepted, sent or not. */
  thin(): void {
    const lowest = [...this.core.unacceptedOf(1)][0]?.first;
    if (lowest !== undefined) this.core.gone(1, "thinned", [{ first: lowest, last: lowest }]);
  }

  /** Moves time on and sends what may be sent. */
  step(byMs: number): void {
    this.nowMs += byMs;
    for (let send = this.core.nextSend(this.nowMs); send !== undefined; send = this.core.nextSend(this.nowMs))
      this.#sent(send);
  }

  lose(): void {
    this.#down.shift();
    this.#up.shift();
  }

  double(): void {
    if (this.#down[0] !== undefined) this.#down.push(this.#down[0]);
    if (this.#up[0] !== undefined) this.#up.push(this.#up[0]);
  }

  reorder(): void {
    this.#down.reverse();
    this.#up.reverse();
  }

  /** The host takes a parcel into memory. */
  deliver(): void {
    const parcel = this.#down.shift();
    if (parcel !== undefined) this.#volatile.push(parcel);
  }

  /** The host stores what it has, and answers. */
  store(): void {
    for (const { streamId, ranges } of this.#volatile)
      for (const { first, last } of ranges) this.durable.get(streamId)?.add(first, last);
    this.#volatile = [];
    for (const [streamId, accepted] of this.durable)
      this.#up.push([this.#assets.get(streamId) as string, acceptanceOf(HOST, "e1", accepted)]);
  }

  answer(): void {
    const [asset, acceptance] = this.#up.shift() ?? [];
    if (asset === undefined || acceptance === undefined) return;
    this.core.accept(asset, acceptance, this.nowMs);
    this.check();
  }

  die(isNoticed: boolean): void {
    this.#volatile = [];
    if (isNoticed) this.core.hostRenewed();
  }

  link(isUp: boolean): void {
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    if (isUp) this.core.linkUp(this.nowMs);
    else {
      this.core.linkDown();
      this.#down = [];
      this.#up = [];
    }
  }

  /** Nothing is let go that the host has not stored. */
  check(): void {
    for (const [streamId, durable] of this.durable) {
      const kept = this.core.unacceptedOf(streamId);
      for (let number = 1; number <= (this.issued.get(streamId) as number); number++)
        assert.ok(kept.has(number) || durable.has(number), `${streamId}/${number} was let go`);
    }
  }

  /** From now on nothing goes wrong: everything must arrive. */
  settle(): void {
    this.link(true);
    for (let round = 0; round < 400; round++) {
      this.step(500);
      while (this.#down.length > 0) this.deliver();
      this.store();
      while (this.#up.length > 0) this.answer();
      if (this.core.inFlight === 0 && [...this.durable].every(([id, set]) => set.size === this.issued.get(id))) break;
    }
    for (const streamId of this.issued.keys()) {
      assert.is(this.core.unacceptedOf(streamId).size, 0, `stream ${streamId} is not all accepted`);
      assert.is(this.durable.get(streamId)?.size, this.issued.get(streamId));
    }
  }
}

const EVENTS: readonly ((world: World) => void)[] = [
  (world) => world.record(1),
  (world) => world.record(1),
  (world) => world.record(2),
  (world) => Array.from({ length: 15 }).forEach(() => world.record(1)),
  (world) => world.step(50),
  (world) => world.step(1500),
  (world) => world.deliver(),
  (world) => world.deliver(),
  (world) => world.store(),
  (world) => world.answer(),
  (world) => world.answer(),
  (world) => world.lose(),
  (world) => world.double(),
  (world) => world.reorder(),
  (world) => world.die(false),
  (world) => world.die(true),
  (world) => world.link(false),
  (world) => world.link(true),
  (world) => world.thin(),
];

test("whatever link and host do, nothing is let go unaccepted and in the end everything is accepted", () => {
  const events = fc.array(fc.nat(EVENTS.length - 1), { minLength: 20, maxLength: 300 });
  fc.assert(
    fc.property(events, fc.integer(), (chosen, chance) => {
      const world = new World(seededRandom(chance));
      for (const at of chosen) EVENTS[at]?.(world);
      world.check();
      world.settle();
    }),
    { numRuns: 300, seed: seed() },
  );
});

test.run();
