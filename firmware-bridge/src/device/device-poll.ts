// What every device gives the sampler, whatever it speaks: its channels at one instant, each with its quality.

import type { Quality } from "@isotherm/coldchain";

export interface ChannelReading {
  /** `<quantity>/<place>`, e.g. `temperature/supply`. */
  readonly channel: string;
  /** In the point's unit; null whenever the quality is not good. */
  readonly value: number | null;
  readonly quality: Quality;
  /** The register as it came, unsigned; bits as 0 and 1. Absent when nothing came. */
  readonly raw?: number;
}

export interface DevicePoll {
  /** All channels, in the order of their configuration. Never rejects for a fault of device or line. */
  read(): Promise<ChannelReading[]>;
}
