// What every device gives the sampler, whatever it speaks: its channels at one instant, each with its quality.

import type { Quality } from "@isotherm/coldchain";

export interface ChannelReading {
  /** `<quantity>/<place>`, e.g. `temperature/supply`. */
  readonly channel: string;
  /** In the point's unit; null whenever the quality is not good. */
  readonly value: number | null;
  readonly quality: Quality;
  /**
   * The register as it came, unsigned; two registers as one number in the device's order; bits as 0 and 1. Absent when
   * nothing came, and for 64 bits, which a number cannot hold.
   */
  readonly raw?: number;
  /** The registers as they came, in the order of their addresses, where a value fills more than one. */
  readonly registers?: readonly number[];
}

export interface DevicePoll {
  /** All channels, in the order of their configuration. Never rejects for a fault of device or line. */
  read(): Promise<ChannelReading[]>;
}
