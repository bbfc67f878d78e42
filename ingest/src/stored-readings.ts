// What newly stored readings mean for their channels: the newest value, up to when they are judged, hours to be summed
// up, and, for those that may change a result, intervals to be assessed.

import { QUALITY_GOOD, RangeSet, formatRanges } from "@isotherm/coldchain";
import type { DirtyMark, DirtyTable } from "./dirty-table.ts";
import { FOREIGN_EPOCH } from "./foreign/foreign-assembly.ts";
import type { HourDues } from "./hour-dues.ts";
import { SLOT } from "./latest-body.ts";
import type { ChannelState, LatestTable } from "./latest-table.ts";
import { gatewayIdOf } from "./message.ts";
import type { QuietChannels } from "./quiet-channels.ts";
import type { AssembledReadings, AssembledRecord } from "./reading-assembly.ts";

/** A reading from further ahead than this is kept and judged, but is neither the latest nor live: its clock is wrong. */
const AHEAD_MS_MAX = 5 * 60_000;

export interface NotingTables {
  readonly latest: LatestTable;
  readonly quiet: QuietChannels;
  readonly dirty: DirtyTable;
  readonly hourDues: HourDues;
}

/** By channel of a batch: what was judged before it, and the good readings in it that are newer. */
interface Newer {
  readonly judgedToMs: Float64Array;
  /** Infinity when there is none. */
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
}

/** Within a transaction. */
export function noteStored(tables: NotingTables, readings: AssembledReadings): void {
  const { latest, quiet, hourDues, dirty } = tables;
  const { batch, channels, records, recordOf } = readings;
  const noisy = new Set<ChannelState>();
  const newer = newerThan(latest, channels);
  for (let i = 0; i < batch.count; i++) {
    if (!readings.isStored(i)) continue;
    const key = batch.seriesKey[i] as number;
    const channel = channels[key] as ChannelState;
    const atMs = batch.sampledAtMs[i] as number;
    const value = batch.value[i] as number;
    const { receivedAtMs } = records[recordOf[i] as number] as AssembledRecord;
    hourDues.noteChannel(channel, atMs);
    const isGood = batch.quality[i] === QUALITY_GOOD;
    // Asked before the reading itself counts as judged.
    if (isGood && !quiet.isQuiet(channel, atMs, value)) noisy.add(channel);
    if (atMs > receivedAtMs + AHEAD_MS_MAX) continue;
    setLatest(channel, atMs, value, batch.quality[i] as number, receivedAtMs);
    if (!isGood || atMs <= (newer.judgedToMs[key] as number)) continue;
    if (atMs < (newer.fromMs[key] as number)) newer.fromMs[key] = atMs;
    if (atMs > (newer.toMs[key] as number)) {
      newer.toMs[key] = atMs;
      setJudged(channel, atMs);
    }
  }
  latest.save();
  if (noisy.size > 0) for (const mark of marksOf(readings, noisy, newer)) dirty.add(mark);
}

function newerThan(latest: LatestTable, channels: readonly ChannelState[]): Newer {
  const judgedToMs = new Float64Array(channels.length);
  for (let key = 0; key < channels.length; key++) {
    const channel = channels[key] as ChannelState;
    latest.touch(channel);
    judgedToMs[key] = channel.judgedToMs;
  }
  return {
    judgedToMs,
    fromMs: new Float64Array(channels.length).fill(Infinity),
    toMs: new Float64Array(channels.length).fill(-Infinity),
  };
}

function setLatest(
  { asset, slot }: ChannelState,
  atMs: number,
  value: number,
  quality: number,
  receivedAtMs: number,
): void {
  const { body } = asset;
  const at = SLOT.head + slot * SLOT.size;
  // The negated comparisons also let the first reading replace NaN.
  if (!((body[SLOT.lastSampledAtMs] as number) >= atMs)) body[SLOT.lastSampledAtMs] = atMs;
  if (!((body[SLOT.lastReceivedAtMs] as number) >= receivedAtMs)) body[SLOT.lastReceivedAtMs] = receivedAtMs;
  if ((body[at + SLOT.atMs] as number) > atMs) return;
  body[at + SLOT.atMs] = atMs;
  body[at + SLOT.value] = value;
  body[at + SLOT.quality] = quality;
}

function setJudged({ asset, slot }: ChannelState, judgedToMs: number): void {
  asset.body[SLOT.head + slot * SLOT.size + SLOT.judgedToMs] = judgedToMs;
}

interface Touched {
  readonly channel: ChannelState;
  readonly key: number;
  readonly gatewayKey: string;
  readonly numbers: Map<string, RangeSet>;
  fromMs: number;
  toMs: number;
  receivedAtMs: number;
}

/** A mark for each channel that is to be assessed, over all its good readings of the batch. */
function marksOf(
  readings: AssembledReadings,
  noisy: ReadonlySet<ChannelState>,
  newer: Newer,
): Omit<DirtyMark, "dirtyId">[] {
  const { batch, channels, records, recordOf } = readings;
  const touched = new Map<ChannelState, Touched>();
  for (let i = 0; i < batch.count; i++) {
    const channel = channels[batch.seriesKey[i] as number] as ChannelState;
    if (!noisy.has(channel) || !readings.isStored(i)) continue;
    const record = records[recordOf[i] as number] as AssembledRecord;
    let of = touched.get(channel);
    if (of === undefined) {
      const { gatewayKey } = record.source.stream;
      const key = batch.seriesKey[i] as number;
      of = { channel, key, gatewayKey, numbers: new Map(), fromMs: Infinity, toMs: -Infinity, receivedAtMs: 0 };
      touched.set(channel, of);
    }
    of.receivedAtMs = Math.max(of.receivedAtMs, record.receivedAtMs);
    const { epoch } = record.source.stream;
    const numbers = of.numbers.get(epoch) ?? new RangeSet();
    numbers.add(record.number);
    of.numbers.set(epoch, numbers);
    if (batch.quality[i] !== QUALITY_GOOD) continue;
    of.fromMs = Math.min(of.fromMs, batch.sampledAtMs[i] as number);
    of.toMs = Math.max(of.toMs, batch.sampledAtMs[i] as number);
  }
  return [...touched.values()].map(({ channel, key, gatewayKey, numbers, fromMs, toMs, receivedAtMs }) => {
    const newerFromMs = newer.fromMs[key] as number;
    const newerToMs = newer.toMs[key] as number;
    const isNewer = newerFromMs <= newerToMs;
    return {
      ...channel.series,
      fromMs,
      toMs,
      newerFromMs: isNewer ? newerFromMs : null,
      newerToMs: isNewer ? newerToMs : null,
      receivedAtMs,
      cause: causeOf(gatewayIdOf(gatewayKey), channel.series.assetId, numbers),
    };
  });
}

function causeOf(gatewayId: string, assetId: string, numbers: ReadonlyMap<string, RangeSet>): string {
  // Readings that are not under our contract have no numbers: their times, which the mark holds, are all there is.
  const parts = [...numbers].map(([epoch, ranges]) =>
    epoch === FOREIGN_EPOCH ? `${gatewayId}/${assetId}` : `${gatewayId}/${epoch}/${assetId}:${formatRanges(ranges)}`,
  );
  return `records ${parts.join(" ")}`;
}
