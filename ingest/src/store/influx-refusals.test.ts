// How what an InfluxDB, or something in front of one, says is understood. A plain HTTP server says it.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { assert, freePort, suite } from "../../../checks/kit.ts";
import { batchOf } from "../../test/reading-rows.ts";
import { type ReadingWriter, openReadingReader, openReadingWriter, StoreError } from "./reading-store.ts";

interface Said {
  readonly status: number;
  readonly body: string;
}
interface Heard {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

const EMPTY: Said = { status: 200, body: JSON.stringify({ results: [{ statement_id: 0 }] }) };
const STORED: Said = { status: 204, body: "" };
const test = suite("what InfluxDB says");
let server: Server;
let origin = "";
let heard: Heard[] = [];
let answer: (asked: Heard) => Said = () => STORED;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const bytes of request) body += String(bytes);
  return body;
}

test.before(async () => {
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const asked = { url: request.url ?? "", authorization: request.headers.authorization, body };
      heard.push(asked);
      const said = asked.url.includes("/query") ? EMPTY : answer(asked);
      response.writeHead(said.status, { "content-type": "application/json" }).end(said.body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.after(() => new Promise((closed) => server.close(closed)));
test.before.each(() => {
  heard = [];
});

async function withWriter<T>(use: (writer: ReadingWriter) => Promise<T>, url = `http://${origin}`): Promise<T> {
  const writer = await openReadingWriter({ kind: "influx", url, database: "readings" });
  try {
    return await use(writer);
  } finally {
    await writer.close();
  }
}

const rows = (length: number): { atMs: number }[] => Array.from({ length }, (_, atMs) => ({ atMs }));
const complaint = (status: number, error: string): Said => ({ status, body: JSON.stringify({ error }) });

const FAILURES: [what: string, said: Said, code: string][] = [
  ["a full disk", complaint(500, "write /data/1.wal: no space left on device"), "STORE_FULL"],
  [
    "a bound on series",
    complaint(400, "partial write: max-series-per-database limit exceeded: (1000000) dropped=1"),
    "STORE_FULL",
  ],
  ["a wrong password", complaint(401, "authorization failed"), "STORE_DENIED"],
  ["a user without rights", complaint(403, '"u" user is not authorized to write'), "STORE_DENIED"],
  ["too many requests", complaint(429, "slow down"), "STORE_BUSY"],
  ["a timeout inside", complaint(500, "timeout"), "STORE_UNAVAILABLE"],
  ["a proxy without a server", { status: 502, body: "<html>Bad Gateway</html>" }, "STORE_UNAVAILABLE"],
  ["a proxy that understands nothing", { status: 400, body: "<html>Bad Request</html>" }, "STORE_UNAVAILABLE"],
];
for (const [what, said, code] of FAILURES) {
  test(`${what} costs no reading: the whole batch is to be tried again`, async () => {
    answer = () => said;
    const failure: unknown = await withWriter((writer) => writer.write(batchOf(rows(3)))).catch(
      (thrown: unknown) => thrown,
    );
    assert.instance(failure, StoreError);
    assert.is((failure as StoreError).code, code);
    assert.is((failure as StoreError).retryable, true);
  });
}

test("bad points are found by halving, each with its reason, in few requests", async () => {
  const isBad = (line: string): boolean => line.endsWith(" 77000000") || line.endsWith(" 4000000000");
  answer = ({ body }) => {
    const bad = body.split("\n").filter(isBad);
    return bad.length === 0 ? STORED : complaint(400, `partial write: unable to parse '${bad[0] ?? ""}' dropped=0`);
  };
  const { refused } = await withWriter((writer) => writer.write(batchOf(rows(5_000))));
  assert.equal(
    refused.map(({ index, reason }) => [index, reason]),
    [
      [77, "store-refused"],
      [4_000, "store-refused"],
    ],
  );
  assert.match(refused[1]?.detail ?? "", "4000000000");
  const writes = heard.filter(({ url }) => url.includes("/write"));
  assert.ok(writes.length < 60, `${writes.length} requests`);
  const stored = new Set(writes.flatMap(({ body }) => (body.split("\n").some(isBad) ? [] : body.split("\n"))));
  assert.is(stored.size, 4_998);
});

test("a batch that is refused whole is not halved", async () => {
  answer = ({ body }) => complaint(400, `partial write: field type conflict dropped=${body.split("\n").length}`);
  const { refused } = await withWriter((writer) => writer.write(batchOf(rows(1_000))));
  assert.is(refused.length, 1_000);
  assert.is(heard.filter(({ url }) => url.includes("/write")).length, 1);
});

test("a request that is too large for something in between is halved until it fits", async () => {
  answer = ({ body }) => (body.length > 10_000 ? { status: 413, body: "" } : STORED);
  assert.equal(await withWriter((writer) => writer.write(batchOf(rows(1_000)))), { refused: [] });
});

test("the address may hold user, password and path", async () => {
  answer = () => STORED;
  await withWriter((writer) => writer.write(batchOf(rows(1))), `http://ingest:p%40ss@${origin}/influx/`);
  const basic = `Basic ${Buffer.from("ingest:p@ss").toString("base64")}`;
  assert.ok(heard.length >= 2 && heard.every(({ authorization }) => authorization === basic));
  assert.ok(heard.some(({ url }) => url === "/influx/write?db=readings&precision=ns"));
});

test("an address that makes no sense is refused at once, without repeating its password", async () => {
  for (const url of ["ftp://u:secret@host/", "secret"]) {
    const failure = await openReadingReader({ kind: "influx", url, database: "d" }).catch((thrown: unknown) => thrown);
    assert.is((failure as StoreError).code, "STORE_QUERY");
    assert.not.match((failure as StoreError).message, "secret");
  }
});

test("more writes than may wait are turned away, and those that wait are done", async () => {
  answer = () => STORED;
  await withWriter(async (writer) => {
    const writes = Array.from({ length: 18 }, (_, at) => writer.write(batchOf([{ atMs: at }])));
    const ends = await Promise.allSettled(writes);
    assert.is(ends.filter(({ status }) => status === "fulfilled").length, 17);
    const last = ends.at(-1) as PromiseRejectedResult;
    assert.is((last.reason as StoreError).code, "STORE_BUSY");
  });
});

test("live readings are written without looking for them first; late or doubtful ones are looked for", async () => {
  answer = () => STORED;
  const asked = (): string[] => heard.splice(0).map(({ url }) => url.split("?")[0] ?? "");
  await withWriter(async (writer) => {
    await writer.write(batchOf([{ atMs: 10 }]));
    assert.equal(asked(), ["/query", "/write"]);
    await writer.write(batchOf([{ atMs: 20 }]));
    assert.equal(asked(), ["/write"]);
    await writer.write(batchOf([{ atMs: 5 }]));
    assert.equal(asked(), ["/query", "/write"]);
    answer = () => complaint(500, "timeout");
    await writer.write(batchOf([{ atMs: 30 }])).catch(() => undefined);
    assert.equal(asked(), ["/write"]);
    answer = () => STORED;
    await writer.write(batchOf([{ atMs: 30 }]));
    assert.equal(asked(), ["/query", "/write"], "the write that failed may have been carried out");
  });
});

test("a reader says that the store is away", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const reader = await openReadingReader({ kind: "influx", url, database: "readings" });
  const failure: unknown = await reader.count().catch((thrown: unknown) => thrown);
  assert.is((failure as StoreError).code, "STORE_UNAVAILABLE");
  assert.is(((failure as StoreError).cause as { code?: string }).code, "ECONNREFUSED");
  await reader.close();
});

test.run();
