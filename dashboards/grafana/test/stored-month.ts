// A month of one truck as lines of the store: measurement `reading`, tags asset, channel and tenant, `value` only if good.
import { type Quality, qualityCode } from "@isotherm/coldchain";

export const TENANT = "tenant.1";
/** A dot, which Grafana escapes wherever it thinks of regular expressions. */
export const ASSET = "truck.7";
export const END_MS = 1_790_000_040_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** One reading above and one below everything else, long before the last day. */
export const SPIKE = { atMs: END_MS - 17 * DAY_MS, valueC: 12.4 } as const;
export const DIP = { atMs: END_MS - 11 * DAY_MS, valueC: -1.3 } as const;
/** Two hours of the last day without anything. */
export const SILENCE = { fromMs: END_MS - 10 * 3_600_000, toMs: END_MS - 8 * 3_600_000 } as const;
export const LAST_POSITION = { latitude: 32.6696, longitude: 118.0341 } as const;

interface Reading {
  readonly asset?: string;
  readonly tenant?: string;
  readonly channel: string;
  readonly atMs: number;
  readonly ordinal?: number;
  readonly value?: number;
  readonly quality?: Quality;
}

function line({ asset = ASSET, tenant = TENANT, channel, atMs, ordinal = 0, value, quality }: Reading): string {
  const number = quality === undefined ? `value=${value}` : `quality=${qualityCode(quality)}i`;
  const raw = quality !== undefined && value !== undefined ? `,raw=${value}` : "";
  const time = `${atMs}${String(ordinal).padStart(6, "0")}`;
  return `reading,asset=${asset},channel=${channel},tenant=${tenant} ${number}${raw} ${time}`;
}

function temperatureC(atMs: number): number {
  return Math.round((4.5 + 1.2 * Math.sin(atMs / 3_600_000)) * 10) / 10;
}

/** The month before the last day: one reading in ten minutes. */
function olderReadings(): Reading[] {
  const readings: Reading[] = [];
  for (let atMs = END_MS - 30 * DAY_MS; atMs < END_MS - DAY_MS; atMs += 10 * MINUTE_MS) {
    const odd = [SPIKE, DIP].find((each) => each.atMs === atMs);
    readings.push({ channel: "temperature/product.1", atMs, value: odd?.valueC ?? temperatureC(atMs) });
  }
  return readings;
}

/** The last day: a record a minute, with all channels, faults and the silence. */
function lastDay(): Reading[] {
  const readings: Reading[] = [];
  for (let minute = 0; minute < 1_440; minute += 1) {
    const atMs = END_MS - (1_440 - minute) * MINUTE_MS;
    if (atMs >= SILENCE.fromMs && atMs < SILENCE.toMs) continue;
    const at = { atMs, ordinal: minute };
    const isFault = minute % 300 === 7;
    readings.push(
      { ...at, channel: "temperature/product.1", value: temperatureC(atMs) },
      // A sentinel comes with a number that must be in no chart.
      {
        ...at,
        channel: "temperature/supply",
        value: isFault ? 3276.7 : 3,
        ...(isFault ? { quality: "sentinel" } : {}),
      },
      { ...at, channel: "humidity/product", value: 60 + (minute % 20) },
      { ...at, channel: "door/rear", value: minute >= 700 && minute < 703 ? 1 : 0 },
      { ...at, channel: "latitude/truck", value: Math.round((31.2304 + minute * 0.001) * 1e6) / 1e6 },
      { ...at, channel: "longitude/truck", value: Math.round((119.4731 - minute * 0.001) * 1e6) / 1e6 },
    );
    // No number at all: the device did not answer.
    if (minute % 400 === 11) readings.push({ ...at, channel: "temperature/return", quality: "device-timeout" });
    else readings.push({ ...at, channel: "temperature/return", value: 6 });
  }
  readings.push({ channel: "latitude/truck", atMs: END_MS - 1, ordinal: 1_440, value: LAST_POSITION.latitude });
  readings.push({ channel: "longitude/truck", atMs: END_MS - 1, ordinal: 1_440, value: LAST_POSITION.longitude });
  return readings;
}

/** Readings that the asset's dashboard must never show: another tenant, another asset, a name that a pattern would match. */
function strangers(): Reading[] {
  const at = { atMs: END_MS - 30 * MINUTE_MS, value: 99 };
  return [
    { ...at, channel: "temperature/product.1", tenant: "tenantx1" },
    { ...at, channel: "temperature/product.1", asset: "truckx7" },
    { ...at, channel: "latitude/truck", asset: "truckx7" },
  ];
}

/** All lines, and how many readings of the asset they are. */
export function storedMonth(): { readonly lines: readonly string[]; readonly assetReadings: number } {
  const own = [...olderReadings(), ...lastDay()];
  return { lines: [...own, ...strangers()].map(line), assetReadings: own.length };
}
