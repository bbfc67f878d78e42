// Counters and gauges of ingest, one per stage, in Prometheus' form.

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { PLAN_COUNTS, type PlanCount } from "./plan-counts.ts";

/** What is read at the moment of asking. */
export interface MetricSources {
  inboxMessages(): number;
  inboxBytes(): number;
  inboxDropped(): number;
  /** Age of the oldest waiting message, in seconds. */
  lagSeconds(): number;
  inboxMessagesMax(): number;
  inboxBytesMax(): number;
  dirtyMarks(): number;
  dirtyMarksMax(): number;
  /** Gateways, assets and channels. */
  watched(): number;
  expired(): { readonly readingsExpired: number; readonly hoursExpired: number; readonly rowsExpired: number };
  hoursDue(): number;
  hoursSummed(): number;
  hoursFrozen(): number;
  connected(): boolean;
  storeWell(): boolean;
  acceptances(): number;
  rebirths(): number;
  resends(): number;
  feedReaders(): number;
  feedCut(): number;
}

/** What a message goes through: taken from the inbox, decoded, its readings stored, its numbers committed and accepted, judged, and, if it raised an alarm, told. */
export const STAGES = ["received", "decoded", "stored", "committed", "accepted", "assessed", "told"] as const;
export type Stage = (typeof STAGES)[number];

export class IngestMetrics {
  readonly registry = new Registry();
  readonly #plan: Counter;
  readonly #readings: Counter;
  readonly #assessed: Counter;
  readonly #lag: Histogram;

  constructor(sources: MetricSources) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#plan = new Counter({
      name: "isotherm_ingest_total",
      help: "What became of messages and records, by outcome.",
      labelNames: ["outcome"],
      registers,
    });
    for (const outcome of PLAN_COUNTS) this.#plan.inc({ outcome }, 0);
    this.#readings = new Counter({
      name: "isotherm_ingest_readings_stored_total",
      help: "Readings that became durable.",
      registers,
    });
    this.#assessed = new Counter({
      name: "isotherm_ingest_changes_total",
      help: "Changes of results that assessment found.",
      labelNames: ["of"],
      registers,
    });
    this.#lag = new Histogram({
      name: "isotherm_ingest_lag_at_stage_seconds",
      help: "Age of the oldest message of a batch, or of the reading that an alarm rests on, when it has passed a stage.",
      labelNames: ["stage"],
      buckets: [0.01, 0.03, 0.1, 0.25, 0.5, 1, 3, 10, 60],
      registers,
    });
    for (const stage of STAGES) this.#lag.zero({ stage });
    for (const result of ["excursion", "alarm"]) this.#assessed.inc({ of: result }, 0);
    const gauges: [string, string, () => number][] = [
      ["inbox_messages", "Messages that wait.", sources.inboxMessages],
      ["inbox_bytes", "Bytes of messages that wait.", sources.inboxBytes],
      ["inbox_dropped_total", "Data messages dropped unaccepted because the inbox was full.", sources.inboxDropped],
      ["lag_seconds", "Age of the oldest message that waits.", sources.lagSeconds],
      ["inbox_messages_max", "Bound of the messages that wait.", sources.inboxMessagesMax],
      ["inbox_bytes_max", "Bound of their bytes.", sources.inboxBytesMax],
      ["watched", "Gateways, assets and channels whose silence is watched.", sources.watched],
      ["dirty_marks_max", "More intervals than this, and ingest is not ready.", sources.dirtyMarksMax],
      ["dirty_marks", "Intervals that wait to be assessed.", sources.dirtyMarks],
      ["hours_due", "Hours of series whose sums are to be made; the current ones among them.", sources.hoursDue],
      ["hours_summed_total", "Hours of series summed up since the start.", sources.hoursSummed],
      ["hours_frozen_total", "Hours touched by readings older than what is kept: not summed.", sources.hoursFrozen],
      ["readings_expired_total", "Readings let go by retention.", () => sources.expired().readingsExpired],
      ["hours_expired_total", "Hourly sums let go by retention.", () => sources.expired().hoursExpired],
      ["rows_expired_total", "Rows of the state let go by retention.", () => sources.expired().rowsExpired],
      ["broker_connected", "1 while connected to the broker.", () => Number(sources.connected())],
      ["store_well", "1 while the store of readings takes them.", () => Number(sources.storeWell())],
      ["acceptances_sent_total", "Acceptances sent to gateways.", sources.acceptances],
      ["rebirths_asked_total", "Births asked for.", sources.rebirths],
      ["resends_asked_total", "Times that a gateway was asked for numbers that are missing.", sources.resends],
      ["feed_readers", "Readers of the feed.", sources.feedReaders],
      ["feed_cut_total", "Readers of the feed that did not keep up and were cut off.", sources.feedCut],
    ];
    for (const [name, help, read] of gauges) {
      new Gauge({
        name: `isotherm_ingest_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    }
  }

  committed(counts: ReadonlyMap<PlanCount, number>, readings: number): void {
    for (const [outcome, count] of counts) this.#plan.inc({ outcome }, count);
    this.#readings.inc(readings);
  }

  /** @param ageMs since the message was received */
  passed(stage: Stage, ageMs: number): void {
    this.#lag.observe({ stage }, Math.max(0, ageMs) / 1000);
  }

  assessed(excursions: number, alarms: number): void {
    this.#assessed.inc({ of: "excursion" }, excursions);
    this.#assessed.inc({ of: "alarm" }, alarms);
  }
}
