// Streams and aliases in the spool's tables. An alias is given once for the whole gateway and never again.

import { RangeSet, type ChannelDeclaration } from "@isotherm/coldchain";
import type { DatabaseSync } from "node:sqlite";
import type { SpoolMeta } from "./spool-meta.ts";
import type { StreamState } from "./spool-stream.ts";

/** A channel before it has an alias. */
export type ChannelMeaning = Omit<ChannelDeclaration, "alias">;

/** What one asset's records may hold. */
export interface StreamDeclaration {
  readonly assetId: string;
  readonly channels: readonly ChannelMeaning[];
}

/** The channel that was declared under this epoch with another meaning, if there is one. */
export function changedMeaning(
  streams: readonly StreamState[],
  epoch: string,
  declarations: readonly StreamDeclaration[],
): string | undefined {
  for (const { assetId, channels } of declarations) {
    const stream = streams.find((one) => one.epoch === epoch && one.assetId === assetId);
    for (const wanted of channels) {
      const known = stream?.channels.get(wanted.channel);
      if (known === undefined) continue;
      if (known.role !== wanted.role || known.unit !== wanted.unit || known.resolution !== wanted.resolution)
        return `${assetId} ${wanted.channel}`;
    }
  }
  return undefined;
}

export class SpoolDeclarations {
  readonly #db: DatabaseSync;
  readonly #meta: SpoolMeta;

  constructor(db: DatabaseSync, meta: SpoolMeta) {
    this.#db = db;
    this.#meta = meta;
  }

  /** Makes what is missing: a stream, aliases. Runs within the caller's transaction; what it made counts once that commits. */
  declare(existing: StreamState | undefined, epoch: string, { assetId, channels }: StreamDeclaration): StreamState {
    const stream = existing ?? this.#newStream(epoch, assetId);
    const added = channels.filter(({ channel }) => !stream.channels.has(channel));
    if (added.length === 0) return stream;
    const insert = this.#db.prepare(
      "INSERT INTO channels (alias, streamId, channel, role, unit, resolution) VALUES (?, ?, ?, ?, ?, ?)",
    );
    const known = new Map(stream.channels);
    for (const meaning of added) {
      const { channel, role, unit, resolution } = meaning;
      const alias = this.#nextAlias();
      insert.run(alias, stream.streamId, channel, role, unit, resolution);
      known.set(channel, { channel, role, unit, resolution, alias });
    }
    return { ...stream, channels: known };
  }

  #newStream(epoch: string, assetId: string): StreamState {
    const numberAlias = this.#nextAlias();
    const monotonicAlias = this.#nextAlias();
    const { lastInsertRowid } = this.#db
      .prepare("INSERT INTO streams (epoch, assetId, numberAlias, monotonicAlias) VALUES (?, ?, ?, ?)")
      .run(epoch, assetId, numberAlias, monotonicAlias);
    return {
      streamId: Number(lastInsertRowid),
      epoch,
      assetId,
      numberAlias,
      monotonicAlias,
      channels: new Map(),
      issued: 0,
      accepted: new RangeSet(),
      gone: { thinned: new RangeSet(), corrupt: new RangeSet() },
      acceptedChanged: false,
    };
  }

  #nextAlias(): number {
    const alias = this.#meta.number("nextAlias") ?? 1;
    this.#meta.set("nextAlias", alias + 1);
    return alias;
  }
}
