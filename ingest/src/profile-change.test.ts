import fc from "fast-check";
import { assert, isLong, seed, suite, tempDir } from "../../checks/kit.ts";
import { ASSET_CHANNELS, GROUP_ABOVE, GroupingBench } from "../test/grouping-bench.ts";
import { PROFILE_RULE } from "./alarm-table.ts";
import { changeStep } from "./profile-change.ts";
import type { AlarmRow } from "./state-rows.ts";

const test = suite("changed profiles");
const ASSETS = 5;
const CHANNELS = ASSETS * ASSET_CHANNELS;
const STEP_MS = 15_000;

async function withBench(body: (bench: GroupingBench) => Promise<void>, assets = ASSETS): Promise<void> {
  const bench = new GroupingBench(await tempDir(), assets);
  try {
    await body(bench);
  } finally {
    bench.close();
  }
}

/** Readings every 15 s, judged as they come. */
async function read(bench: GroupingBench, times: number, values: Record<string, number> = {}, otherC = 5) {
  for (let i = 0; i < times; i++) {
    bench.time.advance(STEP_MS);
    bench.read(values, otherC);
    await bench.assess();
  }
}

const isOpen = ({ state }: AlarmRow): boolean => state !== "normal";
const detailOf = ({ detail }: AlarmRow) => (detail?.kind === "profile" ? detail : undefined);
const isGroup = ({ ruleId }: AlarmRow): boolean => ruleId === PROFILE_RULE;
const named = ({ assetId, channel, returnedAtMs, foundLate }: AlarmRow) =>
  `${assetId}/${channel} ${returnedAtMs === null ? "lasts" : "over"} ${foundLate ? "late" : "live"}`;

test("a mistyped limit is one alarm that names profile, versions, person and count, and goes when it is corrected", async () => {
  await withBench(async (bench) => {
    await read(bench, 4);
    bench.say(2, -8);
    await bench.assess();
    const [alarm, ...others] = bench.alarms();
    assert.equal(others, []);
    assert.is(alarm?.ruleId, PROFILE_RULE);
    assert.is(alarm?.assetId, "cold");
    assert.is(alarm?.state, "unacknowledged");
    assert.is(alarm?.foundLate, false);
    const detail = detailOf(alarm as AlarmRow);
    assert.equal(
      [detail?.profileVersion, detail?.formerVersion, detail?.changedBy, detail?.channels, detail?.outside],
      [2, 1, "ines", CHANNELS, CHANNELS],
    );
    assert.is(bench.excursions().length, CHANNELS, "the excursions are results and are stored");
    assert.ok(bench.excursions().every(({ alarmId }) => alarmId === alarm?.alarmId));
    await read(bench, 4);
    assert.is(bench.alarms().length, 1, "live readings join it");
    bench.say(3, 8);
    await bench.assess();
    assert.equal(
      bench.alarms().map(({ state }) => state),
      ["returned-unacknowledged"],
    );
    assert.equal(bench.excursions(), []);
    await read(bench, 2);
    assert.is(bench.alarms().length, 1);
    assert.equal([...bench.state.profileChanges.all], []);
  });
});

test("what is outside by the former version too keeps its alarm, or raises one", async () => {
  await withBench(async (bench) => {
    await read(bench, 4, { "box-0/temperature/p0": 9 });
    assert.equal(bench.alarms().map(named), ["box-0/temperature/p0 lasts live"]);
    bench.say(2, -8);
    await bench.assess();
    assert.equal(bench.alarms().map(named).sort(), ["box-0/temperature/p0 lasts live", "cold/ lasts live"]);
    await read(bench, 1, { "box-0/temperature/p0": 9, "box-1/temperature/p2": 8.6 });
    assert.is(bench.alarms().length, 2, "its on-delay by the former version has not passed");
    await read(bench, 2, { "box-0/temperature/p0": 9, "box-1/temperature/p2": 8.6 });
    const both = ["box-0/temperature/p0 lasts live", "box-1/temperature/p2 lasts live", "cold/ lasts live"];
    assert.equal(bench.alarms().map(named).sort(), both);
    bench.say(3, 8);
    await bench.assess();
    assert.equal(bench.alarms().map(named).sort(), [both[0], both[1], "cold/ over live"]);
    await read(bench, 3);
    assert.equal(bench.alarms().map(named).sort(), [
      "box-0/temperature/p0 over live",
      "box-1/temperature/p2 over live",
      "cold/ over live",
    ]);
  });
});

test("a change that reaches few channels raises an alarm for each", async () => {
  await withBench(async (bench) => {
    const warm = { "box-0/temperature/p0": 7.5, "box-3/temperature/p1": 7.5 };
    await read(bench, 4, warm);
    bench.say(2, 7);
    await bench.assess();
    assert.equal(bench.alarms().map(named).sort(), [
      "box-0/temperature/p0 lasts late",
      "box-3/temperature/p1 lasts late",
    ]);
    await read(bench, 1, warm);
    assert.equal(bench.alarms().map(named).sort(), [
      "box-0/temperature/p0 lasts live",
      "box-3/temperature/p1 lasts live",
    ]);
  });
});

test("a second mistake takes the place of the first, and is held against the last good version", async () => {
  await withBench(async (bench) => {
    await read(bench, 4);
    bench.say(2, -8);
    await bench.assess();
    bench.say(3, 0.8);
    await bench.assess();
    const groups = bench.alarms().filter(isGroup);
    assert.equal(
      groups
        .map((each) => [detailOf(each)?.profileVersion, detailOf(each)?.formerVersion, each.returnedAtMs === null])
        .sort(),
      [
        [2, 1, false],
        [3, 1, true],
      ],
    );
    assert.is(bench.alarms().length, 2);
  });
});

test("a correction that comes while the mistake is still worked off raises nothing", async () => {
  // More channels than one pass takes of facts: readings of the others are judged before the correction of their past.
  await withBench(async (bench) => {
    await read(bench, 4);
    bench.say(2, -8);
    await bench.pass();
    bench.say(3, 8);
    bench.time.advance(STEP_MS);
    bench.read({});
    await bench.assess();
    assert.equal(bench.alarms().map(named), ["cold/ over live"]);
    assert.equal(bench.excursions(), []);
  }, 5 * ASSETS);
});

test("limits meant so end the grouped alarm once few are outside, and these raise their own", async () => {
  await withBench(async (bench) => {
    await read(bench, 4, {}, 7);
    bench.say(2, 6);
    await bench.assess();
    assert.equal(bench.alarms().map(named), ["cold/ lasts live"]);
    const left = { "box-2/temperature/p0": 7 };
    await read(bench, 3, left, 4);
    assert.equal(bench.alarms().map(named).sort(), ["box-2/temperature/p0 lasts live", "cold/ over live"]);
  });
});

test("when it is grouped, when each alarm stands alone", () => {
  const step = (isGrouped: boolean, channels: number, outside: number, isWorkedOff: boolean) =>
    changeStep({ isGrouped }, { channels, outside }, isWorkedOff, 10);
  assert.is(step(false, 10, 10, false), "wait");
  assert.is(step(false, 10, 10, true), "single");
  assert.is(step(false, 11, 11, false), "group");
  assert.is(step(false, 11, 10, false), "wait");
  assert.is(step(false, 11, 0, true), "group");
  assert.is(step(true, 11, 0, false), "wait");
  assert.is(step(true, 11, 6, true), "wait");
  assert.is(step(true, 11, 5, true), "end");
});

type Deed =
  | { readonly kind: "read"; readonly warm: readonly number[]; readonly judged: boolean }
  | { readonly kind: "say"; readonly highC: number }
  | { readonly kind: "restart" }
  | { readonly kind: "pass" };

const deeds = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("read" as const),
        warm: fc.uniqueArray(fc.nat({ max: CHANNELS - 1 }), { maxLength: 3 }),
        judged: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("say" as const), highC: fc.constantFrom(-8, 0.8, 3, 7.5, 8, 30) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: "pass" as const }) },
  ),
  { minLength: 3, maxLength: 25 },
);

const channelAt = (at: number): string => `box-${Math.floor(at / ASSET_CHANNELS)}/temperature/p${at % ASSET_CHANNELS}`;

async function act(bench: GroupingBench, deed: Deed, version: () => number): Promise<void> {
  if (deed.kind === "restart") bench.restart();
  else if (deed.kind === "pass") await bench.pass();
  else if (deed.kind === "say") bench.say(version(), deed.highC);
  else {
    bench.time.advance(STEP_MS);
    bench.read(Object.fromEntries(deed.warm.map((at) => [channelAt(at), 9])));
    if (deed.judged) await bench.assess();
  }
}

test(
  "never two open alarms for one profile, never a flood, and once corrected what is open is what would be without the mistake",
  async () => {
    await fc.assert(
      fc.asyncProperty(deeds, async (list) => {
        const [bench, control] = [
          new GroupingBench(await tempDir(), ASSETS),
          new GroupingBench(await tempDir(), ASSETS),
        ];
        let version = 1;
        try {
          for (const deed of list) {
            await act(bench, deed, () => ++version);
            if (deed.kind !== "say") await act(control, deed, () => 0);
            assert.ok(
              bench
                .alarms()
                .filter(isGroup)
                .filter(({ returnedAtMs }) => returnedAtMs === null).length <= 1,
            );
          }
          bench.say(++version, 8);
          for (const each of [bench, control]) {
            await each.assess();
            await read(each, 3);
          }
          const lasting = (each: GroupingBench) =>
            each
              .alarms()
              .filter((alarm) => alarm.returnedAtMs === null && isOpen(alarm))
              .map(named)
              .sort();
          assert.equal(lasting(bench), lasting(control));
          assert.equal([...bench.state.profileChanges.all], []);
          const results = (each: GroupingBench) =>
            each
              .excursions()
              .map(({ assetId, channel, startMs, endMs, peak }) => `${assetId}/${channel} ${startMs}-${endMs} ${peak}`)
              .sort();
          assert.equal(results(bench), results(control));
        } finally {
          bench.close();
          control.close();
        }
      }),
      { numRuns: isLong() ? 1000 : 40, seed: seed() },
    );
  },
  { deadlineMs: 600_000 },
);

test("alarms of a change stand for at least as many channels as stated", async () => {
  await withBench(async (bench) => {
    await read(bench, 4);
    bench.say(2, -8);
    while (await bench.pass()) {
      const singles = bench.alarms().filter((alarm) => !isGroup(alarm));
      assert.equal(singles, [], "no alarm of one channel while it is found out how far the change reaches");
    }
    assert.ok((detailOf(bench.alarms()[0] as AlarmRow)?.channels ?? 0) > GROUP_ABOVE);
  });
});

test.run();
