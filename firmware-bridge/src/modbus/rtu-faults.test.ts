// The promise of this room: whatever the line does, a value never stands in a wrong place.

import { VirtualTime, seededRandom } from "@isotherm/coldchain";
import type { Random } from "@isotherm/coldchain";
import { assert, isLong, seed, suite } from "../../../checks/kit.ts";
import { LINE_FAULTS, ScriptedLine, registerAt } from "../../test/scripted-line.ts";
import type { LineFault } from "../../test/scripted-line.ts";
import { ModbusError } from "./modbus-error.ts";
import { modbusMaster } from "./modbus-master.ts";
import type { ModbusMasterOptions } from "./master-contract.ts";
import type { ReadRequest } from "./read-request.ts";

const test = suite("Modbus RTU under faults");

interface Tally {
  wrong: number;
  right: number;
  failed: number;
}

interface Run {
  readonly polls: number;
  readonly random: Random;
  readonly requests: readonly ReadRequest[];
  readonly nextFault: () => LineFault | undefined;
  /** The longest pause between two polls. */
  readonly pauseMaxMs: number;
  readonly lateMaxMs?: number;
  readonly doubleMaxMs?: number;
  readonly isInOrder?: boolean;
  readonly master?: Partial<ModbusMasterOptions>;
}

async function poll(run: Run): Promise<Tally> {
  const time = new VirtualTime(0);
  const { random, nextFault, requests } = run;
  const transport = new ScriptedLine({
    time,
    random,
    nextFault,
    lateMaxMs: run.lateMaxMs ?? 900,
    doubleMaxMs: run.doubleMaxMs ?? 50,
    isInOrder: run.isInOrder ?? false,
  });
  const master = modbusMaster({
    transport,
    framing: "rtu",
    baudRate: 19_200,
    responseTimeoutMs: 100,
    lateMaxMs: 900,
    clock: time,
    scheduler: time,
    ...run.master,
  });
  const tally: Tally = { wrong: 0, right: 0, failed: 0 };
  for (let round = 0; round < run.polls; round += 1) {
    const request = requests[round % requests.length] as ReadRequest;
    await settle(time, master.read(request), (values) => judge(tally, request, values));
    time.advance(Math.floor(random() * run.pauseMaxMs));
  }
  await master.close();
  return tally;
}

async function settle(
  time: VirtualTime,
  reading: Promise<Uint16Array>,
  done: (values: unknown) => void,
): Promise<void> {
  let isDone = false;
  const finish = (outcome: unknown): void => {
    isDone = true;
    done(outcome);
  };
  void reading.then(finish, finish);
  while (!isDone) {
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    if (!isDone) time.advance(2);
  }
}

function judge(tally: Tally, request: ReadRequest, outcome: unknown): void {
  if (outcome instanceof ModbusError) {
    tally.failed += 1;
    return;
  }
  if (!(outcome instanceof Uint16Array)) throw outcome;
  const isRight =
    outcome.length === request.count &&
    outcome.every((value, at) => value === registerAt(request.unit, request.fn, request.address + at));
  tally[isRight ? "right" : "wrong"] += 1;
}

function anyFault(random: Random, share: number): () => LineFault | undefined {
  return () => (random() < share ? LINE_FAULTS[Math.floor(random() * LINE_FAULTS.length)] : undefined);
}

/** Two registers of one unit with the same length of reply: nothing in a frame tells them apart. */
const ALIKE: ReadRequest[] = [
  { unit: 1, fn: 4, address: 1, count: 1 },
  { unit: 1, fn: 4, address: 2, count: 1 },
];
const WIDENING = ALIKE.map((request) => ({ ...request, widenMax: 3 }));
const MIXED: ReadRequest[] = [
  ...ALIKE,
  { unit: 2, fn: 3, address: 0x0200, count: 1 },
  { unit: 2, fn: 3, address: 0x0300, count: 2 },
  { unit: 3, fn: 4, address: 10, count: 5, widenMax: 1 },
  { unit: 3, fn: 4, address: 40, count: 5, widenMax: 1 },
];
const POLLS = isLong() ? 100_000 : 10_000;

for (const [name, requests] of Object.entries({
  "two alike": ALIKE,
  "two that may be widened": WIDENING,
  mixed: MIXED,
})) {
  test(
    `${POLLS} polls of ${name} registers under random faults give no wrong value`,
    async () => {
      const random = seededRandom(seed());
      const tally = await poll({ polls: POLLS, random, requests, nextFault: anyFault(random, 0.3), pauseMaxMs: 400 });
      assert.is(tally.wrong, 0);
      assert.ok(tally.right > POLLS / 10, `only ${tally.right} of ${POLLS} polls gave a value`);
      assert.ok(tally.failed > POLLS / 20, `only ${tally.failed} polls failed: the faults did not reach the line`);
    },
    { deadlineMs: 120_000 },
  );
}

test(
  "a device that answers in order is read on after a proof, and gives no wrong value either",
  async () => {
    const blocks: ReadRequest[] = [
      { unit: 1, fn: 3, address: 0, count: 4 },
      { unit: 1, fn: 3, address: 100, count: 4 },
    ];
    const tallies: Tally[] = [];
    for (const inOrder of [true, false]) {
      const random = seededRandom(seed());
      tallies.push(
        await poll({
          polls: POLLS,
          random,
          requests: blocks,
          nextFault: anyFault(random, 0.1),
          pauseMaxMs: 200,
          isInOrder: true,
          master: { inOrder },
        }),
      );
    }
    const [proving, waiting] = tallies as [Tally, Tally];
    assert.equal([proving.wrong, waiting.wrong], [0, 0]);
    assert.ok(
      proving.right > waiting.right * 1.1,
      `${proving.right} of ${POLLS} with proofs, ${waiting.right} without`,
    );
  },
  { deadlineMs: 120_000 },
);

for (const fault of LINE_FAULTS) {
  test(`a line that always does "${fault}" gives no wrong value, and reads again once it stops`, async () => {
    const random = seededRandom(seed());
    let isFaulty = true;
    const nextFault = (): LineFault | undefined => (isFaulty ? fault : undefined);
    const during = await poll({ polls: 200, random, requests: MIXED, nextFault, pauseMaxMs: 30 });
    assert.is(during.wrong, 0);
    let polls = 0;
    const stopping = (): LineFault | undefined => {
      polls += 1;
      isFaulty = polls <= 6;
      return nextFault();
    };
    // A pause longer than lateMaxMs between polls leaves nothing to withhold, so recovery shows at once.
    const after = await poll({ polls: 30, random, requests: MIXED, nextFault: stopping, pauseMaxMs: 4000 });
    assert.is(after.wrong, 0);
    assert.ok(after.right >= 12, `only ${after.right} of 30 polls gave a value`);
  });
}

test("an adapter that hears itself is read without a failure once the bus is told so", async () => {
  const random = seededRandom(seed());
  const nextFault = (): LineFault => "echo";
  const tally = await poll({ polls: 200, random, requests: MIXED, nextFault, pauseMaxMs: 100, master: { echo: true } });
  assert.equal(tally, { wrong: 0, right: 200, failed: 0 });
});

test("a request that no frame can carry is refused before it reaches the line", async () => {
  const time = new VirtualTime(0);
  const transport = new ScriptedLine({
    time,
    random: seededRandom(1),
    nextFault: () => undefined,
    lateMaxMs: 0,
    doubleMaxMs: 0,
  });
  const master = modbusMaster({ transport, framing: "rtu", responseTimeoutMs: 100, clock: time, scheduler: time });
  const impossible: { unit?: number; address?: number; count?: number }[] = [
    { unit: 0 },
    { unit: 248 },
    { count: 0 },
    { count: 126 },
    { count: 1.5 },
    { address: -1 },
    { address: 65535, count: 2 },
  ];
  for (const change of impossible) {
    const request: ReadRequest = { unit: 1, fn: 4, address: 0, count: 1, ...change };
    const error: unknown = await master.read(request).catch((thrown: unknown) => thrown);
    assert.is((error as ModbusError).code, "MODBUS_REQUEST_INVALID", JSON.stringify(change));
  }
  assert.is(master.counters.requests, 0);
});

test("without its memory of earlier requests the same master gives wrong values, so these tests can fail", async () => {
  const random = seededRandom(seed());
  const forgetful = { lateMaxMs: 0, doubleMaxMs: 0, quietMs: 0 };
  const tally = await poll({
    polls: 2000,
    random,
    requests: ALIKE,
    nextFault: anyFault(random, 0.3),
    pauseMaxMs: 100,
    master: forgetful,
  });
  assert.ok(tally.wrong > 0, "the faults never put a value in a wrong place");
});

test.run();
