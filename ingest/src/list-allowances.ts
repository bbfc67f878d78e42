// Brings what was stored when a limit had one consecutive allowance to lists of allowances of every kind.

import type { DatabaseSync } from "node:sqlite";

type Plain = Record<string, unknown>;

/** Profiles as they are judged by, and results with what they did not tell before; the next judging fills it in. */
export function listAllowances(db: DatabaseSync): void {
  rewrite(db, "assignment", "assignment_key", "fact", (fact) => ({
    ...fact,
    profile: withAllowances(fact["profile"] as Plain),
  }));
  rewrite(db, "profile_change", "tenant_id || char(10) || profile_id", "former", withAllowances);
  rewrite(db, "excursion", "excursion_id", "result", (result) => ({
    ...result,
    lastValue: result["peak"],
    degreeMinutes: 0,
    breaches: [],
    spentBeforeMs: 0,
  }));
}

function withAllowances(profile: Plain): Plain {
  const limits = (profile["limits"] as Plain[]).map(({ consecutiveAllowanceMs, ...row }) =>
    "allowances" in row
      ? row
      : { ...row, allowances: [{ kind: "consecutive", allowedMs: consecutiveAllowanceMs, breachWhen: "exceeded" }] },
  );
  return { ...profile, limits };
}

function rewrite(db: DatabaseSync, table: string, key: string, column: string, change: (body: Plain) => Plain): void {
  const update = db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`);
  for (const row of db.prepare(`SELECT ${key} AS id, ${column} AS body FROM ${table}`).all()) {
    const body = JSON.parse(String(row["body"])) as Plain;
    update.run(JSON.stringify(change(body)), String(row["id"]));
  }
}
