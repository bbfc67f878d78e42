// Digests of a stream's newest numbers, gathered with the stream itself until they fill a row: a row a number would be
// most of what accepting it costs. Pure.

/** Hex digits of one digest. */
export const DIGEST_DIGITS = 16;
/** Digests in a full tail. */
export const TAIL_MAX = 16;

export interface DigestTail {
  tailFirst: number;
  tail: string;
}

/** Digests of consecutive numbers, as hex one after the other. */
export interface DigestRun {
  readonly first: number;
  readonly digests: string;
}

/** The digest of a number, if the run holds it. */
export function digestIn({ first, digests }: DigestRun, number: number): string | undefined {
  const at = (number - first) * DIGEST_DIGITS;
  return at >= 0 && at < digests.length ? digests.slice(at, at + DIGEST_DIGITS) : undefined;
}

/**
 * Adds digests by number, in the order in which they came; each number is new. Gives the runs that are now to be stored
 * as rows: full tails, and numbers that did not come next.
 */
export function addToTail(tail: DigestTail, digests: ReadonlyMap<number, string>): DigestRun[] {
  const runs: DigestRun[] = [];
  const late: { first: number; digests: string }[] = [];
  for (const [number, digest] of digests) {
    const next = tail.tailFirst + tail.tail.length / DIGEST_DIGITS;
    if (number < next && tail.tail !== "") addLate(late, number, digest);
    else {
      if (number !== next) {
        if (tail.tail !== "") runs.push({ first: tail.tailFirst, digests: tail.tail });
        tail.tail = "";
        tail.tailFirst = number;
      }
      tail.tail += digest;
      if (tail.tail.length < TAIL_MAX * DIGEST_DIGITS) continue;
      runs.push({ first: tail.tailFirst, digests: tail.tail });
      tail.tailFirst = number + 1;
      tail.tail = "";
    }
  }
  return [...runs, ...late];
}

/** Numbers that come after later ones mostly come in runs of their own. */
function addLate(late: { first: number; digests: string }[], number: number, digest: string): void {
  const run = late.at(-1);
  if (run !== undefined && run.first + run.digests.length / DIGEST_DIGITS === number) run.digests += digest;
  else late.push({ first: number, digests: digest });
}
