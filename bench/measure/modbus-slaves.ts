// The far end of the bridge's benchmark, in a process of its own so that its work is not counted: simulated slaves on a
// paced serial line (`rtu PATH BAUD UNITS`) or behind a TCP port (`tcp UNITS`). "silent 15" on stdin silences a unit.

import { createInterface } from "node:readline";
import { modbusRtuLine, modbusTcpServer, tableRegisters } from "@isotherm/simulators";
import type { RegisterModel } from "@isotherm/simulators";

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
const realTime = {
  wallMs: () => performance.timeOrigin + performance.now(),
  monotonicMs: () => performance.now(),
  after(delayMs: number, run: () => void) {
    const timer = startTimer(run, delayMs);
    return () => stopTimer(timer);
  },
};

function models(count: number): Map<number, RegisterModel> {
  const five = { 4: { 0: 65_349, 1: 653, 2: 40, 3: 35, 4: 81 } };
  return new Map(Array.from({ length: count }, (_, at) => [at + 1, tableRegisters(five)]));
}

const [kind, ...rest] = process.argv.slice(2);
const far =
  kind === "tcp"
    ? await modbusTcpServer({ units: models(Number(rest[0])) })
    : await modbusRtuLine({
        path: rest[0] as string,
        baudRate: Number(rest[1]),
        units: models(Number(rest[2])),
        clock: realTime,
        scheduler: realTime,
      });
const told = createInterface({ input: process.stdin });
// The bench has gone without a word.
told.once("close", () => process.exit(1));
told.on("line", (line) => {
  const [word, unit] = line.split(" ");
  if (word === "end") void far.close().then(() => process.exit(0));
  else far.setSilent(Number(unit), word === "silent");
});
console.log(`ready ${"port" in far ? far.port : far.path}`);
