import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { assert, suite, tempDir, until } from "../../../checks/kit.ts";
import { endLeftovers, leftoversOf, listProcesses, noteDemo, runningDemo } from "./leftovers.ts";
import { systemScheduler } from "./ports.ts";

const test = suite("processes of earlier starts");

test("only what was started with a configuration of this very folder is a leftover", () => {
  const of = (pid: number, commandLine: string): { pid: number; commandLine: string } => ({ pid, commandLine });
  const processes = [
    of(2, "node ingest/src/main.ts --config /data/demo/config/ingest.yaml"),
    of(3, "node ingest/src/main.ts --config /data/demo-2/config/ingest.yaml"),
    of(4, "vim /data/demo/notes"),
  ];
  assert.equal(
    leftoversOf("/data/demo", processes).map(({ pid }) => pid),
    [2],
  );
});

test("a pid that somebody else has by now is no demonstration", async () => {
  const file = `${await tempDir()}/demo.json`;
  assert.is(runningDemo(file, listProcesses()), undefined);
  noteDemo(file, 7);
  assert.is(runningDemo(file, [{ pid: 7, commandLine: "bash" }]), undefined);
  assert.is(runningDemo(file, [{ pid: 7, commandLine: "node simulators/src/demo/main.ts" }]), 7);
  writeFileSync(file, '{"pi');
  assert.is(runningDemo(file, [{ pid: 7, commandLine: "node simulators/src/demo/main.ts" }]), undefined);
});

test("what a killed demonstration left behind has gone when the next one starts", async () => {
  const folder = await tempDir();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", `${folder}/config/ingest.yaml`]);
  const isGone = new Promise<string | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  await until(() => leftoversOf(folder, listProcesses()).length === 1, {
    deadlineMs: 5_000,
    what: "the child is seen",
  });
  await endLeftovers(`${folder}/demo.json`, folder, systemScheduler);
  assert.equal(leftoversOf(folder, listProcesses()), []);
  assert.is(await isGone, "SIGKILL");
});

test("a demonstration that still plays in the folder is left alone, and its visitor told so", async () => {
  const folder = await tempDir();
  const args = ["-e", "setInterval(() => {}, 1000)", "demo/main.ts", `${folder}/config/ingest.yaml`];
  const child = spawn(process.execPath, args);
  try {
    noteDemo(`${folder}/demo.json`, child.pid ?? 0);
    await until(() => leftoversOf(folder, listProcesses()).length === 1, { deadlineMs: 5_000, what: "it is seen" });
    const told = await endLeftovers(`${folder}/demo.json`, folder, systemScheduler).catch(
      (error: unknown) => (error as Error).message,
    );
    assert.match(String(told), /already playing .* End it with q/);
    assert.is(child.exitCode, null);
  } finally {
    child.kill("SIGKILL");
  }
});

test.run();
