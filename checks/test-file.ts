/** The child process in which one test file runs: `node test-file.ts <file>`; it reports on file descriptor 3. */
import { writeSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { listen, reportStray, runDeclared, type TestEvent } from "./suite.ts";
import { removeTempDirs } from "./surroundings.ts";

const REPORT_FD = 3;

// Written synchronously, so that the runner knows which test was running even when that test never yields.
function send(event: TestEvent): void {
  const line = Buffer.from(`${JSON.stringify(event)}\n`);
  let sent = 0;
  while (sent < line.length) {
    try {
      sent += writeSync(REPORT_FD, line, sent);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

const file = process.argv[2];
if (file === undefined) throw new Error("name the test file; people use checks/run-tests.ts");
listen(send);
process.on("unhandledRejection", (reason) => reportStray("unhandled rejection", reason));
process.on("uncaughtException", (error) => reportStray("uncaught exception", error));
try {
  await import(pathToFileURL(resolve(file)).href);
  await runDeclared();
} catch (thrown) {
  reportStray("the file could not be loaded", thrown);
}
try {
  await removeTempDirs();
} catch (thrown) {
  reportStray("removing temporary folders", thrown);
}
send({ kind: "done" });
// Servers and timers that a test left open must not keep the file alive.
process.exit(0);
