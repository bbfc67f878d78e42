import { createServer, connect, type Socket } from "node:net";
import { once } from "node:events";
import { assert, suite, until } from "../../../checks/kit.ts";
import { Link } from "./link.ts";

const test = suite("link");

async function echoServer(): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
}

async function opened(port: number): Promise<{ socket: Socket; got: () => string }> {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  let text = "";
  socket.on("data", (bytes: Buffer) => (text += bytes.toString()));
  await once(socket, "connect");
  return { socket, got: () => text };
}

test("what goes in comes out, both ways", async () => {
  const echo = await echoServer();
  const link = await Link.listen({ host: "127.0.0.1", port: echo.port });
  const { socket, got } = await opened(link.port);
  socket.write("cold");
  await until(() => got() === "cold", { what: "the echo" });
  socket.destroy();
  await link.close();
  echo.close();
});

test("cut breaks what is open and refuses what is new, until it is up again", async () => {
  const echo = await echoServer();
  const link = await Link.listen({ host: "127.0.0.1", port: echo.port });
  const before = await opened(link.port);
  await until(() => link.counters.accepted === 1, { what: "the relay" });
  link.set("cut");
  await until(() => before.socket.destroyed, { what: "the break" });
  const during = connect(link.port, "127.0.0.1").on("error", () => undefined);
  await until(() => during.destroyed, { what: "the refusal" });
  assert.is(link.counters.refused, 1);
  link.set("up");
  const after = await opened(link.port);
  after.socket.write("again");
  await until(() => after.got() === "again", { what: "the echo" });
  after.socket.destroy();
  await link.close();
  echo.close();
});

test("silent keeps connections and holds every byte back", async () => {
  const echo = await echoServer();
  const link = await Link.listen({ host: "127.0.0.1", port: echo.port });
  const { socket, got } = await opened(link.port);
  socket.write("a");
  await until(() => got() === "a", { what: "the first echo" });
  link.set("silent");
  socket.write("b");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.is(got(), "a");
  assert.not.ok(socket.destroyed);
  link.set("up");
  await until(() => got() === "ab", { what: "the held byte" });
  socket.destroy();
  await link.close();
  echo.close();
});

test.run();
