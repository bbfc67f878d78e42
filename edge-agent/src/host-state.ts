// Whether the primary host is there, by its retained STATE messages (3.0, §5.7). Older news than the last is ignored.

export interface HostState {
  readonly isOnline: boolean;
  readonly timestampMs: number;
}

/** Undefined for whatever is not a STATE payload of Sparkplug 3.0. */
export function parseHostState(payload: Uint8Array): HostState | undefined {
  try {
    const state = JSON.parse(new TextDecoder().decode(payload)) as { online?: unknown; timestamp?: unknown } | null;
    if (typeof state?.online !== "boolean" || typeof state.timestamp !== "number") return undefined;
    return { isOnline: state.online, timestampMs: state.timestamp };
  } catch {
    return undefined;
  }
}

/** What a STATE message changes: `renewed` is a host that began anew without our having seen it go. */
export type HostChange = "online" | "renewed" | "offline" | "none";

export class HostWatch {
  #isOnline = false;
  #timestampMs = -Infinity;

  get isOnline(): boolean {
    return this.#isOnline;
  }

  take(state: HostState): HostChange {
    const { isOnline, timestampMs } = state;
    if (timestampMs < this.#timestampMs) return "none";
    const wasOnline = this.#isOnline;
    const isNewer = timestampMs > this.#timestampMs;
    this.#isOnline = isOnline;
    this.#timestampMs = timestampMs;
    if (!isOnline) return wasOnline ? "offline" : "none";
    if (!wasOnline) return "online";
    return isNewer ? "renewed" : "none";
  }

  /**
   * The connection is gone: whether the host is there has to be heard again. What the broker retains then is the latest
   * there is, even if the host's clock was set back in between.
   */
  forget(): void {
    this.#isOnline = false;
    this.#timestampMs = -Infinity;
  }
}
