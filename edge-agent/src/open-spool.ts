// Opening a spool: whose it is, on which machine, how the last start ended.

import { openSpoolFile, type SpoolNotice } from "./spool-file.ts";
import { SpoolError } from "./spool-error.ts";
import { SpoolMeta } from "./spool-meta.ts";
import { Spool } from "./spool.ts";

export interface OpenSpoolOptions {
  readonly path: string;
  /** Bound of the database file; its write-ahead log adds a few megabytes. */
  readonly bytesMax: number;
  readonly gatewayId: string;
  /** What tells this machine from a clone of it; a spool from elsewhere goes on under a new epoch. */
  readonly machineId: string;
  /** Makes 32 random hex digits, of which no two are ever the same. */
  readonly newEpoch: () => string;
  readonly wallMs: number;
}

/** How the last run ended, as the start record says it. */
export interface SpoolStart {
  /** 1 there was none, 2 it stopped cleanly, 3 it was killed or lost its power. */
  readonly after: 1 | 2 | 3;
  /** Wall clock of its last sign of life, as it stood then. */
  readonly lastAliveMs: number | undefined;
}

export interface OpenedSpool {
  readonly spool: Spool;
  readonly start: SpoolStart;
  readonly notices: readonly SpoolNotice[];
}

/**
 * Opens the spool, or begins one. Throws SpoolError: `SPOOL_IN_USE`, `SPOOL_OTHER_GATEWAY`, `SPOOL_UNUSABLE`. A spool
 * that a newer agent wrote, or that is damaged, is set aside untouched and a new one begun: the notices say so.
 */
export function openSpool(options: OpenSpoolOptions): OpenedSpool {
  const file = openSpoolFile(options.path, options.bytesMax, options.wallMs);
  try {
    const meta = new SpoolMeta(file.db);
    const notices = [...file.notices];
    const owner = meta.get("gatewayId");
    if (owner !== undefined && owner !== options.gatewayId)
      throw new SpoolError(
        "SPOOL_OTHER_GATEWAY",
        `The spool ${options.path} belongs to gateway ${owner}, not ${options.gatewayId}: give each gateway a spool.path of its own.`,
      );
    const isClone = meta.get("machineId") !== undefined && meta.get("machineId") !== options.machineId;
    if (isClone) notices.push({ event: "new-epoch", reason: "the spool comes from another machine" });
    const known = meta.get("epoch");
    const epoch = known === undefined || isClone ? options.newEpoch() : known;
    const spool = new Spool({ file, meta, bytesMax: options.bytesMax, newEpoch: options.newEpoch }, epoch);
    const start = startOf(meta, spool);
    meta.set("gatewayId", options.gatewayId);
    meta.set("epoch", epoch);
    meta.set("machineId", options.machineId);
    meta.set("cleanStop", 0);
    meta.set("lastAliveMs", options.wallMs);
    return { spool, start, notices };
  } catch (error) {
    file.close();
    throw error;
  }
}

function startOf(meta: SpoolMeta, spool: Spool): SpoolStart {
  const touchedMs = meta.number("lastAliveMs");
  if (touchedMs === undefined) return { after: 1, lastAliveMs: undefined };
  // A record is a sign of life too, and usually the later one.
  const takenMs = spool.streams().flatMap(({ streamId, issued }) => {
    const last = issued === 0 ? undefined : spool.read(streamId, { first: issued, last: issued }).records[0];
    return last === undefined ? [] : [last.wallMs];
  });
  return { after: meta.get("cleanStop") === "1" ? 2 : 3, lastAliveMs: Math.max(touchedMs, ...takenMs) };
}
