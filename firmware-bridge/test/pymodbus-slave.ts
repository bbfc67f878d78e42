// Starts the slave that is not ours.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../../checks/kit.ts";

export type RegisterKind = "input" | "holding" | "discrete" | "coil";
/** A value that pymodbus itself puts into holding registers: address, type, order of bytes, value. */
export type TypedCell = readonly [number, "s16" | "u16" | "s32" | "u32" | "f32" | "f64", string, number];
/** "count" is a register that tells its address and how often it was read. */
export type SlaveUnit = Readonly<Partial<Record<RegisterKind, Readonly<Record<number, number | "count">>>>> & {
  readonly typed?: readonly TypedCell[];
};
export type SlaveTable = Readonly<Record<number, SlaveUnit>>;

export interface PymodbusSlave {
  close(): Promise<void>;
}

/** `port` is a serial port, or `tcp:NUMBER` on 127.0.0.1. */
export async function pymodbusSlave(
  folder: string,
  port: string,
  baudRate: number,
  table: SlaveTable,
): Promise<PymodbusSlave> {
  const file = join(folder, "table.json");
  writeFileSync(file, JSON.stringify(table));
  const script = fileURLToPath(new URL("pymodbus_server.py", import.meta.url));
  const python = spawn("/usr/bin/python3", [script, port, String(baudRate), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => python.once("exit", () => resolve()));
  let said = "";
  python.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  await until(() => said.includes("ready"), { what: "pymodbus to listen", deadlineMs: 30_000 });
  return {
    async close() {
      python.kill("SIGKILL");
      await ended;
    },
  };
}
