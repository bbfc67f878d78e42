// Units that values come in, and the unit that each is kept in.

interface UnitTerms {
  /** UCUM code of the unit that readings are kept in. */
  readonly kept: string;
  readonly convert: (value: number) => number;
}

const same = (value: number): number => value;
const celsius: UnitTerms = { kept: "Cel", convert: same };
const fahrenheit: UnitTerms = { kept: "Cel", convert: (value) => (value - 32) / 1.8 };

const UNITS = new Map<string, UnitTerms>([
  ["Cel", celsius],
  ["°C", celsius],
  ["C", celsius],
  ["[degF]", fahrenheit],
  ["°F", fahrenheit],
  ["F", fahrenheit],
  ["K", { kept: "Cel", convert: (value) => value - 273.15 }],
  ...["%", "1", "deg", "m/s", "V", "A", "W", "Pa", "hPa", "lx", "dB", "[ppm]", "kg", "L"].map(
    (unit): [string, UnitTerms] => [unit, { kept: unit, convert: same }],
  ),
  ["km/h", { kept: "m/s", convert: (value) => value / 3.6 }],
  ["mV", { kept: "V", convert: (value) => value / 1000 }],
]);

export const UNIT_NAMES: readonly string[] = [...UNITS.keys()];

export function unitTerms(unit: string): UnitTerms | undefined {
  return UNITS.get(unit);
}

/** Digits of a double that a conversion leaves true; the rest is dust. */
const TRUE_DIGITS = 13;

/** 46.58 °F is 8.1 °C, not 8.099999999999998. */
export function withoutDust(value: number): number {
  return Number(value.toPrecision(TRUE_DIGITS));
}

const FLOAT32_DIGITS_MAX = 9;

/**
 * The shortest decimal that reads back as the same float32: a gateway that sends 8.1 as Float sends 8.100000381469727,
 * which is above a limit of 8.1. Values that are no float32, and whole numbers, stay as they are.
 */
export function shortestDecimal(value: number): number {
  if (Math.fround(value) !== value || Number.isInteger(value) || !Number.isFinite(value)) return value;
  for (let digits = 1; digits < FLOAT32_DIGITS_MAX; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return Number(value.toPrecision(FLOAT32_DIGITS_MAX));
}
