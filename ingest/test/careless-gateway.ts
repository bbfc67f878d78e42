// A gateway that keeps every promise of the contract, over a line that keeps none: what is not accepted is sent again,
// messages come twice, in any order, and now and then an accepted number comes with another value.

import { type ChainRecord, type Random, RangeSet } from "@isotherm/coldchain";
import { HOST_ID } from "./bench.ts";
import { COLD, OWN } from "./pipeline-bench.ts";
import { anchorRecord, type ScriptedGateway, temperatureRecord } from "./scripted-gateway.ts";

const PER_TICK = 40;
const AGAIN_AFTER_TICKS = 8;
/** As a gateway's window: no more than this is outstanding. */
const OUTSTANDING_MAX = 1000;
const CYCLE = 200;

/** Repeats after 200 s: one excursion with an alarm, one that is a breach, one too short for an alarm, bad readings. */
export function valueOf(number: number): number | null {
  const at = number % CYCLE;
  if (at % 50 === 7) return null;
  if (at === 65) return 7.8;
  if (at >= 50 && at < 65) return 9;
  if (at >= 100 && at < 175) return 9.5 + (at % 7) / 10;
  if (at >= 185 && at < 190) return 1;
  return 5;
}

export class CarelessGateway {
  readonly conflicts = new Set<number>();
  readonly fromMs: number;
  readonly #gateway: ScriptedGateway;
  readonly #random: Random;
  readonly #accepted = new RangeSet();
  readonly #sentAt = new Map<number, number>();
  #heard = 0;
  #tick = 0;
  #issued = 0;
  #isEnding = false;

  constructor(gateway: ScriptedGateway, random: Random, fromMs: number) {
    this.#gateway = gateway;
    this.#random = random;
    this.fromMs = fromMs;
  }

  get issued(): number {
    return this.#issued;
  }

  get outstanding(): number {
    return this.#issued - this.#accepted.size;
  }

  get acceptedCount(): number {
    return this.#accepted.size;
  }

  record(number: number, value = valueOf(number)): ChainRecord {
    return temperatureRecord(number, number * 1000, value);
  }

  /** From now on only as many new records are made as end the last cycle with nothing outside. */
  end(): void {
    this.#isEnding = true;
  }

  /** True when all is said and accepted. */
  async tick(): Promise<boolean> {
    this.#tick++;
    this.#hear();
    const gateway = this.#gateway;
    if (this.#tick % 10 === 1) {
      await gateway.nodeBirth(HOST_ID);
      await gateway.birth(OWN);
      await gateway.birth(COLD);
      await gateway.data(OWN, [anchorRecord(1, 1, 0, this.fromMs)]);
    }
    this.#issue();
    for (const message of this.#messages()) await gateway.data(COLD, message, { issued: this.#issued });
    return this.#isEnding && this.#issued % CYCLE === CYCLE / 5 && this.outstanding === 0;
  }

  #hear(): void {
    for (const { assetId, watermark, above } of this.#gateway.acceptances.slice(this.#heard)) {
      this.#heard++;
      if (assetId !== COLD.assetId) continue;
      if (watermark > 0) this.#accepted.add(1, watermark);
      for (const { first, last } of above) this.#accepted.add(first, last);
    }
  }

  #issue(): void {
    for (let n = 0; n < PER_TICK && this.outstanding < OUTSTANDING_MAX; n++) {
      if (this.#isEnding && this.#issued % CYCLE === CYCLE / 5) return;
      this.#issued++;
    }
  }

  #messages(): ChainRecord[][] {
    const due: number[] = [];
    for (let number = this.#accepted.watermark() + 1; number <= this.#issued; number++) {
      if (this.#accepted.has(number) || this.#tick - (this.#sentAt.get(number) ?? -Infinity) < AGAIN_AFTER_TICKS)
        continue;
      this.#sentAt.set(number, this.#tick);
      due.push(number);
    }
    const messages: ChainRecord[][] = [];
    for (let from = 0; from < due.length;) {
      const count = 1 + Math.floor(this.#random() * 12);
      messages.push(due.slice(from, from + count).map((number) => this.record(number)));
      from += count;
    }
    const sent = this.#acceptedNumber();
    if (sent !== undefined) messages.push([this.record(sent)]);
    const contradicted = this.#tick % 7 === 0 ? this.#acceptedNumber() : undefined;
    if (contradicted !== undefined) {
      this.conflicts.add(contradicted);
      messages.push([this.record(contradicted, 42)]);
    }
    const again = messages.filter(() => this.#random() < 0.1);
    return shuffled([...messages, ...again], this.#random);
  }

  #acceptedNumber(): number | undefined {
    const number = 1 + Math.floor(this.#random() * this.#accepted.watermark());
    return this.#accepted.has(number) ? number : undefined;
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const all = [...list];
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}
