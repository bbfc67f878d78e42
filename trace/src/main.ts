// The command isotherm-trace: says facts to the API server from files, and makes logins.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { parseProfile } from "@isotherm/coldchain";
import { traceClient } from "./api-client.ts";
import { TraceError } from "./errors.ts";
import { parseFactFile, type FileFact } from "./fact-file.ts";

const HELP = `isotherm-trace: shipments, what carries them, who drives

  isotherm-trace check FILE                      say what is wrong with a file of facts, without sending anything
  isotherm-trace apply FILE  --token-file F      say the facts of a file; saying the same again changes nothing
  isotherm-trace login PERSON --token-file F     print a login link for a person (--days N, default 1)

  --url URL          where the API server listens (default http://127.0.0.1:8080)
  --token-file F     the file that holds the installer's token (adminTokenFile of the API server)

A file of facts holds lists, each of which may be absent:
  profiles:  [{ file: gsp-cold-2-8.yaml }]       # limits; beside the file; from a date on with validFromMs
  tenants:   [{ tenantId: acme, title: Acme }]
  people:    [{ personId: wang, tenantId: acme, role: driver, name: 王师傅, language: zh }]
  assets:    [{ assetId: truck-7, tenantId: acme, kind: compartment, title: { en: Truck 7, zh: 7号车 } }]
  shipments:
    - shipmentId: s-1024
      tenantId: acme
      title: Vaccines to Nanjing
      goods: 1,200 doses
      profileIds: [gsp-cold-2-8]
      legs: [{ legId: s-1024-1, assetId: truck-7, fromMs: '2026-11-22T08:00:00+08:00', driverPersonId: wang }]
`;

function loadFacts(file: string): FileFact[] {
  const readProfile = (name: string): { profileId: string; version: number; text: string } => {
    const text = readFileSync(join(dirname(file), name), "utf8");
    const parsed = parseProfile(text, name);
    if ("problems" in parsed)
      throw new TraceError(
        "FACT_REFUSED",
        parsed.problems.map((p) => `${p.place}: ${p.problem} (${p.mend})`).join("; "),
      );
    return { profileId: parsed.profile.id, version: parsed.profile.version, text };
  };
  const parsed = parseFactFile(readFileSync(file, "utf8"), file, readProfile);
  if ("facts" in parsed) return parsed.facts;
  for (const { place, problem } of parsed.problems) console.error(`${place}: ${problem}`);
  process.exit(2);
}

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: "string", default: "http://127.0.0.1:8080" },
      "token-file": { type: "string" },
      days: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  });
  const [command, subject] = positionals;
  if (values.help || command === undefined || subject === undefined) {
    console.log(HELP);
    process.exit(values.help ? 0 : 2);
  }
  if (command === "check") {
    console.log(`${subject}: ${loadFacts(subject).length} facts, nothing wrong`);
    return;
  }
  const tokenFile = values["token-file"];
  if (tokenFile === undefined) throw new TraceError("TRACE_REQUEST", `${command} needs --token-file`);
  const client = traceClient(values.url, readFileSync(tokenFile, "utf8").trim());
  if (command === "apply") {
    for (const { kind, id, value } of loadFacts(subject)) {
      const { revision, added } = await client.put(kind, value);
      console.log(`${kind.padEnd(8)} ${id.padEnd(24)} ${added ? `said, revision ${revision}` : "as before"}`);
    }
  } else if (command === "login") {
    const { url, expiresAtMs } = await client.makeLogin(subject, Number(values.days) * 86_400_000);
    console.log(`${url}\nopens until ${new Date(expiresAtMs).toISOString()}`);
  } else throw new TraceError("TRACE_REQUEST", `there is no command ${command}; see --help`);
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
