// Checks that a schema cannot make: whether limits can be met, and whether two rows say the same thing differently.

export interface Fault {
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly mend: string;
}

/** What could be read of a row that may be wrong in other ways. */
interface RawRow {
  readonly quantity?: unknown;
  readonly role?: unknown;
  readonly low?: unknown;
  readonly high?: unknown;
  readonly deadband?: unknown;
}

interface Claim {
  readonly index: number;
  readonly limit: number;
}

/** Works on unchecked content, so that it speaks up even where the shape has problems of its own. */
export function limitFaults(content: unknown): Fault[] {
  const rows = isObject(content) && Array.isArray(content["limits"]) ? (content["limits"] as unknown[]) : [];
  const faults: Fault[] = [];
  const claims = new Map<string, Claim>();
  rows.forEach((row, index) => {
    if (!isObject(row)) return;
    faults.push(...rowFaults(row, index), ...claimFaults(row, index, claims));
  });
  return faults;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function rowFaults({ low, high, deadband }: RawRow, index: number): Fault[] {
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

/** Two rows may share the sides of one quantity and role, each side once, the low one below the high one. */
function claimFaults(row: RawRow, index: number, claims: Map<string, Claim>): Fault[] {
  const faults: Fault[] = [];
  const target = `${String(row.quantity)} at ${String(row.role)}`;
  for (const side of ["low", "high"] as const) {
    const limit = row[side];
    if (typeof limit !== "number") continue;
    const path = ["limits", index, side];
    const same = claims.get(`${target} ${side}`);
    if (same !== undefined) {
      faults.push({
        path,
        problem: `limits[${same.index}] already has a \`${side}\` for ${target}`,
        mend: "keep one of the two, or put the other into a profile of its own",
      });
      continue;
    }
    claims.set(`${target} ${side}`, { index, limit });
    const other = claims.get(`${target} ${side === "low" ? "high" : "low"}`);
    if (other === undefined || (side === "low" ? limit < other.limit : limit > other.limit)) continue;
    const [low, high] = side === "low" ? [limit, other.limit] : [other.limit, limit];
    faults.push({
      path,
      problem: `no ${target} can keep a low of ${low} and a high of ${high}`,
      mend: "write a low that is below the high",
    });
  }
  return faults;
}
