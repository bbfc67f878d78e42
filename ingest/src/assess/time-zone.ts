// Local times of a zone, as instants.
import { AssessRefusal } from "./refusal.ts";
import { offsetMinutesOf } from "./time-cell.ts";

const MINUTE_MS = 60_000;
const HALF_DAY_MS = 43_200_000;
/** No zone changes its offset but on a quarter of an hour. */
const STEP_MS = 15 * MINUTE_MS;

export class TimeZone {
  readonly name: string;
  readonly #fixedMs: number | undefined;
  readonly #format: Intl.DateTimeFormat | undefined;
  readonly #offsets = new Map<number, number>();

  /** @throws AssessRefusal when neither an IANA name nor an offset such as `+08:00` */
  constructor(name: string) {
    this.name = name;
    const minutes = offsetMinutesOf(name);
    if (minutes !== undefined) {
      this.#fixedMs = minutes * MINUTE_MS;
      return;
    }
    try {
      const figures = {
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
      } as const;
      this.#format = new Intl.DateTimeFormat("en-US", {
        timeZone: name,
        hourCycle: "h23",
        second: "numeric",
        ...figures,
      });
    } catch (error) {
      throw new AssessRefusal(
        `"${name}" is no time zone`,
        "Give --time-zone as Asia/Shanghai, Europe/Berlin, UTC or +08:00.",
        { cause: error },
      );
    }
  }

  /** How far local time is ahead of UTC at an instant. */
  offsetMs(atMs: number): number {
    if (this.#fixedMs !== undefined) return this.#fixedMs;
    const step = Math.floor(atMs / STEP_MS);
    let offsetMs = this.#offsets.get(step);
    if (offsetMs === undefined) {
      offsetMs = this.#localMs(step * STEP_MS) - step * STEP_MS;
      this.#offsets.set(step, offsetMs);
    }
    return offsetMs;
  }

  /** The instants at which local clocks show this, in order: one, two when they were put back, none when put forward. */
  instantsOf(localMs: number): number[] {
    const offsets = new Set([this.offsetMs(localMs - HALF_DAY_MS * 2), this.offsetMs(localMs + HALF_DAY_MS * 2)]);
    const instants = [...offsets].map((offsetMs) => localMs - offsetMs);
    return instants.filter((atMs) => atMs + this.offsetMs(atMs) === localMs).sort((a, b) => a - b);
  }

  #localMs(atMs: number): number {
    const parts = this.#format?.formatToParts(atMs) ?? [];
    const figure = (type: Intl.DateTimeFormatPartTypes): number =>
      Number(parts.find((part) => part.type === type)?.value);
    return Date.UTC(
      figure("year"),
      figure("month") - 1,
      figure("day"),
      figure("hour"),
      figure("minute"),
      figure("second"),
    );
  }
}
