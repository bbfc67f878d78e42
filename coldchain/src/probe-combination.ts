// Several probes of one quantity and role, made into the one series that is judged.
import type { ReadingSlice } from "./excursion.ts";
import type { Rule } from "./rule.ts";

/**
 * The median or the worst of several channels: one reading at every instant at which a member has a good one, made of the
 * values that stand then. A member's reading stands until its next good one, and less than the gap; of several at one
 * instant the last counts. The order of the members does not matter.
 *
 * `worst` is the value furthest to the rule's side; `median` the middle one, of an even number the one of the two middle
 * ones that is further to that side.
 */
export function combinedReadings(
  { measure, side, gapMs }: Pick<Rule, "side" | "gapMs"> & { readonly measure: "median" | "worst" },
  members: readonly ReadingSlice[],
): ReadingSlice {
  const room = members.reduce((sum, { count }) => sum + count, 0);
  const atMs = new Float64Array(room);
  const value = new Float64Array(room);
  const next = members.map((member) => goodFrom(member, 0));
  const last = members.map((): { atMs: number; value: number } | null => null);
  let count = 0;
  for (;;) {
    let nowMs = Infinity;
    members.forEach((member, m) => (nowMs = Math.min(nowMs, member.atMs[next[m] as number] ?? Infinity)));
    if (nowMs === Infinity) break;
    members.forEach((member, m) => {
      while (member.atMs[next[m] as number] === nowMs && (next[m] as number) < member.count) {
        last[m] = { atMs: nowMs, value: member.value[next[m] as number] as number };
        next[m] = goodFrom(member, (next[m] as number) + 1);
      }
    });
    const standing = last.flatMap((one) => (one !== null && nowMs - one.atMs < gapMs ? one.value : []));
    atMs[count] = nowMs;
    value[count++] = chosen(standing, measure, side);
  }
  return { count, atMs: atMs.subarray(0, count), value: value.subarray(0, count), good: new Uint8Array(count).fill(1) };
}

/** The next reading that counts; beyond the columns, so that it has no time, when there is none. */
function goodFrom({ count, value, good }: ReadingSlice, from: number): number {
  let i = from;
  while (i < count && (good[i] !== 1 || !Number.isFinite(value[i]))) i++;
  return i < count ? i : Number.MAX_SAFE_INTEGER;
}

function chosen(values: readonly number[], measure: "median" | "worst", side: Rule["side"]): number {
  const inToOut = [...values].sort((a, b) => (side === "high" ? a - b : b - a));
  return (measure === "worst" ? inToOut.at(-1) : inToOut[inToOut.length >> 1]) as number;
}

/** The finest resolution of several; 0, unknown, when one of them is. */
export function finestResolution(resolutions: readonly number[]): number {
  const finest = Math.min(...resolutions);
  return finest > 0 && Number.isFinite(finest) ? finest : 0;
}
