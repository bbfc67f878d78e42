import type { IntentAnswer } from "../src/api-shapes.ts";
import { assert, suite } from "../../checks/kit.ts";
import { acknowledger, type AcknowledgerDeps } from "./acknowledge.ts";

const test = suite("acknowledging once, whatever the network does");

interface Bench extends AcknowledgerDeps {
  readonly sent: string[];
  readonly delaysMs: number[];
  readonly stored: Map<string, string>;
  /** Runs what waits, and lets promises settle. */
  readonly tick: () => Promise<void>;
}

function bench(answers: (IntentAnswer["outcome"] | number)[], stored = new Map<string, string>()): Bench {
  const sent: string[] = [];
  const delaysMs: number[] = [];
  const waiting: (() => void)[] = [];
  let ids = 0;
  return {
    ...{ sent, delaysMs, stored },
    storage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => void stored.set(key, value) },
    nowMs: () => 1_000,
    newId: () => `intent-${(ids += 1)}`,
    after: (delayMs, then) => {
      delaysMs.push(delayMs);
      waiting.push(then);
    },
    changed: () => undefined,
    send: async (alarmId, { intentId, doneAtMs }) => {
      sent.push(`${alarmId}/${intentId}/${doneAtMs}`);
      const answer = answers.shift() ?? "applied";
      if (typeof answer === "number") throw Object.assign(new Error(`status ${answer}`), { status: answer });
      return { intentId, outcome: answer };
    },
    tick: async () => {
      for (const then of waiting.splice(0)) then();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("it is shown at once and confirmed by the answer", async () => {
  const deps = bench(["applied"]);
  const acks = acknowledger(deps);
  acks.acknowledge("a");
  assert.is(acks.stateOf("a")?.stage, "kept");
  await deps.tick();
  assert.is(acks.stateOf("a")?.stage, "confirmed");
});

test("a failing network means the same id again, with growing pauses", async () => {
  const deps = bench([0, 503, 401, 429, "duplicate"]);
  const acks = acknowledger(deps);
  acks.acknowledge("a");
  acks.acknowledge("a");
  for (let i = 0; i < 6; i++) await deps.tick();
  assert.is(deps.sent.length, 5);
  assert.is(new Set(deps.sent).size, 1);
  assert.equal(deps.delaysMs, [1_000, 2_000, 4_000, 8_000]);
  assert.is(acks.stateOf("a")?.stage, "confirmed");
});

test("waiting at the server is sent, not confirmed, and is asked again", async () => {
  const deps = bench(["waiting", "applied"]);
  const acks = acknowledger(deps);
  acks.acknowledge("a");
  await deps.tick();
  assert.is(acks.stateOf("a")?.stage, "sent");
  await deps.tick();
  assert.is(acks.stateOf("a")?.stage, "confirmed");
});

test("a refusal is the last word and is told", async () => {
  const deps = bench([404]);
  const acks = acknowledger(deps);
  acks.acknowledge("a");
  await deps.tick();
  assert.is(acks.stateOf("a")?.stage, "refused");
  assert.is(acks.stateOf("a")?.reason, "status 404");
  assert.equal(deps.delaysMs, []);
});

test("what was not answered survives a reload of the page, with its id and time; what was is forgotten", async () => {
  const first = bench([0, 0]);
  acknowledger(first).acknowledge("a");
  await first.tick();
  const second = bench(["applied"], first.stored);
  const acks = acknowledger(second);
  await second.tick();
  assert.equal(second.sent, ["a/intent-1/1000"]);
  assert.is(acks.stateOf("a")?.stage, "confirmed");
  assert.is(second.stored.get("isotherm.intents"), "[]");
});

test("what stands in the storage and is no list of intents does no harm", () => {
  const acks = acknowledger(bench([], new Map([["isotherm.intents", "{broken"]])));
  assert.is(acks.stateOf("a"), undefined);
});

test.run();
