// Run as a process of its own: appends records for ever and prints each number once the spool has it.

import { writeSync } from "node:fs";
import { draft, open } from "./spool-fixture.ts";

const { spool } = open(process.argv[2] as string);
for (let value = spool.streamOf("truck-1")?.issued ?? 0; ; value++) {
  const [taken] = spool.append([draft("truck-1", value)]);
  writeSync(1, `${taken?.record.number}\n`);
}
