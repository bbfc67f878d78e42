import { assert, suite, tempDir } from "../../checks/kit.ts";
import { JudgingBench, legOf, PROFILE } from "../test/judging-bench.ts";
import { MemoryReadings } from "../test/memory-readings.ts";

const test = suite("assessor");

test("an excursion and its alarm keep their ids, whatever is judged again", async () => {
  const bench = new JudgingBench(await tempDir());
  bench.assign([legOf("a", 0, null)], 1000);
  bench.store(
    [
      { number: 1, atMs: 1000, value: 9 },
      { number: 3, atMs: 1040, value: 9.5 },
    ],
    1041,
  );
  await bench.assess();
  const [before] = bench.excursions();
  assert.is(before?.onsetMs, 1020);
  bench.store(
    [
      { number: 2, atMs: 1020, value: 9.9 },
      { number: 4, atMs: 990, value: 8.4 },
    ].map((s, at) => ({ ...s, number: 10 + at })),
    1042,
  );
  await bench.assess();
  const [after] = bench.excursions();
  assert.is(after?.excursionId, before?.excursionId);
  assert.is(after?.alarmId, before?.alarmId);
  assert.is(after?.startMs, 990);
  assert.is(after?.peak, 9.9);
  assert.is(bench.alarms().length, 1);
  assert.is(bench.alarms()[0]?.startMs, 990);
  bench.close();
});

test("a live excursion raises at its onset, becomes a breach, and returns after the off-delay of live readings", async () => {
  const bench = new JudgingBench(await tempDir());
  bench.assign([legOf("a", 0, null), legOf("b", 0, null)], 1000);
  const state = () =>
    bench.alarms().map((alarm) => [alarm.state, alarm.severity, alarm.foundLate, alarm.shipmentIds.length]);
  const at = async (number: number, atMs: number, value: number) => {
    bench.store([{ number, atMs, value }], atMs + 1);
    await bench.assess();
  };
  await at(1, 1000, 8.4);
  assert.equal(state(), [], "the on-delay has not passed");
  await at(2, 1020, 8.4);
  assert.equal(state(), [["unacknowledged", "warning", false, 2]], "one alarm for both shipments");
  await at(3, 1070, 8.4);
  assert.equal(state(), [["unacknowledged", "breach", false, 2]]);
  await at(4, 1080, 7.9);
  assert.equal(bench.excursions()[0]?.endMs, null, "not back by the deadband");
  await at(5, 1090, 7.5);
  assert.is(bench.excursions()[0]?.endMs, 1090);
  assert.equal(state(), [["unacknowledged", "breach", false, 2]], "the off-delay has not passed");
  await at(6, 1100, 5);
  assert.equal(state(), [["returned-unacknowledged", "breach", false, 2]]);
  assert.is(bench.alarms()[0]?.returnedAtMs, 1090);
  bench.close();
});

test("what is found late is marked so, and late readings never clear a live alarm", async () => {
  const bench = new JudgingBench(await tempDir());
  bench.assign([legOf("a", 0, null)], 1000);
  bench.store(
    [
      { number: 1, atMs: 5000, value: 9 },
      { number: 2, atMs: 5030, value: 9 },
    ],
    5031,
  );
  await bench.assess();
  assert.equal(
    bench.alarms().map(({ foundLate, state }) => [foundLate, state]),
    [[false, "unacknowledged"]],
  );
  bench.store(
    [
      { number: 3, atMs: 5050, value: 5 },
      { number: 4, atMs: 5080, value: 5 },
    ],
    9000,
  );
  await bench.assess();
  assert.is(bench.excursions()[0]?.endMs, 5050);
  assert.is(bench.alarms()[0]?.state, "unacknowledged", "no live reading has shown it to be back");
  bench.store([{ number: 5, atMs: 9001, value: 5 }], 9002);
  await bench.assess();
  assert.is(bench.alarms()[0]?.state, "returned-unacknowledged");
  bench.store(
    [
      { number: 6, atMs: 2000, value: 1 },
      { number: 7, atMs: 2030, value: 1 },
      { number: 8, atMs: 2040, value: 5 },
    ],
    9100,
  );
  await bench.assess();
  const late = bench.alarms().find(({ side }) => side === "low");
  assert.equal([late?.foundLate, late?.state], [true, "returned-unacknowledged"]);
  bench.close();
});

test("a live reading that ends an excursion of the backlog does not make its alarm a live one", async () => {
  const bench = new JudgingBench(await tempDir());
  bench.assign([legOf("a", 0, null)], 1000);
  // After an outage live readings come first; then, with the next of them, a part of the backlog that stops outside.
  bench.store([{ number: 9, atMs: 9000, value: 5 }], 9001);
  await bench.assess();
  bench.store(
    [
      { number: 1, atMs: 2000, value: 9 },
      { number: 2, atMs: 2030, value: 9 },
    ],
    9010,
  );
  bench.store([{ number: 10, atMs: 9010, value: 5 }], 9011);
  await bench.assess();
  assert.is(bench.excursions()[0]?.endMs, 9000, "the rest of the backlog has not come");
  assert.equal(
    bench.alarms().map(({ foundLate, state }) => [foundLate, state]),
    [[true, "returned-unacknowledged"]],
  );
  // The same in one batch with a live reading that is the very one that ends it.
  const other = new JudgingBench(await tempDir());
  other.assign([legOf("a", 0, null)], 1000);
  other.store([{ number: 1, atMs: 2000, value: 9 }], 9010);
  other.store([{ number: 2, atMs: 2030, value: 9 }], 9010);
  other.store([{ number: 10, atMs: 9010, value: 5 }], 9011);
  await other.assess();
  assert.is(other.excursions()[0]?.endMs, 9010);
  assert.equal(
    other.alarms().map(({ foundLate }) => foundLate),
    [true],
  );
  bench.close();
  other.close();
});

test("a leg that ends while it is too warm ends the alarm's condition with the next live reading", async () => {
  const bench = new JudgingBench(await tempDir());
  bench.assign([legOf("a", 0, null)], 1000);
  bench.store(
    [
      { number: 1, atMs: 1000, value: 9 },
      { number: 2, atMs: 1030, value: 9 },
    ],
    1031,
  );
  await bench.assess();
  bench.assign([legOf("a", 0, 1035)], 1036);
  await bench.assess();
  assert.is(bench.alarms()[0]?.state, "unacknowledged");
  bench.store([{ number: 3, atMs: 1050, value: 9 }], 1051);
  await bench.assess();
  assert.equal([bench.excursions()[0]?.endMs, bench.excursions()[0]?.judgedUntilMs], [null, 1035]);
  assert.is(bench.alarms()[0]?.state, "returned-unacknowledged");
  bench.assign([], 1060);
  await bench.assess();
  assert.equal(bench.excursions(), [], "a withdrawn leg leaves no excursion");
  assert.is(bench.alarms().length, 1, "but what people saw stays");
  bench.close();
});

test("readings that come in order are not read again", async () => {
  const readings = new MemoryReadings();
  const bench = new JudgingBench(await tempDir(), readings, 1000);
  bench.assign([legOf("a", 0, null)], 1000);
  for (let number = 1; number <= 50; number++) {
    bench.store([{ number, atMs: 1000 + number * 10, value: number % 20 < 10 ? 5 : 9 }], 1000 + number * 10);
    await bench.assess();
  }
  // Two rules, each reading what is new: at most the reading itself and the instant at which the former excursion ended.
  assert.ok(readings.read <= 2 * 50 * 2, `read ${readings.read}`);
  assert.is(bench.excursions().length, 3);
  bench.close();
});

test("a crash between judging and writing changes nothing, and the next run finds the same", async () => {
  const folder = await tempDir();
  const readings = new MemoryReadings();
  let dies = true;
  const bench = new JudgingBench(folder, readings, 3, (step) => {
    if (dies && step === "judged") throw new Error("killed");
  });
  bench.assign([legOf("a", 0, null, PROFILE)], 1000);
  bench.store(
    [
      { number: 1, atMs: 1000, value: 9 },
      { number: 2, atMs: 1030, value: 9 },
    ],
    1031,
  );
  let died = false;
  await bench.assess().catch(() => (died = true));
  assert.ok(died);
  assert.equal(bench.excursions(), []);
  bench.close();
  dies = false;
  const again = new JudgingBench(folder, readings);
  await again.assess();
  const once = [again.excursions(), again.alarms()];
  again.store([], 1031);
  await again.assess();
  assert.equal([again.excursions(), again.alarms()], once);
  assert.is(again.alarms()[0]?.foundLate, false, "a crash does not make a live alarm a late one");
  again.close();
});

test.run();
