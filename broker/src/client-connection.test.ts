import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { VirtualTime } from "@isotherm/coldchain";
import { assert, suite, until } from "../../checks/kit.ts";
import { ClientConnection } from "./client-connection.ts";
import type { ClientCutError } from "./errors.ts";

const test = suite("client connections");

const BOUNDS = { payloadBytesMax: 1_024, outputBytesMax: 1_048_576, drainMsMax: 1_000 };

async function pair(time: VirtualTime, bounds = BOUNDS): Promise<{ connection: ClientConnection; peer: Socket }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const peer = connect(address.port, "127.0.0.1");
  peer.on("error", () => undefined);
  const [socket] = (await once(server, "connection")) as [Socket];
  server.close();
  const connection = new ClientConnection(socket, bounds, time);
  connection.on("error", () => undefined);
  return { connection, peer };
}

/** Fills the kernel's buffers until output waits here. */
async function clog(connection: ClientConnection): Promise<void> {
  await until(
    async () => {
      connection.write(Buffer.alloc(65_536));
      await new Promise((next) => setImmediate(next));
      return connection.outputBytes > 200_000;
    },
    { everyMs: 1, what: "output to wait" },
  );
}

test("what is written reaches the peer whole and in order, in both directions", async () => {
  const { connection, peer } = await pair(new VirtualTime(0));
  const sent = Buffer.from(Array.from({ length: 900_000 }, (_, at) => at % 251));
  const received: Buffer[] = [];
  peer.on("data", (chunk: Buffer) => received.push(chunk));
  for (let at = 0; at < sent.length; at += 9_000) connection.write(sent.subarray(at, at + 9_000));
  await until(() => Buffer.concat(received).length === sent.length, { what: "all bytes" });
  assert.ok(Buffer.concat(received).equals(sent));
  peer.end(Buffer.from([0xc0, 0]));
  const heard: Buffer[] = [];
  connection.on("data", (chunk: Buffer) => heard.push(chunk));
  await once(connection, "close");
  assert.equal(Buffer.concat(heard), Buffer.from([0xc0, 0]));
  assert.is(connection.errored, null);
});

test("a peer that takes nothing is cut off when drainMsMax has passed, and not before", async () => {
  const time = new VirtualTime(0);
  const { connection, peer } = await pair(time);
  peer.pause();
  await clog(connection);
  time.advance(BOUNDS.drainMsMax - 1);
  assert.not(connection.destroyed);
  time.advance(1);
  assert.ok(connection.destroyed);
  assert.is((connection.errored as ClientCutError).code, "DRAIN_TIMEOUT");
  assert.is(time.pending, 0);
  peer.destroy();
});

test("a peer that begins to read again in time stays", async () => {
  const time = new VirtualTime(0);
  const { connection, peer } = await pair(time);
  peer.pause();
  await clog(connection);
  time.advance(BOUNDS.drainMsMax - 1);
  peer.resume();
  await until(() => connection.outputBytes === 0, { what: "the output to drain" });
  assert.is(time.pending, 0);
  time.advance(60_000);
  assert.not(connection.destroyed);
  peer.destroy();
  await until(() => connection.destroyed, { what: "the connection to follow its peer" });
});

test("output over the bound ends the connection at once, whatever the clock says", async () => {
  const time = new VirtualTime(0);
  const { connection, peer } = await pair(time);
  peer.pause();
  await clog(connection);
  for (let n = 0; n < 17; n++) connection.write(Buffer.alloc(65_536));
  assert.ok(connection.destroyed);
  assert.is((connection.errored as ClientCutError).code, "OUTPUT_FULL");
  assert.is(time.pending, 0);
  peer.destroy();
});

test("a packet announced over the bound ends the connection before its body arrives", async () => {
  const { connection, peer } = await pair(new VirtualTime(0));
  connection.resume();
  peer.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
  await until(() => connection.destroyed, { what: "the cut" });
  assert.is((connection.errored as ClientCutError).code, "PACKET_TOO_LARGE");
  peer.destroy();
});

test.run();
