// Holes that nobody fills. A gateway sends what is not accepted by itself; what it has forgotten as accepted it sends only
// when it is asked: after a restore of an older backup, or the loss of a disk, such numbers would stay missing for ever.
// Ranges that the gateway is about to send anyway it need not be asked for, and takes no notice of.

import type { Clock, Range } from "@isotherm/coldchain";
import type { IngestBounds } from "./bounds.ts";
import type { GatewayState } from "./gateway-table.ts";
import type { StreamState } from "./stream-state.ts";

/** Ranges asked for at once, as many as an acceptance names. */
const RANGES_MAX = 32;
/** Streams watched; one more is watched once it is heard of when another has no hole any more. */
const STREAMS_MAX = 50_000;
/** Asked this much less often at most: an hour, by the default. */
const PATIENCE_MAX = 60;

interface Watched {
  readonly gatewayKey: string;
  stream: StreamState;
  watermark: number;
  waitMs: number;
  askAtMs: number;
}

export interface HoleWatchDeps {
  readonly bounds: Pick<IngestBounds, "resendAfterMs">;
  readonly clock: Pick<Clock, "monotonicMs">;
  /** As it is now; undefined or not online: it is not asked. */
  gateway(gatewayKey: string): GatewayState | undefined;
  askAgain(gateway: GatewayState, stream: StreamState, ranges: readonly Range[]): void;
}

export class HoleWatch {
  readonly #deps: HoleWatchDeps;
  readonly #watched = new Map<string, Watched>();

  constructor(deps: HoleWatchDeps) {
    this.#deps = deps;
  }

  /** Streams as a batch left them. */
  note(streams: readonly { readonly stream: StreamState }[]): void {
    for (const { stream } of streams) {
      const { key, gatewayKey, accepted, issued } = stream;
      if (accepted.size >= issued) {
        this.#watched.delete(key);
        continue;
      }
      const watermark = accepted.watermark();
      const watched = this.#watched.get(key);
      if (watched !== undefined && watched.watermark === watermark) {
        watched.stream = stream;
        continue;
      }
      if (watched === undefined && this.#watched.size >= STREAMS_MAX) continue;
      const waitMs = this.#deps.bounds.resendAfterMs;
      const askAtMs = this.#deps.clock.monotonicMs() + waitMs;
      this.#watched.set(key, { gatewayKey, stream, watermark, waitMs, askAtMs });
    }
  }

  /** Asks where it is time to. */
  look(): void {
    const { clock, bounds, gateway: gatewayOf, askAgain } = this.#deps;
    const nowMs = clock.monotonicMs();
    for (const watched of this.#watched.values()) {
      if (watched.askAtMs > nowMs) continue;
      watched.waitMs = Math.min(watched.waitMs * 2, bounds.resendAfterMs * PATIENCE_MAX);
      watched.askAtMs = nowMs + watched.waitMs;
      const gateway = gatewayOf(watched.gatewayKey);
      if (gateway?.status === "online") askAgain(gateway, watched.stream, holesOf(watched.stream));
    }
  }
}

function holesOf({ accepted, issued }: StreamState): Range[] {
  const holes: Range[] = [];
  for (const hole of accepted.missing(1, issued)) {
    if (holes.length === RANGES_MAX) break;
    holes.push(hole);
  }
  return holes;
}
