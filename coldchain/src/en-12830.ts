// What EN 12830 asks of temperature recorders for transport, in numbers.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * EN 12830:1999, 4.9.2.2, transport: at most 5 minutes between records of a trip shorter than 24 hours, 15 minutes for one
 * of 24 hours to 7 days, 60 minutes for a longer one.
 *
 * @throws RangeError for a length that is negative or not a number
 */
export function en12830RecordIntervalMsMax(tripMs: number): number {
  if (!(tripMs >= 0)) throw new RangeError(`${tripMs} ms is no length of a trip`);
  if (tripMs < DAY_MS) return 5 * MINUTE_MS;
  return (tripMs <= 7 * DAY_MS ? 15 : 60) * MINUTE_MS;
}

/**
 * The maximum error of a recorder as a plus-minus figure in °C, and the resolution that it must have at least. Class 1 is EN
 * 12830:1999, 4.9.2.1; class 2 we know from memory alone and have not seen in the text.
 */
export const EN_12830_CLASSES = {
  1: { errorC: 1, resolutionC: 0.5 },
  2: { errorC: 2, resolutionC: 1 },
} as const;
