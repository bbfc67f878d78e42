// Numbers, times and durations as people read them. Nothing here looks at a clock.

export type Language = "en" | "zh";

const MINUS = "\u2212";
const NO_BREAK = "\u00a0";
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Decimals that a resolution shows: 0.1 has one, 0.5 has one, 1 and more have none. */
export function decimalsOf(resolution: number): number {
  if (!(resolution > 0) || !Number.isFinite(resolution)) return 1;
  for (let decimals = 0; decimals < 6; decimals++) {
    const steps = resolution * 10 ** decimals;
    if (Math.abs(steps - Math.round(steps)) < 1e-9 * Math.max(1, steps) && Math.round(steps) > 0) return decimals;
  }
  return 6;
}

/** A number with as many decimals as the resolution has, and a true minus sign; zero has none. */
export function formatNumber(value: number, resolution: number): string {
  const text = Math.abs(value).toFixed(decimalsOf(resolution));
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A UCUM code as it is written beside a number. */
export function unitText(unit: string): string {
  if (unit === "Cel") return "°C";
  if (unit === "deg") return "°";
  return unit === "1" ? "" : unit;
}

function withUnit(text: string, unit: string): string {
  const shown = unitText(unit);
  if (shown === "") return text;
  return shown === "°" ? text + shown : text + NO_BREAK + shown;
}

export function formatValue(value: number, resolution: number, unit: string): string {
  return withUnit(formatNumber(value, resolution), unit);
}

/** A limit as it stands in a profile: 8 °C, not 8.0 °C. */
export function formatLimit(limit: number, unit: string): string {
  const text = String(Number(Math.abs(limit).toFixed(6)));
  return withUnit(limit < 0 ? MINUS + text : text, unit);
}

/** `2–8 °C`, `at most −18 °C` or `at least 2 °C`, by the words given for the one-sided ones. */
export function formatLimits(
  limits: { readonly low: number | null; readonly high: number | null },
  unit: string,
  words: { atMost: string; atLeast: string },
): string {
  const { low, high } = limits;
  if (low !== null && high !== null) {
    const first = formatLimit(low, "1");
    // A range of negative numbers with a dash between them cannot be read.
    return low < 0 || high < 0 ? `${first} … ${formatLimit(high, unit)}` : `${first}–${formatLimit(high, unit)}`;
  }
  if (high !== null) return `${words.atMost}${NO_BREAK}${formatLimit(high, unit)}`;
  return low === null ? "" : `${words.atLeast}${NO_BREAK}${formatLimit(low, unit)}`;
}

const DURATION_WORDS = {
  en: { second: " s", minute: " min", hour: " h", day: " d", between: " " },
  zh: { second: " 秒", minute: " 分钟", hour: " 小时", day: " 天", between: " " },
} as const;

/** The two largest units that matter: `45 s`, `3 min`, `1 h 5 min`, `2 d 3 h`. Rounded down: never claims more than passed. */
export function formatDuration(durationMs: number, language: Language): string {
  const words = DURATION_WORDS[language];
  const ms = Math.max(0, durationMs);
  const part = (count: number, word: string): string => (count + word).replaceAll(" ", NO_BREAK);
  if (ms < MINUTE_MS) return part(Math.floor(ms / SECOND_MS), words.second);
  if (ms < HOUR_MS) return part(Math.floor(ms / MINUTE_MS), words.minute);
  const [large, largeWord, small, smallWord] =
    ms < DAY_MS
      ? [Math.floor(ms / HOUR_MS), words.hour, Math.floor((ms % HOUR_MS) / MINUTE_MS), words.minute]
      : [Math.floor(ms / DAY_MS), words.day, Math.floor((ms % DAY_MS) / HOUR_MS), words.hour];
  return small === 0 ? part(large, largeWord) : part(large, largeWord) + words.between + part(small, smallWord);
}

const LOCALES: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };
const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(language: Language, kind: "time" | "seconds" | "date"): Intl.DateTimeFormat {
  const key = `${language}/${kind}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(
    LOCALES[language],
    kind === "date"
      ? { day: "numeric", month: "short" }
      : { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(kind === "seconds" ? { second: "2-digit" } : {}) },
  );
  formats.set(key, made);
  return made;
}

/** Local time, with the date when it is not that of nowMs: `12:03`, `21 Nov 12:03`. */
export function formatTime(atMs: number, nowMs: number, language: Language, precision?: "seconds"): string {
  const time = dateFormat(language, precision ?? "time").format(atMs);
  const isToday = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return isToday ? time : `${dateFormat(language, "date").format(atMs)} ${time}`;
}

/** Whole numbers in groups: 46,212. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** A part of a whole in percent, rounded down so that 100 % means all: `99.9 %`. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = Math.floor((part / whole) * 1000) / 10;
  return `${percent === 100 ? "100" : percent.toFixed(1)}${NO_BREAK}%`;
}
