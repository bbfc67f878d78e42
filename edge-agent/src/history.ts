// A spool that begins with a past: devices are sampled in virtual time, by the code that samples them in real time, as if
// the gateway had been out of coverage since.

import { QUALITY_GOOD, VirtualTime } from "@isotherm/coldchain";
import { anchorOptionsOf } from "./agent.ts";
import type { AgentConfig } from "./config-schema.ts";
import { declarationsOf } from "./declarations.ts";
import { startDraft } from "./gateway-stream.ts";
import { openSpool } from "./open-spool.ts";
import type { RecordDraft } from "./record-draft.ts";
import { RecordIntake } from "./record-intake.ts";
import { draftOf, roundsOf, type DeviceSource, type SamplingRound } from "./sampling.ts";

export interface RecordHistoryOptions {
  readonly config: AgentConfig;
  /** Where the spool is; the agent will open the same. */
  readonly spoolPath: string;
  /** Makes the devices that live in this virtual time. */
  readonly devicesAt: (time: VirtualTime) => DeviceSource;
  /** UTC milliseconds; samplings fall on multiples of the periods from `fromMs` up to, not including, `toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The same that the agent will have, or it begins a new epoch. */
  readonly machineId: string;
  /** 32 random hex digits, never the same twice. */
  readonly newEpoch: () => string;
}

export interface RecordedHistory {
  readonly records: number;
  readonly goodReadings: number;
}

/** Records in one transaction: few enough that a full spool can wait with them in memory. */
const RECORDS_AT_ONCE = 1000;

/** Records what the devices would have given. Throws SpoolError, `SPOOL_FULL` when the past does not fit. */
export async function recordHistory(options: RecordHistoryOptions): Promise<RecordedHistory> {
  const { config, spoolPath, fromMs, toMs, machineId, newEpoch } = options;
  const time = new VirtualTime(fromMs);
  const { spool, start } = openSpool({
    path: spoolPath,
    bytesMax: config.spool.bytesMax,
    gatewayId: config.gatewayId,
    machineId,
    newEpoch,
    wallMs: fromMs,
  });
  const history = { records: 0, goodReadings: 0 };
  try {
    spool.declare(declarationsOf(config));
    let refused: Error | undefined;
    const intake = new RecordIntake({
      spool,
      clock: time,
      anchors: anchorOptionsOf(config),
      // A boot of its own, long over when the agent starts.
      machineBootId: `history ${newEpoch()}`,
      onTaken: (taken) => (history.records += taken.length),
      onFull: (_isFull, error) => (refused = error),
    });
    intake.take([startDraft(intake.instant(), start)]);
    const rounds = roundsOf(config, options.devicesAt(time));
    for await (const drafts of batches(rounds, time, toMs, intake)) {
      for (const { readings } of drafts)
        for (const { quality } of readings) if (quality === QUALITY_GOOD) history.goodReadings++;
      intake.take(drafts);
      if (refused !== undefined) throw refused;
    }
    return history;
  } finally {
    spool.close(time.wallMs(), { isClean: true });
  }
}

async function* batches(
  rounds: readonly SamplingRound[],
  time: VirtualTime,
  toMs: number,
  intake: RecordIntake,
): AsyncGenerator<RecordDraft[]> {
  const due = rounds.map((round) => ({ round, atMs: Math.ceil(time.wallMs() / round.everyMs) * round.everyMs }));
  let drafts: RecordDraft[] = [];
  for (;;) {
    const next = due.reduce((first, one) => (one.atMs < first.atMs ? one : first), due[0] ?? never(toMs));
    if (next.atMs >= toMs) break;
    time.advance(next.atMs - time.wallMs());
    const answers = await Promise.all(next.round.devices.map(({ poll }) => poll.read()));
    drafts.push(draftOf(next.round, intake.instant(), answers));
    next.atMs += next.round.everyMs;
    if (drafts.length < RECORDS_AT_ONCE) continue;
    yield drafts;
    drafts = [];
  }
  time.advance(toMs - time.wallMs());
  if (drafts.length > 0) yield drafts;
}

/** What a configuration without rounds is asked for next. */
function never(toMs: number): { round: SamplingRound; atMs: number } {
  return { round: { assetId: "", everyMs: toMs, devices: [] }, atMs: toMs };
}
