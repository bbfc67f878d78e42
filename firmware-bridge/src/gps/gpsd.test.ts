// A gpsd in the narrow: it greets, and sends a receiver's sentences to whoever asks for them.

import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { assert, suite, until } from "../../../checks/kit.ts";
import { realTime } from "../../test/real-time.ts";
import { gpsDevice } from "./gps-device.ts";
import { gpsdTransport } from "./gpsd.ts";

const test = suite("gpsd");

const FIX = "$GPRMC,101530.00,A,3113.8000,N,12128.4000,E,19.438,,150626,,,A*43\r\n";

interface Gpsd {
  readonly server: Server;
  readonly port: number;
  readonly asked: string[];
  readonly sockets: Socket[];
}

async function gpsd(): Promise<Gpsd> {
  const asked: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.write('{"class":"VERSION","release":"3.22","proto_major":3,"proto_minor":14}\r\n');
    socket.on("data", (bytes) => {
      const request = bytes.toString("latin1");
      asked.push(request);
      if (request.startsWith("?WATCH=")) socket.write(`{"class":"DEVICES","devices":[]}\r\n${FIX}`);
    });
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, port: (server.address() as AddressInfo).port, asked, sockets };
}

test("is asked for the receiver's own sentences at every connection", async () => {
  const { server, port, asked, sockets } = await gpsd();
  const gps = gpsDevice({
    transport: gpsdTransport({ host: "127.0.0.1", port, connectTimeoutMs: 2000, device: "/dev/ttyUSB0" }),
    channels: { latitude: "latitude/truck", longitude: "longitude/truck" },
    staleAfterMs: 5000,
    clock: realTime,
  });
  for (let connection = 1; connection <= 2; connection += 1) {
    await until(
      async () => {
        const readings = await gps.read();
        return asked.length === connection && readings.every(({ quality }) => quality === "good");
      },
      { what: `a position from connection ${connection}` },
    );
    const [, settings = ""] = /^\?WATCH=(.*);\n$/.exec(asked.at(-1) ?? "") ?? [];
    assert.equal(JSON.parse(settings), { enable: true, raw: 1, device: "/dev/ttyUSB0" });
    for (const socket of sockets.splice(0)) socket.destroy();
  }
  await gps.close();
  await new Promise((closed) => server.close(closed));
});

test.run();
