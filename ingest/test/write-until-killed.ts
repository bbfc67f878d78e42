// Run as a process of its own: writes ten readings at a time and says so once each ten are durable, until it is killed.
import { openReadingWriter } from "../src/store/reading-store.ts";
import { batchOf } from "./reading-rows.ts";

const writer = await openReadingWriter({ kind: "sqlite", path: process.argv[2] as string });
for (let atMs = 0; ; atMs += 10) {
  await writer.write(batchOf(Array.from({ length: 10 }, (_, at) => ({ atMs: atMs + at }))));
  process.stdout.write(`${atMs + 10}\n`);
}
