// Why a reading may or may not be believed. On the wire absence means good.

/** Every quality, in the order of its code: the position in this list is the number that is stored, so only ever append. */
export const QUALITIES = [
  "good",
  "device-timeout",
  "bad-crc",
  "sentinel",
  "out-of-physical-range",
  "probe-fault",
  "stuck",
  "clock-untrusted",
  "calibration-overdue",
  "stale",
] as const;

export type Quality = (typeof QUALITIES)[number];

/** 0 is good. */
export type QualityCode = number;

export const QUALITY_GOOD: QualityCode = 0;

const CODES = new Map<string, QualityCode>(QUALITIES.map((quality, code) => [quality, code]));

export function qualityCode(quality: Quality): QualityCode {
  return CODES.get(quality) as QualityCode;
}

/** The quality of a code, or undefined when the code is not one that this version knows. */
export function qualityOf(code: QualityCode): Quality | undefined {
  return QUALITIES[code];
}

export function isQuality(text: string): text is Quality {
  return CODES.has(text);
}
