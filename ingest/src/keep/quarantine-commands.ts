// What can be done about one entry of the quarantine: shown and exported from the state file, the rest asked of ingest itself.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type IngestConfig, readConfig } from "../config.ts";
import type { QuarantineAct, QuarantineAnswer } from "../quarantine-acts.ts";
import { quarantined, type QuarantinedEntry } from "../quarantine-table.ts";
import { openStateReadOnly } from "../state-db.ts";
import type { CommandPorts } from "./keep-commands.ts";
import { KeepError } from "./keep-error.ts";
import { entryText, showEntry } from "./quarantine-show.ts";

export const QUARANTINE_ACTIONS = ["show", "export", "retry", "discard"] as const;
export type QuarantineAction = (typeof QUARANTINE_ACTIONS)[number];

export const QUARANTINE_HELP = `isotherm-ingest quarantine --config FILE [--tenant ID] [--json]
isotherm-ingest quarantine show ID --config FILE [--json]
isotherm-ingest quarantine export ID --config FILE --to FILE
isotherm-ingest quarantine retry ID --config FILE --person ID --because TEXT [--json]
isotherm-ingest quarantine discard ID --config FILE --person ID --because TEXT [--json]

What could not be stored is kept as bytes with the reason, and its numbers count as accepted, so that one bad range never holds up a
gateway. Without an action: all entries, the newest first; the first column is the ID.

  show     the reason, what can be decoded of the bytes, and the bytes
  export   the bytes as they came, into a file
  retry    ingest reads them again, as after an upgrade; what can be read is stored and leaves the quarantine
  discard  the bytes are let go; what they were stays in the audit trail

  kinds    undecodable      a message that failed twice
           point-refused    a reading that the store refused; others of its record are stored
           number-conflict  another record came under a number that is stored; the first one stands (not for retry)
           anchor-conflict  another anchor came under an ordinal that is known; the first one stands (not for retry)

retry and discard are asked of the running ingest, at http.host and http.port of the configuration, with its token. Both are written
into the audit trail with the person and the words given.

Exit codes: 0 done, 1 could not be done (retry: it stays in quarantine), 2 wrong command or configuration.
`;

const OPTIONS = {
  config: { type: "string" },
  to: { type: "string" },
  person: { type: "string" },
  because: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const ANSWER_TIMEOUT_MS = 60_000;

/** What the command prints. Throws KeepError, ConfigError, StateFileError. */
export async function runQuarantineAction(args: readonly string[], ports: CommandPorts): Promise<string> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help === true) return QUARANTINE_HELP;
  const [action, id = "", ...more] = positionals as [QuarantineAction, ...string[]];
  if (values.config === undefined || !/^[1-9]\d{0,15}$/.test(id) || more.length > 0) throw usage(action);
  const config = readConfig(values.config, ports.environment);
  const quarantineId = Number(id);
  if (action === "retry" || action === "discard") {
    const { person: personId, because } = values;
    if (personId === undefined || because === undefined) throw usage(action);
    const answer = await ask(config, { quarantineId, act: action, personId, because });
    return values.json === true
      ? `${JSON.stringify(answer, null, 2)}\n`
      : `${quarantineId}: ${WORDS[answer.outcome]}\n`;
  }
  const entry = entryOf(config, quarantineId);
  if (action === "export") {
    if (values.to === undefined) throw usage(action);
    writeFileSync(values.to, entry.bytes, { mode: 0o600, flag: "wx" });
    return `${entry.bytes.length} bytes written to ${values.to}\n`;
  }
  const shown = showEntry(entry);
  return values.json === true ? `${JSON.stringify(shown, null, 2)}\n` : entryText(shown);
}

const WORDS: Readonly<Record<QuarantineAnswer["outcome"], string>> = {
  stored: "read and stored; it has left the quarantine",
  discarded: "let go; what it was stays in the audit trail",
  kept: "stays in quarantine",
  unknown: "not in quarantine",
};

function usage(action: QuarantineAction): KeepError {
  const line = QUARANTINE_HELP.split("\n").find((one) => one.startsWith(`isotherm-ingest quarantine ${action}`));
  return new KeepError("KEEP_USAGE", `${line ?? ""}\nSee isotherm-ingest quarantine --help.`);
}

function entryOf({ stateFile }: Pick<IngestConfig, "stateFile">, quarantineId: number): QuarantinedEntry {
  const db = openStateReadOnly(stateFile);
  try {
    const entry = quarantined(db, quarantineId);
    if (entry !== undefined) return entry;
  } finally {
    db.close();
  }
  throw new KeepError(
    "QUARANTINE_UNKNOWN",
    `${quarantineId} is not in quarantine; isotherm-ingest quarantine lists what is`,
  );
}

async function ask(
  { http, token }: Pick<IngestConfig, "http" | "token">,
  act: QuarantineAct,
): Promise<QuarantineAnswer> {
  if (http.port === 0)
    throw new KeepError(
      "INGEST_UNREACHABLE",
      "http.port is 0, a free one at every start; give it a number to be found at",
    );
  const host = http.host.includes(":") ? `[${http.host}]` : http.host;
  const url = `http://${host}:${http.port}/quarantine`;
  const reply = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(act),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new KeepError("INGEST_UNREACHABLE", `ingest does not answer at ${url}; it must run for this`, { cause });
  });
  const text = await reply.text();
  if (reply.status !== 200 && reply.status !== 404)
    throw new KeepError("INGEST_UNREACHABLE", `ingest at ${url} refuses (${reply.status}): ${text}`);
  const answer = JSON.parse(text) as QuarantineAnswer;
  if (answer.outcome === "unknown")
    throw new KeepError(
      "QUARANTINE_UNKNOWN",
      `${act.quarantineId} is not in quarantine; isotherm-ingest quarantine lists what is`,
    );
  if (answer.outcome === "kept")
    throw new KeepError(
      "QUARANTINE_KEPT",
      `${act.quarantineId} stays in quarantine: ${answer.reason ?? "it is as it was"}`,
    );
  return answer;
}
