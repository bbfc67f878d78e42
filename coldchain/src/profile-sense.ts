// Checks that a schema cannot make: whether limits can be met, and whether two rows say the same thing differently.
import { StabilityTableError, checkStabilityTable } from "./stability-budget.ts";
import { parseDurationMs } from "./duration.ts";

export interface Fault {
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly mend: string;
}

/** What could be read of a part that may be wrong in other ways. */
type Raw = Readonly<Record<string, unknown>>;

interface Claim {
  readonly index: number;
  readonly limit: number;
}

/** Works on unchecked content, so that it speaks up even where the shape has problems of its own. */
export function senseFaults(content: unknown): Fault[] {
  const claims = new Map<string, Claim[]>();
  return [
    ...rowsOf(content, "limits").flatMap(([row, index]) => [
      ...limitFaults(row, index),
      ...judgedFaults(row, ["limits", index]),
      ...claimFaults(row, index, claims),
    ]),
    ...rowsOf(content, "rates").flatMap(([row, index]) => [
      ...rateFaults(row, index),
      ...judgedFaults(row, ["rates", index]),
    ]),
    ...sameRateFaults(content),
    ...twiceFaults(content, "mkt", (row) => `${String(row["role"])} over ${String(row["window"])}`),
    ...twiceFaults(content, "stability", (row) => String(row["role"])),
    ...rowsOf(content, "stability").flatMap(([row, index]) => tableFaults(row, index)),
  ];
}

function isObject(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function rowsOf(content: unknown, key: string): [Raw, number][] {
  const rows: unknown = isObject(content) ? content[key] : undefined;
  return Array.isArray(rows)
    ? rows.flatMap((row: unknown, index): [Raw, number][] => (isObject(row) ? [[row, index]] : []))
    : [];
}

function limitFaults({ low, high, deadband }: Raw, index: number): Fault[] {
  const path = ["limits", index];
  if (low === undefined && high === undefined)
    return [{ path, problem: "this row has neither `low` nor `high`", mend: "give at least one of them" }];
  if (typeof low !== "number" || typeof high !== "number" || low >= high) return [];
  if (typeof deadband !== "number" || deadband < high - low) return [];
  return [
    {
      path: [...path, "deadband"],
      problem: `a deadband of ${deadband} leaves nothing between ${low} and ${high} to come back to`,
      mend: `write less than ${high - low}`,
    },
  ];
}

function rateFaults({ risePerHour, fallPerHour }: Raw, index: number): Fault[] {
  if (risePerHour !== undefined || fallPerHour !== undefined) return [];
  const problem = "this row has neither `risePerHour` nor `fallPerHour`";
  return [{ path: ["rates", index], problem, mend: "give at least one of them" }];
}

/** What limits and rates have in common. */
function judgedFaults(row: Raw, path: readonly (string | number)[]): Fault[] {
  const faults: Fault[] = [];
  const { quantity, role, consecutiveAllowance, allowances, gates } = row;
  if (role === "door" && quantity !== "door")
    faults.push({
      path: [...path, "role"],
      problem: `"door" cannot be the role of ${String(quantity)}`,
      mend: "write another role, or `quantity: door`",
    });
  if (consecutiveAllowance !== undefined && allowances !== undefined)
    faults.push({
      path: [...path, "consecutiveAllowance"],
      problem: "this row has `allowances` as well",
      mend: "keep one of the two forms; in the long one this is kind consecutive, breachWhen exceeded",
    });
  for (const [name, parts] of [
    ["allowances", allowances],
    ["gates", gates],
  ] as const) {
    const kinds = Array.isArray(parts) ? parts.map((part: unknown) => (isObject(part) ? part["kind"] : undefined)) : [];
    kinds.forEach((kind, at) => {
      if (typeof kind !== "string" || kinds.indexOf(kind) === at) return;
      const problem = `${name}[${kinds.indexOf(kind)}] is of kind ${kind} already`;
      faults.push({ path: [...path, name, at, "kind"], problem, mend: "keep one of each kind" });
    });
  }
  return faults;
}

/** Rows may share a side of one quantity and role at different limits, every low one below every high one. */
function claimFaults(row: Raw, index: number, claims: Map<string, Claim[]>): Fault[] {
  const faults: Fault[] = [];
  const target = `${String(row["quantity"])} at ${String(row["role"])}`;
  for (const side of ["low", "high"] as const) {
    const limit = row[side];
    if (typeof limit !== "number") continue;
    const path = ["limits", index, side];
    const claimed = claims.get(`${target} ${side}`) ?? [];
    const same = claimed.find((claim) => claim.limit === limit);
    if (same !== undefined) {
      faults.push({
        path,
        problem: `limits[${same.index}] already has a \`${side}\` of ${limit} for ${target}`,
        mend: "keep one of the two, with the allowances of both",
      });
      continue;
    }
    claims.set(`${target} ${side}`, [...claimed, { index, limit }]);
    const others = claims.get(`${target} ${side === "low" ? "high" : "low"}`) ?? [];
    const other = others.find((claim) => (side === "low" ? limit >= claim.limit : limit <= claim.limit));
    if (other === undefined) continue;
    const [low, high] = side === "low" ? [limit, other.limit] : [other.limit, limit];
    faults.push({
      path,
      problem: `no ${target} can keep a low of ${low} and a high of ${high}`,
      mend: "write a low that is below the high",
    });
  }
  return faults;
}

function sameRateFaults(content: unknown): Fault[] {
  const seen = new Map<string, number>();
  return rowsOf(content, "rates").flatMap(([row, index]) =>
    (["risePerHour", "fallPerHour"] as const).flatMap((name): Fault[] => {
      if (typeof row[name] !== "number") return [];
      const key = `${String(row["quantity"])} at ${String(row["role"])} ${name} ${row[name]}`;
      const before = seen.get(key);
      seen.set(key, before ?? index);
      if (before === undefined) return [];
      const problem = `rates[${before}] already has this \`${name}\``;
      return [{ path: ["rates", index, name], problem, mend: "keep one of the two" }];
    }),
  );
}

function twiceFaults(content: unknown, list: string, nameOf: (row: Raw) => string): Fault[] {
  const seen = new Map<string, number>();
  return rowsOf(content, list).flatMap(([row, index]): Fault[] => {
    const name = nameOf(row);
    const before = seen.get(name);
    seen.set(name, before ?? index);
    if (before === undefined) return [];
    return [{ path: [list, index, "role"], problem: `${list}[${before}] is for ${name} already`, mend: "keep one" }];
  });
}

function tableFaults(budget: Raw, index: number): Fault[] {
  const table = rowsOf(budget, "rows").map(([{ above, upTo, allowed }]) => ({
    aboveC: above,
    upToC: upTo,
    allowedMs: typeof allowed === "string" ? parseDurationMs(allowed) : undefined,
  }));
  const isWhole = (row: (typeof table)[number]): row is { aboveC: number; upToC: number; allowedMs: number } =>
    [row.aboveC, row.upToC, row.allowedMs].every((value) => typeof value === "number");
  if (table.length === 0 || !table.every(isWhole)) return [];
  try {
    checkStabilityTable(table);
    return [];
  } catch (error) {
    if (!(error instanceof StabilityTableError)) throw error;
    const mend = "write rows from cold to warm, each beginning where the one before ends";
    return [{ path: ["stability", index, "rows"], problem: error.message, mend }];
  }
}
