// What a page knows: read once, kept up by the event stream, read again when the stream says so or has been away.

import type {
  AlarmView,
  AssetView,
  CompletenessView,
  LiveEvent,
  LiveReading,
  SessionView,
  ShipmentView,
} from "../src/api-shapes.ts";
import { api, ApiFailure } from "./api.ts";
import { liveLink, type LinkState } from "./live-link.ts";

export interface Known {
  session: SessionView | undefined;
  assets: Map<string, AssetView>;
  shipments: Map<string, ShipmentView>;
  /** Alarms by id: all that are open, and the last ones that are not. */
  alarms: Map<string, AlarmView>;
  completeness: CompletenessView | undefined;
  link: LinkState;
  /** False while the server hears nothing from ingest: what is shown is as old as its newest reading. */
  isIngestHeard: boolean;
  /** Why the last reading of everything failed; undefined when it did not. */
  failure: ApiFailure | undefined;
  /** Server time of the last whole reading or live event, undefined before the first. */
  freshAtMs: number | undefined;
  isLoaded: boolean;
}

export interface LiveState {
  readonly known: Known;
  /** The server's clock, as far as this page can tell. */
  readonly nowMs: () => number;
  readonly retryNow: () => void;
}

export interface StateListener {
  /** Something changed; called at most four times a second. */
  readonly changed: () => void;
  readonly readings?: (readings: readonly LiveReading[]) => void;
  readonly excursion?: (assetId: string) => void;
  /** Readings of the past came in: what is drawn of the asset has holes that the store has no longer. */
  readonly backlog?: (assetId: string) => void;
  /** Everything was read anew: what a view has read for itself may be old. */
  readonly reloaded?: () => void;
}

const CHANGED_EVERY_MS = 250;
const RELOAD_EVERY_MS = 2_000;
/** A reading of something unknown makes the page read everything again, so many times for each such channel. */
const UNKNOWN_TRIES = 3;
const UNKNOWN_KEPT_MAX = 1_000;
const RETRY_MS = 3_000;
const COMPLETENESS_EVERY_MS = 5_000;
const CLOSED_ALARMS = 100;
const OPEN_ALARMS_MAX = 1_000;
const EVENTS_MEANWHILE_MAX = 500;

export function liveState(listener: StateListener, wants: { completeness: boolean }): LiveState {
  const known: Known = {
    session: undefined,
    assets: new Map(),
    shipments: new Map(),
    alarms: new Map(),
    completeness: undefined,
    link: "connecting",
    isIngestHeard: true,
    failure: undefined,
    freshAtMs: undefined,
    isLoaded: false,
  };
  let clockAheadMs = 0;
  const nowMs = (): number => Date.now() + clockAheadMs;
  const changed = atMostEvery(CHANGED_EVERY_MS, listener.changed);
  // What comes while everything is read may be newer than the answers: it is taken again afterwards.
  let meanwhile: LiveEvent[] = [];
  const load = async (): Promise<void> => {
    meanwhile = [];
    try {
      const session = await api.session();
      clockAheadMs = session.nowMs - Date.now();
      known.session = session;
      await readEverything(known);
      for (const event of meanwhile) takeEvent(known, event);
      known.freshAtMs = nowMs();
      known.failure = undefined;
      known.isLoaded = true;
      listener.reloaded?.();
    } catch (error) {
      known.failure = error instanceof ApiFailure ? error : new ApiFailure(0, "UNKNOWN", String(error));
      if (known.failure.status === 401) known.link = "logged-out";
      else setTimeout(reload, RETRY_MS);
    }
    changed();
  };
  const reload = atMostEvery(RELOAD_EVERY_MS, () => void load());
  const isNews = unknownTries();
  const link = liveLink("/api/v1/events", {
    opened: reload,
    state: (state) => {
      if (known.link !== "logged-out") known.link = state;
      changed();
    },
    event: (event) => {
      meanwhile.push(event);
      if (meanwhile.length > EVENTS_MEANWHILE_MAX) meanwhile.shift();
      if (event.event === "reload") reload();
      else if (event.event === "ingest") known.isIngestHeard = event.data.isHeard;
      else if (isNews(takeEvent(known, event))) reload();
      known.freshAtMs = nowMs();
      if (event.event === "readings") listener.readings?.(event.data);
      if (event.event === "excursion") for (const assetId of event.data.assetIds) listener.excursion?.(assetId);
      if (event.event === "backlog") listener.backlog?.(event.data.assetId);
      // An alarm is shown at once: it does not wait for its turn among readings.
      if (event.event === "alarm") listener.changed();
      else changed();
    },
  });
  if (wants.completeness) readCompletenessOften(known, changed);
  // Ages grow without any message.
  setInterval(changed, 1_000);
  return { known, nowMs, retryNow: link.retryNow };
}

async function readEverything(known: Known): Promise<void> {
  const [assets, shipments, open, recent] = await Promise.all([
    api.assets(),
    api.shipments(),
    api.alarms({ open: "1", limit: OPEN_ALARMS_MAX }),
    api.alarms({ limit: CLOSED_ALARMS }),
  ]);
  known.assets = new Map(assets.assets.map((asset) => [asset.assetId, asset]));
  known.shipments = new Map(shipments.shipments.map((shipment) => [shipment.shipmentId, shipment]));
  known.alarms = new Map([...recent.alarms, ...open.alarms].map((alarm) => [alarm.alarmId, alarm]));
}

/** Whether any of these unknown things is worth asking the server about: not for ever, since it may never tell. */
function unknownTries(): (unknown: readonly string[]) => boolean {
  const tries = new Map<string, number>();
  return (unknown) => {
    const fresh = unknown.filter((key) => (tries.get(key) ?? 0) < UNKNOWN_TRIES);
    for (const key of fresh) if (tries.size < UNKNOWN_KEPT_MAX) tries.set(key, (tries.get(key) ?? 0) + 1);
    return tries.size < UNKNOWN_KEPT_MAX && fresh.length > 0;
  };
}

/** When what is shown was last known to be whole: undefined before the first reading of everything. */
export function dataFromMs({ isIngestHeard, assets, freshAtMs }: Known): number | undefined {
  if (isIngestHeard) return freshAtMs;
  const newestMs = newestSampledAtMs(assets.values());
  return newestMs === undefined ? freshAtMs : newestMs;
}

export function newestSampledAtMs(assets: Iterable<AssetView>): number | undefined {
  let newestMs: number | undefined;
  for (const { lastSampledAtMs } of assets)
    if (lastSampledAtMs !== null && lastSampledAtMs > (newestMs ?? -Infinity)) newestMs = lastSampledAtMs;
  return newestMs;
}

/** Gives what the event speaks of that is not known here yet. */
function takeEvent(known: Known, event: LiveEvent): string[] {
  switch (event.event) {
    case "alarm":
      known.alarms.set(event.data.alarmId, event.data);
      return [];
    case "asset": {
      const asset = known.assets.get(event.data.assetId);
      if (asset === undefined) return [event.data.assetId];
      known.assets.set(asset.assetId, { ...asset, status: event.data.status });
      return [];
    }
    case "readings":
      return takeReadings(known, event.data);
    case "excursion":
    case "backlog":
    case "ingest":
    case "reload":
      return [];
  }
}

/** Takes what is newer than what is known; gives the channels that are not known at all. */
export function takeReadings(known: Pick<Known, "assets">, readings: readonly LiveReading[]): string[] {
  const unknown: string[] = [];
  for (const reading of readings) {
    const asset = known.assets.get(reading.assetId);
    const at = asset?.channels.findIndex(({ channel }) => channel === reading.channel) ?? -1;
    const channel = asset?.channels[at];
    if (asset === undefined || channel === undefined) {
      unknown.push(`${reading.assetId}/${reading.channel}`);
      continue;
    }
    // Late readings fill the past; what is shown as current only ever goes forward.
    if (channel.latest !== null && channel.latest.atMs > reading.atMs) continue;
    const { atMs, value, quality } = reading;
    const channels = asset.channels.with(at, { ...channel, latest: { atMs, value, quality } });
    const lastSampledAtMs = Math.max(asset.lastSampledAtMs ?? 0, atMs);
    known.assets.set(asset.assetId, { ...asset, channels, lastSampledAtMs, position: positionOf(asset, channels) });
  }
  return unknown;
}

function positionOf(asset: AssetView, channels: AssetView["channels"]): AssetView["position"] {
  const of = (quantity: string) => channels.find((channel) => channel.quantity === quantity)?.latest ?? undefined;
  const [latitude, longitude] = [of("latitude"), of("longitude")];
  if (latitude === undefined || longitude === undefined || latitude.atMs !== longitude.atMs) return asset.position;
  if (latitude.value === null || longitude.value === null) return asset.position;
  const speedMps = of("speed")?.value ?? null;
  return { latitudeDeg: latitude.value, longitudeDeg: longitude.value, atMs: latitude.atMs, speedMps };
}

function readCompletenessOften(known: Known, changed: () => void): void {
  const read = async (): Promise<void> => {
    if (known.link !== "logged-out" && known.isLoaded && !document.hidden)
      await api.completeness().then(
        (completeness) => {
          known.completeness = completeness;
          changed();
        },
        // The figure keeps its last value; the link state already says that the server is away.
        () => undefined,
      );
    setTimeout(() => void read(), known.completeness === undefined ? 1_000 : COMPLETENESS_EVERY_MS);
  };
  void read();
}

/** Runs at once, then at most once per interval; a call in between runs at the interval's end. */
export function atMostEvery(intervalMs: number, run: () => void): () => void {
  let waiting = false;
  let lastMs = -Infinity;
  return () => {
    if (waiting) return;
    waiting = true;
    const go = (): void => {
      waiting = false;
      lastMs = performance.now();
      run();
    };
    setTimeout(go, Math.max(0, lastMs + intervalMs - performance.now()));
  };
}
