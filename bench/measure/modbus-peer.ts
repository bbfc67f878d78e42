// What the benchmark of the bridge compares with, and the processes that it needs: modbus-serial, and the slaves.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The part of modbus-serial that is used here. */
export interface ModbusSerialClient {
  connectRTUBuffered(path: string, options: { baudRate: number }): Promise<void>;
  connectTCP(host: string, options: { port: number }): Promise<void>;
  setID(unit: number): void;
  setTimeout(timeoutMs: number): void;
  readInputRegisters(address: number, count: number): Promise<{ data: number[] }>;
  close(done: () => void): void;
}

/** It is a development dependency of the bridge, whose tests hold themselves against it, so it is looked up from there. */
export function modbusSerialClient(): ModbusSerialClient {
  const requireThere = createRequire(new URL("../../firmware-bridge/package.json", import.meta.url));
  const Client = requireThere("modbus-serial") as new () => ModbusSerialClient;
  return new Client();
}

export interface Slaves {
  /** The port or path that they said. */
  readonly address: string;
  tell(line: string): void;
  close(): Promise<void>;
}

export async function slaves(...args: readonly string[]): Promise<Slaves> {
  const file = join(import.meta.dirname, "modbus-slaves.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the slaves ended before they were ready")));
    child.stdout.on("data", (bytes: Buffer) => {
      const said = /ready (\S+)/.exec(bytes.toString());
      if (said) resolve(said[1] as string);
    });
  });
  return {
    address,
    tell: (line) => void child.stdin.write(`${line}\n`),
    async close() {
      child.stdin.write("end\n");
      await ended;
    },
  };
}
