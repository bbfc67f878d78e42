import fc from "fast-check";
import { assert, seed, suite } from "../../checks/kit.ts";
import { VirtualTime } from "./virtual-time.ts";

const test = suite("virtual time");

test("tasks run when due, earliest first, ties in the order of scheduling, each once", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean())), fc.array(fc.nat(20)), (delays, steps) => {
      const time = new VirtualTime(1000);
      const ran: { i: number; atMs: number }[] = [];
      delays.forEach(([delayMs, cancelled], i) => {
        const cancel = time.after(delayMs, () => ran.push({ i, atMs: time.monotonicMs() }));
        if (cancelled) cancel();
      });
      let nowMs = 0;
      for (const step of steps) (time.advance(step), (nowMs += step)); // eslint-disable-line
      assert.is(time.monotonicMs(), nowMs);
      assert.is(time.wallMs(), nowMs + 1000);
      const kept = delays.map(([atMs, cancelled], i) => ({ i, atMs, cancelled })).filter(({ cancelled }) => !cancelled);
      const due = kept.filter(({ atMs }) => atMs <= nowMs).sort((a, b) => a.atMs - b.atMs || a.i - b.i);
      const expected = steps.length === 0 ? [] : due.map(({ i, atMs }) => ({ i, atMs }));
      assert.equal(ran, expected);
      assert.is(time.pending, kept.length - expected.length);
    }),
    { seed: seed() },
  );
});

test("a repeating task runs as often as its interval fits", () => {
  const time = new VirtualTime(0, 500);
  const ranAtMs: number[] = [];
  const again = (): void => {
    ranAtMs.push(time.monotonicMs());
    time.after(10, again);
  };
  time.after(10, again);
  time.advance(35);
  assert.equal(ranAtMs, [510, 520, 530]);
  assert.is(time.monotonicMs(), 535);
});

test("a task may cancel another that is due at the same moment", () => {
  const time = new VirtualTime(0);
  const ran: string[] = [];
  time.after(5, () => {
    ran.push("first");
    cancel();
  });
  const cancel = time.after(5, () => ran.push("second"));
  time.advance(5);
  cancel();
  assert.equal(ran, ["first"]);
});

test("stepping the wall clock leaves monotonic time and the schedule alone", () => {
  const time = new VirtualTime(1_700_000_000_000);
  let ran = false;
  time.after(100, () => (ran = true));
  time.stepWall(-3_600_000);
  time.advance(99);
  assert.not(ran);
  assert.is(time.wallMs(), 1_700_000_000_000 - 3_600_000 + 99);
  time.advance(1);
  assert.ok(ran);
});

test("monotonic time never goes back, even when a task moves time itself", () => {
  const time = new VirtualTime(0);
  time.after(1, () => time.advance(100));
  time.advance(10);
  assert.is(time.monotonicMs(), 101);
  assert.throws(() => time.advance(-1), RangeError);
  assert.throws(() => time.advance(NaN), RangeError);
  time.after(-5, () => undefined);
  time.advance(0);
  assert.is(time.pending, 0);
});

test("a task that throws does not run again, and time stands where it threw", () => {
  const time = new VirtualTime(0);
  time.after(5, () => {
    throw new Error("broken");
  });
  assert.throws(() => time.advance(10), "broken");
  assert.is(time.monotonicMs(), 5);
  time.advance(5);
  assert.is(time.monotonicMs(), 10);
});

test.run();
