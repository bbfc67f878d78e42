import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite } from "../../checks/kit.ts";
import { LiveFeed, type FeedEvent } from "./live-feed.ts";

const test = suite("ingest's feed for the pages");

/** A feed that the test opens, speaks on and breaks. */
function stood() {
  const time = new VirtualTime(0);
  const heard: FeedEvent[] = [];
  const links: { say: (line: string) => void; end: () => void }[] = [];
  let isThere = true;
  const feed = new LiveFeed({
    scheduler: time,
    random: () => 0.5,
    open: () => {
      if (!isThere) return Promise.reject(new Error("away"));
      const stream = new TransformStream<Uint8Array, Uint8Array>();
      const writer = stream.writable.getWriter();
      const say = (line: string): void => void writer.write(new TextEncoder().encode(line));
      links.push({ say, end: () => void writer.abort(new Error("killed")).catch(() => undefined) });
      return Promise.resolve(stream.readable);
    },
  });
  feed.listen((event) => heard.push(event));
  return { time, feed, heard, links, setThere: (value: boolean) => (isThere = value) };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("pages are told once when ingest can no longer be heard, and again when it is back", async () => {
  const { time, feed, heard, links, setThere } = stood();
  assert.not(feed.isHeard);
  feed.start();
  await settle();
  assert.ok(feed.isHeard);
  assert.equal(heard.splice(0), [{ kind: "ingest", isHeard: true }, { kind: "reload" }]);
  setThere(false);
  links[0]?.end();
  await settle();
  for (let i = 0; i < 4; i++) {
    time.advance(5_000);
    await settle();
  }
  assert.equal(heard.splice(0), [{ kind: "ingest", isHeard: false }]);
  setThere(true);
  time.advance(5_000);
  await settle();
  assert.equal(heard, [{ kind: "ingest", isHeard: true }, { kind: "reload" }]);
  feed.close();
});

test("a line that is no event is counted and passed over", async () => {
  const { feed, heard, links } = stood();
  feed.start();
  await settle();
  heard.length = 0;
  links[0]?.say('not json\n{"kind":"nonsense"}\n{"kind":"asset","tenantId":"t","assetId":"a","status":"online"}\n');
  await settle();
  await settle();
  assert.equal(
    heard.map(({ kind }) => kind),
    ["asset"],
  );
  assert.is(feed.counters.linesRefused, 1);
  feed.close();
});

test.run();
