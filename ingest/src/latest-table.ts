// The newest reading of every channel and up to when it is judged: in memory, and packed into one row an asset, because
// a row a channel and batch is most of what storing readings would cost.

import type { StreamBirth } from "@isotherm/coldchain";
import { type LatestOfChannel, latestBody, latestOf, SLOT } from "./latest-body.ts";
import type { QuietChannel } from "./quiet-channels.ts";
import type { StateDb } from "./state-db.ts";
import type { SeriesId } from "./store/reading-store.ts";

/** Births whose channels are kept at hand by alias, each for as long as the birth itself is. */
type BirthChannels = ReadonlyMap<number, ChannelState>;

export class AssetState {
  readonly tenantId: string;
  readonly assetId: string;
  /** Undefined until it is first stored. */
  assetKey: number | undefined;
  /** By slot. */
  readonly channels: ChannelState[] = [];
  body = latestBody(0);
  /** Changed since it was last saved. */
  isTouched = false;

  constructor(tenantId: string, assetId: string) {
    this.tenantId = tenantId;
    this.assetId = assetId;
  }
}

export class ChannelState {
  readonly series: SeriesId;
  readonly asset: AssetState;
  /** Where it stands in its asset's row; -1 until a reading of it is first stored. */
  slot = -1;
  /** What is known of the values that change nothing; undefined when that must be looked up. */
  quiet: QuietChannel | undefined;
  /** The hour, and the state of the dues then, for which this channel's hour was last noted. */
  hourMs = Number.NaN;
  hourVersion = -1;
  /** Of whoever gathers readings now: its stamp, and the channel's place there. */
  stamp = 0;
  key = 0;

  constructor(asset: AssetState, channel: string) {
    this.asset = asset;
    this.series = { tenantId: asset.tenantId, assetId: asset.assetId, channel };
  }

  /** The newest good reading judged; NaN before the first. */
  get judgedToMs(): number {
    return this.slot < 0
      ? Number.NaN
      : (this.asset.body[SLOT.head + this.slot * SLOT.size + SLOT.judgedToMs] as number);
  }
}

export class LatestTable {
  readonly #db: StateDb;
  readonly #assets = new Map<string, AssetState>();
  readonly #channels = new Map<string, ChannelState>();
  readonly #ofBirth = new WeakMap<StreamBirth, BirthChannels>();
  #stamp = 0;
  #touched: AssetState[] = [];

  constructor(db: StateDb) {
    this.#db = db;
    this.#load();
  }

  /** A number that no channel carries yet: who gathers readings marks with it the channels that it has seen. */
  nextStamp(): number {
    return ++this.#stamp;
  }

  channel({ tenantId, assetId, channel }: SeriesId): ChannelState {
    const key = `${tenantId}/${assetId}/${channel}`;
    let state = this.#channels.get(key);
    if (state === undefined)
      this.#channels.set(key, (state = new ChannelState(this.#asset(tenantId, assetId), channel)));
    return state;
  }

  /** The channels that a birth of a tenant's asset declares, by alias. */
  ofBirth(tenantId: string, birth: StreamBirth): BirthChannels {
    let channels = this.#ofBirth.get(birth);
    if (channels === undefined) {
      const { assetId } = birth;
      channels = new Map(
        birth.channels.map(({ alias, channel }) => [alias, this.channel({ tenantId, assetId, channel })]),
      );
      this.#ofBirth.set(birth, channels);
    }
    return channels;
  }

  /** The newest good reading judged on a channel; 0 before the first. */
  judgedToMs(tenantId: string, assetId: string, channel: string): number {
    const judgedToMs = this.#channels.get(`${tenantId}/${assetId}/${channel}`)?.judgedToMs ?? Number.NaN;
    return Number.isNaN(judgedToMs) ? 0 : judgedToMs;
  }

  /** The newest reading of a channel. */
  of(tenantId: string, assetId: string, channel: string): LatestOfChannel | undefined {
    const state = this.#channels.get(`${tenantId}/${assetId}/${channel}`);
    return state === undefined || state.slot < 0 ? undefined : latestOf(state.asset.body, state.slot);
  }

  /** Within a transaction, which must end in `save`: the asset's row will change. Gives the channel its place there. */
  touch(channel: ChannelState): void {
    const { asset } = channel;
    if (channel.slot < 0) this.#place(channel);
    if (asset.isTouched) return;
    asset.isTouched = true;
    if (this.#touched.length === 0) this.#db.onRollback(() => this.#reload());
    this.#touched.push(asset);
  }

  /** Within a transaction: writes what was touched. */
  save(): void {
    for (const asset of this.#touched) {
      const bytes = new Uint8Array(asset.body.buffer);
      this.#db.run("UPDATE latest SET body = ? WHERE asset_key = ?", bytes, asset.assetKey as number);
      asset.isTouched = false;
    }
    this.#touched = [];
  }

  #asset(tenantId: string, assetId: string): AssetState {
    const key = `${tenantId}/${assetId}`;
    let asset = this.#assets.get(key);
    if (asset === undefined) this.#assets.set(key, (asset = new AssetState(tenantId, assetId)));
    return asset;
  }

  #place(channel: ChannelState): void {
    const { asset } = channel;
    // Should the transaction fail, the place must be given anew with the row.
    this.#db.onRollback(() => this.#reload());
    channel.slot = asset.channels.push(channel) - 1;
    const body = latestBody(asset.channels.length);
    body.set(asset.body);
    asset.body = body;
    const names = JSON.stringify(asset.channels.map(({ series }) => series.channel));
    if (asset.assetKey === undefined) {
      const { tenantId, assetId } = asset;
      const row = this.#db.get(
        "INSERT INTO latest_slots (tenant_id, asset_id, channels) VALUES (?, ?, ?) RETURNING asset_key",
        tenantId,
        assetId,
        names,
      );
      asset.assetKey = Number(row?.["asset_key"]);
      this.#db.run("INSERT INTO latest VALUES (?, ?)", asset.assetKey, new Uint8Array(body.buffer));
    } else this.#db.run("UPDATE latest_slots SET channels = ? WHERE asset_key = ?", names, asset.assetKey);
  }

  #load(): void {
    for (const row of this.#db.all("SELECT * FROM latest_slots JOIN latest USING (asset_key)")) {
      const asset = this.#asset(String(row["tenant_id"]), String(row["asset_id"]));
      const names = JSON.parse(String(row["channels"])) as string[];
      asset.assetKey = Number(row["asset_key"]);
      asset.body = latestBody(names.length, row["body"] as Uint8Array);
      for (const [slot, name] of names.entries()) {
        const channel = this.channel({ ...asset, channel: name });
        channel.slot = slot;
        asset.channels.push(channel);
      }
    }
  }

  /** What is in memory may be ahead of a transaction that failed. */
  #reload(): void {
    for (const asset of this.#assets.values()) {
      for (const channel of asset.channels) channel.slot = -1;
      asset.channels.length = 0;
      asset.assetKey = undefined;
      asset.body = latestBody(0);
      asset.isTouched = false;
    }
    for (const channel of this.#channels.values()) channel.quiet = undefined;
    this.#touched = [];
    this.#load();
  }
}
