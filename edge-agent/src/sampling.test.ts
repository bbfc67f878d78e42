import { VirtualTime } from "@isotherm/coldchain";
import type { ChannelReading, DevicePoll } from "@isotherm/firmware-bridge";
import { assert, suite } from "../../checks/kit.ts";
import type { RecordDraft } from "./record-draft.ts";
import { Sampler, type SampledDevice } from "./sampling.ts";

const test = suite("sampling");
const NOW_MS = Date.UTC(2026, 5, 1) + 300;

/** Lets promises settle: devices answer in microtasks. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

function device(channel: string, read: () => Promise<ChannelReading[]>): SampledDevice {
  const poll: DevicePoll = { read };
  return { poll, channels: [channel] };
}

function bench(devices: readonly SampledDevice[], everyMs = 1000) {
  const time = new VirtualTime(NOW_MS);
  const drafts: RecordDraft[] = [];
  const counters = { roundsSampled: 0, devicesLate: 0 };
  const sampler = new Sampler({
    round: { assetId: "truck-1", everyMs, devices },
    clock: time,
    scheduler: time,
    instant: () => ({ bootId: "b", monotonicMs: time.monotonicMs(), wallMs: time.wallMs(), anchorOrdinal: 1 }),
    take: (draft) => drafts.push(draft),
    counters,
  });
  const run = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 50) {
      time.advance(50);
      await settle();
    }
  };
  return { time, drafts, counters, sampler, run };
}

const good = (channel: string, value: number): ChannelReading => ({ channel, value, quality: "good" });

test("samples at multiples of its period, and again after the clock was set", async () => {
  const { drafts, sampler, run, time } = bench([device("temperature/a", async () => [good("temperature/a", 4)])]);
  sampler.start();
  await run(3000);
  assert.equal(
    drafts.map(({ wallMs }) => wallMs % 1000),
    [0, 0, 0],
  );
  time.stepWall(450);
  await run(3000);
  assert.is(drafts.at(-1)!.wallMs % 1000, 0);
  const gaps = drafts.slice(1).map((draft, at) => draft.monotonicMs - drafts[at]!.monotonicMs);
  assert.ok(Math.min(...gaps) >= 100 && Math.max(...gaps) <= 1100, gaps.join());
  sampler.stop();
  const { length } = drafts;
  await run(3000);
  assert.is(drafts.length, length);
});

test("a round that came late is recorded before the next one, so that numbers follow time", async () => {
  const time = new VirtualTime(NOW_MS);
  const drafts: RecordDraft[] = [];
  let answer: (readings: ChannelReading[]) => void = () => undefined;
  let isHeld = true;
  const slow = device("temperature/slow", () =>
    isHeld ? new Promise((resolve) => (answer = resolve)) : Promise.resolve([good("temperature/slow", 7)]),
  );
  let lateMs = 0;
  const sampler = new Sampler({
    round: { assetId: "truck-1", everyMs: 1000, devices: [slow] },
    clock: time,
    // A machine with too much to do: what falls due in a second's time comes later than that.
    scheduler: { after: (delayMs, run) => time.after(delayMs > 950 ? delayMs + lateMs : delayMs, run) },
    instant: () => ({ bootId: "b", monotonicMs: time.monotonicMs(), wallMs: time.wallMs(), anchorOrdinal: 1 }),
    take: (draft) => drafts.push(draft),
    counters: { roundsSampled: 0, devicesLate: 0 },
  });
  const run = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 50) {
      time.advance(50);
      await settle();
    }
  };
  sampler.start();
  lateMs = 750;
  // The first round asks; the second comes late while the answer is still owed, and has to wait for its own end.
  await run(2500);
  lateMs = 0;
  isHeld = false;
  answer([good("temperature/slow", 6)]);
  await run(3000);
  assert.ok(drafts.length >= 4, `${drafts.length} rounds`);
  const instants = drafts.map(({ monotonicMs }) => monotonicMs);
  assert.equal(
    instants,
    instants.toSorted((a, b) => a - b),
  );
  sampler.stop();
});

test("a device that does not answer in time is recorded as such, and not asked twice at once", async () => {
  let asked = 0;
  let answer: (readings: ChannelReading[]) => void = () => undefined;
  const slow = device("temperature/slow", () => {
    asked++;
    return new Promise((resolve) => (answer = resolve));
  });
  const { drafts, sampler, run, counters } = bench([
    slow,
    device("temperature/quick", async () => [good("temperature/quick", 5)]),
  ]);
  sampler.start();
  await run(2900);
  assert.is(asked, 1);
  assert.is(counters.devicesLate, 2);
  assert.equal(
    drafts[0]!.readings.map(({ value, quality }) => [value, quality]),
    [
      [null, 1],
      [5, 0],
    ],
  );
  answer([good("temperature/slow", 99)]);
  await run(1000);
  assert.is(asked, 2);
  assert.ok(drafts.every(({ readings }) => readings[0]!.value === null));
  sampler.stop();
});

test("a device that fails or gives no number leaves a gap with a reason, never a number", async () => {
  const { drafts, sampler, run } = bench([
    device("temperature/throws", () => Promise.reject(new Error("broken"))),
    device("temperature/nan", async () => [good("temperature/nan", Number.NaN)]),
    device("temperature/bad", async () => [{ channel: "temperature/bad", value: 7, quality: "probe-fault" }]),
    device("temperature/other", async () => [good("temperature/unknown", 7)]),
    device("temperature/zero", async () => [good("temperature/zero", 0)]),
  ]);
  sampler.start();
  await run(1000);
  assert.equal(
    drafts[0]!.readings.map(({ value, quality }) => [value, quality]),
    [
      [null, 1],
      [null, 4],
      [null, 5],
      [null, 1],
      [0, 0],
    ],
  );
  sampler.stop();
});

test.run();
