// Stands at the broker and, for each acceptance that it sees, asks the store itself for every record newly accepted.

import { MetricColumns, RangeSet, decodePayload, deviceTopic, readAcceptance } from "@isotherm/coldchain";
import mqtt from "mqtt";
import { until } from "../../checks/kit.ts";
import { openReadingReader } from "../src/store/open-reading-store.ts";
import type { ReadingReader, StoreHome } from "../src/store/reading-store.ts";

export class AcceptanceObserver {
  /** Numbers that were accepted and that the store did not have. */
  readonly ahead: number[] = [];
  acceptances = 0;
  checked = 0;
  readonly #home: StoreHome;
  readonly #fromMs: number;
  readonly #client: mqtt.MqttClient;
  readonly #seen = new RangeSet();
  #waiting: number[] = [];
  #reader: ReadingReader | undefined;
  #isAsking = false;

  private constructor(client: mqtt.MqttClient, home: StoreHome, fromMs: number) {
    this.#client = client;
    this.#home = home;
    this.#fromMs = fromMs;
  }

  /** @param fromMs number n is sampled n seconds later */
  static async watch(brokerUrl: string, home: StoreHome, fromMs: number): Promise<AcceptanceObserver> {
    const client = await mqtt.connectAsync(brokerUrl, { protocolVersion: 4, clean: true });
    const observer = new AcceptanceObserver(client, home, fromMs);
    client.on("message", (_, payload) => observer.#hear(payload));
    await client.subscribeAsync(deviceTopic("group1", "DCMD", "gw-1", "cold-1"));
    return observer;
  }

  /** Resolves when all that was seen is checked. */
  async settled(): Promise<void> {
    await until(() => this.#waiting.length === 0 && !this.#isAsking, { what: "acceptances to be checked" });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
    await this.#reader?.close();
  }

  #hear(payload: Uint8Array): void {
    const columns = new MetricColumns();
    decodePayload(payload, columns);
    const acceptance = readAcceptance(columns);
    if (acceptance === undefined) return;
    this.acceptances++;
    const ranges = [{ first: 1, last: acceptance.watermark }, ...acceptance.above];
    for (const { first, last } of ranges)
      for (let number = first; number <= last; number++) {
        if (this.#seen.has(number)) continue;
        this.#seen.add(number);
        this.#waiting.push(number);
      }
    void this.#ask();
  }

  /** One question after the other; a store that is away is asked until it answers. */
  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#waiting.length > 0) {
      const numbers = this.#waiting;
      this.#waiting = [];
      await until(() => this.#check(numbers), { what: "the store to answer", deadlineMs: 60_000, everyMs: 20 });
    }
    this.#isAsking = false;
  }

  async #check(numbers: readonly number[]): Promise<boolean> {
    try {
      this.#reader ??= await openReadingReader(this.#home);
      const atMs = new Set(await this.#timesFrom(this.#reader, Math.min(...numbers), Math.max(...numbers)));
      this.ahead.push(...numbers.filter((number) => !atMs.has(this.#fromMs + number * 1000)));
      this.checked += numbers.length;
      return true;
    } catch {
      return false;
    }
  }

  async #timesFrom(reader: ReadingReader, first: number, last: number): Promise<number[]> {
    const series = { tenantId: "tenant1", assetId: "cold-1", channel: "temperature/p1" };
    const window = { fromMs: this.#fromMs + first * 1000, toMs: this.#fromMs + last * 1000 + 1 };
    return [...(await reader.readings({ series, ...window })).atMs];
  }
}
