// What retention would do and why, read from the state and the store while ingest runs.

import { AssignmentTable } from "../assignment-table.ts";
import type { IngestConfig } from "../config.ts";
import { expiredOf } from "../expired-table.ts";
import { openStateReadOnly } from "../state-db.ts";
import { openReadingReader } from "../store/open-reading-store.ts";
import type { SeriesId, TimeWindow } from "../store/reading-store.ts";
import { textTable } from "../text-table.ts";
import type { KeepPorts } from "./backup.ts";
import { Progress } from "./progress.ts";
import { firstOf } from "./retention-pass.ts";
import { retentionPlan, type RetentionStretch } from "./retention-plan.ts";
import type { RetentionTimes } from "./retention-times.ts";
import { tableCounts } from "./state-trim.ts";

export interface RetentionAccount {
  readonly nowMs: number;
  readonly times: RetentionTimes;
  readonly assets: readonly {
    readonly tenantId: string;
    readonly assetId: string;
    readonly channels: number;
    /** Null when it has no reading. */
    readonly oldestMs: number | null;
    /** Of the time from its oldest reading until now. */
    readonly stretches: readonly RetentionStretch[];
    readonly letGo: readonly TimeWindow[];
  }[];
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly expired: number }[];
}

/** @throws StateFileError, StoreError */
export async function explainRetention(
  config: Pick<IngestConfig, "stateFile" | "store" | "retention">,
  tenantId: string | undefined,
  ports: Pick<KeepPorts, "clock" | "say">,
): Promise<RetentionAccount> {
  const nowMs = ports.clock.wallMs();
  const { retention: times } = config;
  const db = openStateReadOnly(config.stateFile);
  const reader = await openReadingReader(config.store);
  const progress = new Progress(ports.clock, ports.say);
  try {
    const assignments = new AssignmentTable(db);
    const oldest = new Map<string, number>();
    const assets: RetentionAccount["assets"][number][] = [];
    const series = await reader.seriesList(tenantId === undefined ? {} : { tenantId });
    const byAsset = Map.groupBy(series, (each) => `${each.tenantId}/${each.assetId}`);
    for (const channels of byAsset.values()) {
      const [{ tenantId: tenant, assetId }] = channels as [SeriesId];
      const firstMs = await firstOf(reader, channels);
      oldest.set(tenant, Math.min(oldest.get(tenant) ?? Number.POSITIVE_INFINITY, firstMs));
      const isEmpty = firstMs === Number.POSITIVE_INFINITY;
      const window = { fromMs: Math.min(firstMs, nowMs), toMs: nowMs };
      assets.push({
        tenantId: tenant,
        assetId,
        channels: channels.length,
        oldestMs: isEmpty ? null : firstMs,
        stretches: isEmpty ? [] : retentionPlan(assignments.of(tenant, assetId), times.readingsMs, window, nowMs),
        letGo: expiredOf(db, tenant, assetId),
      });
      progress.tell("looking at assets", assets.length / byAsset.size);
    }
    return { nowMs, times, assets, tables: tableCounts(db, times, oldest, nowMs) };
  } finally {
    await reader.close();
    db.close();
  }
}

const TABLE_WORDS: Readonly<Record<string, string>> = {
  audit: "audit entries",
  gone: "ranges that gateways declared gone",
  gateway_record: "records of gateways about themselves",
  intent: "actions of people",
  birth: "births of gateways",
};

export function retentionText({ assets, tables }: RetentionAccount): string {
  const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
  const untilOf = ({ expired, keptUntilMs }: RetentionStretch): string => {
    if (expired) return "goes with the next pass";
    return keptUntilMs === null ? "not yet known" : day(keptUntilMs);
  };
  const rows = assets.flatMap(({ tenantId, assetId, stretches }) =>
    stretches.map((each) => [tenantId, assetId, day(each.fromMs), day(each.toMs), untilOf(each), each.because]),
  );
  const readings =
    rows.length === 0
      ? "no reading is stored here\n"
      : textTable(["tenant", "asset", "readings from", "to", "last one kept until", "because"], rows);
  const counts = tables.map(({ table, rows: all, expired }) => [TABLE_WORDS[table] ?? table, all, expired]);
  return `${readings}\n${textTable(["in the state file", "kept", "go with the next pass"], counts)}`;
}
