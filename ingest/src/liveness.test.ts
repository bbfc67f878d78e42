import fc from "fast-check";
import { assert, isLong, seed, suite } from "../../checks/kit.ts";
import { DueQueue } from "./due-queue.ts";
import { Liveness, type LivenessChange } from "./liveness.ts";

const test = suite("liveness");
const GW = "group/gw";
const ASSET = "t/box";
const [P1, P2] = ["t/box/p1", "t/box/p2"];
const TERMS = { deathGraceMs: 60_000 };

/** One gateway that promises 300 s, one asset with channels of 60 s and 120 s; all heard at 0. */
function watched(graceMs = 0): Liveness {
  const liveness = new Liveness(TERMS);
  liveness.listening(0);
  liveness.knowGateway(GW, 300_000, graceMs, 0);
  liveness.knowPart("asset", ASSET, GW, 60_000, 0);
  liveness.knowPart("channel", P1, ASSET, 60_000, 0);
  liveness.knowPart("channel", P2, ASSET, 120_000, 0);
  return liveness;
}

const told = (changes: readonly LivenessChange[]): string[] =>
  changes.map(({ kind, watched: of }) => `${of.key} ${kind}`);

/** Looks each second, as ingest does. */
function lookUntil(liveness: Liveness, fromMs: number, toMs: number): string[] {
  const all: string[] = [];
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 1000)
    all.push(...told(liveness.look(nowMs)).map((text) => `${nowMs / 1000} ${text}`));
  return all;
}

test("a silent gateway is one alarm, whatever its parts had promised, and returns when it speaks", () => {
  const liveness = watched();
  assert.equal(lookUntil(liveness, 0, 600_000), ["301 group/gw silent"]);
  liveness.gatewaySpoke(GW, 601_000);
  assert.equal(told(liveness.spoken()), ["group/gw spoke"]);
  // Its asset has its time from then on, and is told when the gateway alone goes on speaking.
  const all: string[] = [];
  for (let nowMs = 602_000; nowMs <= 700_000; nowMs += 1000) {
    liveness.gatewaySpoke(GW, nowMs);
    all.push(...told(liveness.look(nowMs)).map((text) => `${nowMs / 1000} ${text}`));
  }
  assert.equal(all, ["662 t/box silent"]);
});

test("a channel that gives nothing good while its asset does is told, and its asset is not", () => {
  const liveness = watched();
  const all: string[] = [];
  for (let nowMs = 0; nowMs <= 200_000; nowMs += 1000) {
    if (nowMs % 10_000 === 0) liveness.channelSpoke(P1, nowMs);
    all.push(...told(liveness.look(nowMs)).map((text) => `${nowMs / 1000} ${text}`));
  }
  // Due at 120 s; proven by what its asset said at 130 s, and looked at every 5 s until then.
  assert.equal(all, ["131 t/box/p2 silent"]);
  liveness.channelSpoke(P2, 201_000);
  assert.equal(told(liveness.spoken()), ["t/box/p2 spoke"]);
});

test("an asset whose gateway talks on is told once, and none of its channels", () => {
  const liveness = watched();
  const all: string[] = [];
  for (let nowMs = 0; nowMs <= 900_000; nowMs += 1000) {
    if (nowMs % 20_000 === 0) liveness.gatewaySpoke(GW, nowMs);
    all.push(...told(liveness.look(nowMs)));
  }
  assert.equal(all, ["t/box silent"]);
  liveness.channelSpoke(P1, 901_000);
  assert.equal(told(liveness.spoken()), ["t/box spoke"]);
});

test("links that come and go have a grace, death has one, and announced sleep is no silence", () => {
  assert.equal(lookUntil(watched(120_000), 0, 500_000), ["421 group/gw silent"]);
  const dead = watched();
  dead.gatewayDied(GW, 10_000);
  assert.equal(lookUntil(dead, 10_000, 400_000), ["71 group/gw silent"]);
  const asleep = watched();
  asleep.gatewaySleeps(GW, 3_600_000);
  asleep.gatewayDied(GW, 1_000);
  assert.equal(lookUntil(asleep, 0, 3_700_000), ["3661 group/gw silent"]);
});

test("time in which nobody listened is held against nobody", () => {
  const liveness = watched();
  liveness.listening(undefined);
  assert.equal(lookUntil(liveness, 0, 2_000_000), []);
  liveness.listening(2_000_000);
  assert.equal(lookUntil(liveness, 2_000_000, 2_400_000), ["2301 group/gw silent"]);
});

test("what is not declared any more is watched no longer, and its alarm returns", () => {
  const liveness = watched();
  liveness.forgetOthers(ASSET, new Set([P1, P2]), 0);
  for (let nowMs = 0; nowMs <= 200_000; nowMs += 10_000) {
    liveness.channelSpoke(P1, nowMs);
    liveness.look(nowMs);
  }
  liveness.forgetOthers(ASSET, new Set([P1]), 201_000);
  assert.equal(told(liveness.spoken()), ["t/box/p2 spoke"]);
  assert.is(liveness.size, 3);
});

test("the queue gives what is due, earliest first", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 })), fc.nat({ max: 50 }), (dues, nowMs) => {
      const queue = new DueQueue<number>();
      for (const dueMs of dues) queue.add(dueMs, dueMs);
      const taken: number[] = [];
      for (let item = queue.take(nowMs); item !== undefined; item = queue.take(nowMs)) taken.push(item);
      assert.equal(
        taken,
        dues.filter((dueMs) => dueMs <= nowMs).sort((a, b) => a - b),
      );
      assert.is(queue.size, dues.length - taken.length);
    }),
    { seed: seed() },
  );
});

const DEEDS = ["p1", "p2", "gateway", "die", "deaf", "hear", "restart"] as const;
const deeds = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 1000, max: 90_000 }),
    deed: fc.constantFrom<(typeof DEEDS)[number]>(...DEEDS, "p1", "p1", "p2", "gateway"),
  }),
  { maxLength: 60 },
);

test("laws: never two alarms for one cause, none while nobody listens or right after a start, and returns at once", () => {
  fc.assert(
    fc.property(deeds, (list) => {
      let liveness = watched();
      let nowMs = 0;
      let listeningSinceMs: number | undefined = 0;
      const silent = new Set<string>();
      const take = (changes: readonly LivenessChange[]): void => {
        for (const { kind, watched: of } of changes) {
          assert.is(silent.has(of.key), kind === "spoke", `${of.key} ${kind}`);
          if (kind === "spoke") silent.delete(of.key);
          else {
            const above = of.kind === "gateway" ? [] : of.kind === "asset" ? [GW] : [GW, ASSET];
            assert.ok(!above.some((key) => silent.has(key)), `${of.key} within ${[...silent].join()}`);
            assert.ok(
              listeningSinceMs !== undefined && nowMs - listeningSinceMs > Math.min(60_000, of.promisedMs ?? 0),
            );
            silent.add(of.key);
          }
        }
      };
      for (const { afterMs, deed } of list) {
        for (const endMs = nowMs + afterMs; nowMs < endMs; nowMs += 1000) take(liveness.look(nowMs));
        if (deed === "deaf" || deed === "hear") {
          listeningSinceMs = deed === "deaf" ? undefined : (listeningSinceMs ?? nowMs);
          liveness.listening(listeningSinceMs);
        } else if (deed === "restart") {
          liveness = watched();
          liveness.listening((listeningSinceMs = nowMs));
          for (const key of silent) liveness.knowSilent(key);
        } else if (listeningSinceMs !== undefined) {
          if (deed === "die") liveness.gatewayDied(GW, nowMs);
          else if (deed === "gateway") liveness.gatewaySpoke(GW, nowMs);
          else {
            liveness.gatewaySpoke(GW, nowMs);
            liveness.channelSpoke(deed === "p1" ? P1 : P2, nowMs);
            take(liveness.spoken());
            assert.ok(
              ![GW, ASSET, deed === "p1" ? P1 : P2].some((key) => silent.has(key)),
              "whoever speaks returns at once",
            );
          }
        }
      }
    }),
    { numRuns: isLong() ? 5000 : 300, seed: seed() },
  );
});

test("ten thousand channels that speak cost nothing while none is due", () => {
  const liveness = new Liveness(TERMS);
  liveness.listening(0);
  liveness.knowGateway(GW, 300_000, 0, 0);
  for (let asset = 0; asset < 1000; asset++) {
    liveness.knowPart("asset", `t/a${asset}`, GW, 60_000, 0);
    for (let at = 0; at < 10; at++) liveness.knowPart("channel", `t/a${asset}/c${at}`, `t/a${asset}`, 60_000, 0);
  }
  const startedMs = performance.now();
  for (let nowMs = 1000; nowMs <= 59_000; nowMs += 1) liveness.look(nowMs);
  assert.ok(performance.now() - startedMs < 1000, "58,000 looks, none of which scans");
});

test.run();
