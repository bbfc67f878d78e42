import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../checks/kit.ts";
import { type Accepted, AcceptanceQueue } from "./acceptance-queue.ts";
import { newStream } from "./stream-state.ts";

const test = suite("acceptance queue");

function accepted(streamId: number, upTo: number): Accepted {
  const stream = newStream("g/gw", "e", `asset-${streamId}`);
  stream.streamId = streamId;
  stream.accepted.add(1, upTo);
  return { stream, gateway: {} as Accepted["gateway"] };
}

const crowd = (upTo: number): Accepted[] => Array.from({ length: 100 }, (_, at) => accepted(at + 1, upTo));

test("few streams are told at once", () => {
  const said: Accepted[] = [];
  const queue = new AcceptanceQueue(new VirtualTime(0), (each) => said.push(each));
  queue.put([accepted(1, 1), accepted(2, 1)], new Set());
  assert.is(said.length, 2);
});

test("many are told together, each once and of the last of it; those in a hurry at once", () => {
  const time = new VirtualTime(0);
  const said: Accepted[] = [];
  const queue = new AcceptanceQueue(time, (each) => said.push(each));
  const first = crowd(1);
  queue.put(first, new Set([(first[4] as Accepted).stream]));
  assert.equal(
    said.map(({ stream }) => stream.streamId),
    [5],
  );
  time.advance(400);
  queue.put(crowd(2), new Set());
  time.advance(99);
  assert.is(said.length, 1);
  time.advance(1);
  assert.is(said.length, 101);
  assert.ok(said.slice(1).every(({ stream }) => stream.accepted.watermark() === 2));
  time.advance(10_000);
  assert.is(said.length, 101);
  queue.put(crowd(3), new Set());
  queue.put([accepted(1, 4)], new Set());
  assert.is(said.length, 102, "what is told at once waits no longer");
  time.advance(500);
  assert.is(said.length, 201);
});

test.run();
