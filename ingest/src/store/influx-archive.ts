// The readings and hourly sums of tenants as compressed line protocol, out of an InfluxDB and into one.
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { InfluxConnection, type InfluxHome } from "./influx-connection.ts";
import { hourLine } from "./influx-hours.ts";
import { fieldsOf, linePrefix } from "./influx-lines.ts";
import { InfluxReadingReader } from "./influx-reader.ts";
import { nanosecondsOf } from "./influx-time.ts";
import { STORE_TIME_MAX_MS } from "./reading-check.ts";
import type { SeriesId } from "./reading-store.ts";
import { StoreUnavailableError } from "./store-errors.ts";

const PAGE_READINGS = 10_000;
const LINES_PER_REQUEST = 5_000;
const LIMITS = { connections: 1, requestsMax: 4, answerTimeoutMs: 60_000 };
const WHOLE = { fromMs: 0, toMs: STORE_TIME_MAX_MS + 1 };

export type ArchiveProgress = (what: string, done?: number) => void;

/** Writes everything of these tenants to a file; says how many points. */
export async function exportInflux(
  home: InfluxHome,
  tenantIds: readonly string[],
  path: string,
  progress: ArchiveProgress,
): Promise<number> {
  const reader = new InfluxReadingReader(home);
  let points = 0;
  try {
    const series: SeriesId[] = [];
    for (const tenantId of tenantIds) series.push(...(await reader.seriesList({ tenantId })));
    const chunks = async function* (): AsyncGenerator<string> {
      for (const [at, one] of series.entries()) {
        for await (const lines of linesOf(reader, one)) {
          points += lines.length;
          progress(`${points} points of ${series.length} series`, at / series.length);
          yield `${lines.join("\n")}\n`;
        }
      }
    };
    await pipeline(Readable.from(chunks()), createGzip(), createWriteStream(path, { mode: 0o600, flush: true }));
  } finally {
    await reader.close();
  }
  return points;
}

async function* linesOf(reader: InfluxReadingReader, series: SeriesId): AsyncGenerator<string[]> {
  const prefix = linePrefix(series);
  let from = { fromMs: WHOLE.fromMs, fromOrdinal: 0 };
  for (let more = true; more;) {
    const page = await reader.readings({ series, ...from, toMs: WHOLE.toMs, limit: PAGE_READINGS });
    const lines = Array.from({ length: page.length }, (_, at) => {
      const quality = page.quality[at] as number;
      const number = (quality === 0 ? page.value[at] : page.raw[at]) as number;
      return `${prefix}${fieldsOf(number, quality)} ${nanosecondsOf(page.atMs[at] as number, page.ordinal[at] as number)}`;
    });
    if (lines.length > 0) yield lines;
    from = { fromMs: page.atMs.at(-1) ?? WHOLE.toMs, fromOrdinal: (page.ordinal.at(-1) ?? 0) + 1 };
    ({ more } = page);
  }
  const hours = await reader.hours({ series, ...WHOLE });
  for (let at = 0; at < hours.length; at += PAGE_READINGS)
    yield hours.slice(at, at + PAGE_READINGS).map((hour) => hourLine(series, hour));
}

/** True when the database holds readings of one of these tenants. */
export async function holdsReadings(home: InfluxHome, tenantIds: readonly string[]): Promise<boolean> {
  const reader = new InfluxReadingReader(home);
  try {
    for (const tenantId of tenantIds)
      for (const series of await reader.seriesList({ tenantId }))
        if ((await reader.first({ series, fromMs: 0 })) !== undefined) return true;
    return false;
  } finally {
    await reader.close();
  }
}

/** Writes what was exported; doing it again changes nothing. */
export async function importInflux(
  home: InfluxHome,
  path: string,
  points: number,
  progress: ArchiveProgress,
): Promise<void> {
  const connection = new InfluxConnection(home, LIMITS);
  let written = 0;
  const send = async (lines: readonly string[]): Promise<void> => {
    const outcome = await connection.write(lines.join("\n"));
    if (!outcome.stored)
      throw new StoreUnavailableError(
        "STORE_UNAVAILABLE",
        `InfluxDB refused a line of the backup: ${outcome.complaint}`,
      );
    written += lines.length;
    progress(`${written} of ${points} points written`, points === 0 ? 1 : written / points);
  };
  try {
    let lines: string[] = [];
    for await (const line of createInterface({
      input: createReadStream(path).pipe(createGunzip()),
      crlfDelay: Infinity,
    })) {
      if (lines.push(line) < LINES_PER_REQUEST) continue;
      await send(lines);
      lines = [];
    }
    if (lines.length > 0) await send(lines);
  } finally {
    await connection.close();
  }
}
