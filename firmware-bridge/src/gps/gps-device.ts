// A position receiver as a device: it talks on its own, so a read gives the latest fix, once.

import type { Cancel, Clock, Quality } from "@isotherm/coldchain";
import type { ChannelReading, DevicePoll } from "../device/device-poll.ts";
import { TransportLink } from "../transport/transport-link.ts";
import type { Transport } from "../transport/transport.ts";
import type { Fix } from "./fix.ts";
import { nmeaDecoder } from "./nmea-decoder.ts";
import type { NmeaCounters, NmeaDecoderOptions } from "./nmea-decoder.ts";

export interface GpsChannels {
  readonly latitude: string;
  readonly longitude: string;
  readonly speed?: string;
  readonly track?: string;
}

export interface GpsDeviceOptions extends NmeaDecoderOptions {
  readonly transport: Transport;
  readonly channels: GpsChannels;
  /** A fix older than this is not given. */
  readonly staleAfterMs: number;
  readonly clock: Clock;
}

export interface GpsDevice extends DevicePoll {
  /**
   * Opens the transport when it is closed. A fix is given once: then `stale` until the next. `device-timeout` when the
   * port is not there or has said nothing readable for `staleAfterMs`; otherwise the fix's own quality.
   */
  read(): Promise<ChannelReading[]>;
  /** The latest fix, given or not, with the monotonic time at which it was complete. */
  lastFix(): { readonly fix: Fix; readonly receivedAtMonotonicMs: number } | undefined;
  readonly counters: NmeaCounters;
  close(): Promise<void>;
}

/** A receiver is between two rounds when it has been silent for so long: at 9600 baud a byte takes one. */
const ROUND_PAUSE_MS = 100;
const LINK_SILENT_MAX_MS = 30_000;

export function gpsDevice(options: GpsDeviceOptions): GpsDevice {
  return new Receiver(options);
}

class Receiver implements GpsDevice {
  readonly #options: GpsDeviceOptions;
  readonly #link: TransportLink;
  readonly #decoder;
  readonly #stopListening: Cancel;
  #last: { fix: Fix; receivedAtMonotonicMs: number } | undefined;
  #isGiven = false;
  #lastByteAtMs = -Infinity;
  #openedAtMs = -Infinity;
  #isClosed = false;

  constructor(options: GpsDeviceOptions) {
    this.#options = options;
    this.#link = new TransportLink(options);
    this.#decoder = nmeaDecoder(options);
    this.#stopListening = options.transport.onBytes((bytes) => this.#receive(bytes));
  }

  get counters(): NmeaCounters {
    return this.#decoder.counters;
  }

  lastFix(): { readonly fix: Fix; readonly receivedAtMonotonicMs: number } | undefined {
    return this.#last;
  }

  async read(): Promise<ChannelReading[]> {
    if (!this.#options.transport.isOpen && !this.#isClosed) {
      // Whatever keeps the port shut shows as the quality of the readings; the next read tries again.
      await this.#link.open().catch(() => undefined);
      this.#openedAtMs = this.#options.clock.monotonicMs();
    }
    const nowMs = this.#options.clock.monotonicMs();
    this.#dropDeadLink(nowMs);
    if (nowMs - this.#lastByteAtMs >= ROUND_PAUSE_MS) {
      this.#decoder.flush();
      this.#keepLatest(this.#lastByteAtMs);
    }
    const last = this.#last;
    const { staleAfterMs } = this.#options;
    if (last === undefined || nowMs - last.receivedAtMonotonicMs > staleAfterMs) {
      const isHeard =
        this.#options.transport.isOpen && last !== undefined && nowMs - this.#lastByteAtMs <= staleAfterMs;
      return this.#readings(undefined, isHeard ? "stale" : "device-timeout");
    }
    if (this.#isGiven) return this.#readings(undefined, "stale");
    this.#isGiven = true;
    return this.#readings(last.fix, last.fix.quality);
  }

  /** A receiver talks every second: a link that has long been silent is dead, and the next read makes a new one. */
  #dropDeadLink(nowMs: number): void {
    const silentMs = nowMs - Math.max(this.#openedAtMs, this.#lastByteAtMs);
    if (this.#options.transport.isOpen && silentMs > LINK_SILENT_MAX_MS) void this.#options.transport.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    await this.#options.transport.close();
  }

  #receive(bytes: Uint8Array): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#lastByteAtMs >= ROUND_PAUSE_MS) {
      this.#decoder.flush();
      this.#keepLatest(this.#lastByteAtMs);
    }
    this.#lastByteAtMs = nowMs;
    this.#link.proved();
    this.#decoder.push(bytes);
    this.#keepLatest(nowMs);
  }

  #keepLatest(atMs: number): void {
    const fix = this.#decoder.take().at(-1);
    if (fix === undefined) return;
    this.#last = { fix, receivedAtMonotonicMs: atMs };
    this.#isGiven = false;
  }

  #readings(fix: Fix | undefined, quality: Quality): ChannelReading[] {
    const { latitude, longitude, speed, track } = this.#options.channels;
    const pairs: [string | undefined, number | null][] = [
      [latitude, fix?.latDeg ?? null],
      [longitude, fix?.lonDeg ?? null],
      [speed, fix?.speedMps ?? null],
      [track, fix?.trackDeg ?? null],
    ];
    return pairs.flatMap(([channel, value]): ChannelReading[] => {
      if (channel === undefined) return [];
      if (quality !== "good") return [{ channel, value: null, quality }];
      // A standing receiver leaves its track empty: it says that there is none.
      return [value === null ? { channel, value, quality: "sentinel" } : { channel, value, quality }];
    });
  }
}
