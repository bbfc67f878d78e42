// Durations as people write them in profiles: a number and one unit.

const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|min|h|d)$/;
const UNIT_MS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `250ms`, `30s`, `60min`, `10h` or `1d`; undefined when the text is anything else or no whole millisecond. */
export function parseDurationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const exactMs = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  const wholeMs = Math.round(exactMs);
  return Math.abs(exactMs - wholeMs) < 1e-6 ? wholeMs : undefined;
}
