// What the writing process remembers of each series: how its lines begin, and the last instant that it has written.
import { linePrefix } from "./influx-lines.ts";
import { isSeriesId } from "./reading-check.ts";
import type { SeriesId } from "./reading-store.ts";

/** Series remembered; beyond, the one known longest is forgotten, and merely asked about again. */
const SERIES_MAX = 100_000;

export class KnownSeries {
  readonly name: string;
  readonly id: SeriesId;
  readonly prefix: Uint8Array;
  /** The last instant known to be written; NaN when nothing is known. */
  atMs = Number.NaN;
  ordinal = 0;
  /** What that will be when the batch of this stamp is durable. */
  stamp = 0;
  nextAtMs = Number.NaN;
  nextOrdinal = 0;
  isForgotten = false;

  constructor(name: string, id: SeriesId) {
    this.name = name;
    this.id = id;
    // A series that may not be stored is refused before it needs a line.
    this.prefix = isSeriesId(id) ? Buffer.from(linePrefix(id)) : new Uint8Array(0);
  }

  /** True when an instant is later than all that this process has written of the series, the batch under way included. */
  isLater(atMs: number, ordinal: number): boolean {
    return atMs > this.nextAtMs || (atMs === this.nextAtMs && ordinal > this.nextOrdinal);
  }
}

export class SeriesMemory {
  readonly #byName = new Map<string, KnownSeries>();
  /** The callers' own objects lead there without a name being made. */
  readonly #byId = new WeakMap<SeriesId, KnownSeries>();

  of(id: SeriesId): KnownSeries {
    const known = this.#byId.get(id);
    if (known !== undefined && !known.isForgotten) return known;
    const name = `${id.tenantId} ${id.assetId} ${id.channel}`;
    let series = this.#byName.get(name);
    if (series === undefined) {
      this.#byName.set(name, (series = new KnownSeries(name, id)));
      if (this.#byName.size > SERIES_MAX) this.#forgetOldest();
    }
    this.#byId.set(id, series);
    return series;
  }

  #forgetOldest(): void {
    const oldest = this.#byName.values().next();
    if (oldest.done === true) return;
    oldest.value.isForgotten = true;
    this.#byName.delete(oldest.value.name);
  }
}
