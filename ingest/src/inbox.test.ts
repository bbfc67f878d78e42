import { assert, suite } from "../../checks/kit.ts";
import { Inbox } from "./inbox.ts";

const test = suite("inbox");
const BOUNDS = { inboxMessagesMax: 10, inboxBytesMax: 1000, batchMessagesMax: 3, batchBytesMax: 200 };
const data = (bytes: number, at = 0) => ({
  topic: "spBv1.0/g/DDATA/gw/cold",
  payload: new Uint8Array(bytes),
  receivedAtMs: at,
});

test("over a bound whole data messages are dropped and counted; a birth still finds room", () => {
  const inbox = new Inbox(BOUNDS);
  for (let i = 0; i < 10; i++) assert.ok(inbox.offer(data(10)));
  assert.not(inbox.offer(data(10)));
  assert.ok(inbox.offer({ ...data(10), topic: "spBv1.0/g/DBIRTH/gw/cold" }));
  assert.not(inbox.offer({ ...data(10), topic: "spBv1.0/g/DBIRTH/gw/cold" }), "but not without end");
  assert.equal([inbox.messageCount, inbox.byteCount, inbox.dropped], [11, 110, 2]);
});

test("bytes are bounded as well", () => {
  const inbox = new Inbox(BOUNDS);
  assert.ok(inbox.offer(data(900)));
  assert.not(inbox.offer(data(101)));
  assert.ok(inbox.offer(data(100)));
});

test("batches come in order, bounded in messages and bytes, and one large message is a batch of its own", () => {
  const inbox = new Inbox(BOUNDS);
  for (const [at, bytes] of [10, 10, 10, 150, 100, 400].entries()) inbox.offer(data(bytes, at));
  const times: number[][] = [];
  while (inbox.messageCount > 0) times.push(inbox.takeBatch().map(({ receivedAtMs }) => receivedAtMs));
  assert.equal(times, [[0, 1, 2], [3], [4], [5]]);
  assert.equal([inbox.byteCount, inbox.oldestReceivedAtMs], [0, null]);
});

test.run();
