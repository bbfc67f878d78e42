// The spool: every record that a gateway took, on disk before anything else happens to it, until its host has accepted
// it and room is needed. One process writes it; a record is there for good once `append` has returned.

import type { ChainRecord, GoneReason, Range } from "@isotherm/coldchain";
import { aliasedReadings, type RecordDraft, type TakenRecord } from "./record-draft.ts";
import { noSpoolCounts, type SpoolCounters } from "./spool-counters.ts";
import { SpoolDeclarations, changedMeaning, type StreamDeclaration } from "./spool-declarations.ts";
import { isFull, SpoolError } from "./spool-error.ts";
import type { SpoolFile, SpoolNotice } from "./spool-file.ts";
import { copyNotAccepted } from "./spool-fork.ts";
import type { SpoolFact, SpoolMeta } from "./spool-meta.ts";
import { SpoolRecords, type ReadBack } from "./spool-records.ts";
import { makeRoom } from "./spool-room.ts";
import { usedBytes } from "./spool-schema.ts";
import { SpoolSettled } from "./spool-settled.ts";
import { goneOf, loadStreams, type SpoolStream, type StreamState } from "./spool-stream.ts";
import { transact, type AfterCommit } from "./spool-transaction.ts";

/** Room is made when this part of the bound is used, and until the other one is. */
const FULL_PART = 0.92;
const ROOMY_PART = 0.85;
/** Bytes written between two looks at the file's size. */
const LOOK_EVERY_BYTES = 64 * 1024;

export interface SpoolParts {
  readonly file: SpoolFile;
  readonly meta: SpoolMeta;
  readonly bytesMax: number;
  /** 32 random hex digits. */
  readonly newEpoch: () => string;
}

export class Spool {
  readonly counters: SpoolCounters = noSpoolCounts();
  /** Told of numbers that are gone, so that whoever sends them says so. */
  onGone: (streamId: number, reason: GoneReason, ranges: readonly Range[]) => void = () => undefined;

  readonly #parts: SpoolParts;
  readonly #records: SpoolRecords;
  readonly #settled: SpoolSettled;
  readonly #declarations: SpoolDeclarations;
  #streams: ReadonlyMap<number, StreamState> = new Map();
  #declared: readonly StreamDeclaration[] = [];
  #epoch: string;
  #bytesSinceLook = LOOK_EVERY_BYTES;

  constructor(parts: SpoolParts, epoch: string) {
    const { db } = parts.file;
    this.#parts = parts;
    this.#epoch = epoch;
    this.#records = new SpoolRecords(db);
    this.#settled = new SpoolSettled(db);
    this.#declarations = new SpoolDeclarations(db, parts.meta);
    this.#load();
  }

  /** Under which numbers are given now. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Every stream of every epoch, oldest first. A view: it changes with the spool, until the next `declare` or `fork`. */
  streams(): readonly SpoolStream[] {
    return [...this.#streams.values()];
  }

  /** The stream that an asset's records go to now. */
  streamOf(assetId: string): SpoolStream | undefined {
    return this.#find(this.#epoch, assetId);
  }

  fact(fact: SpoolFact): string | undefined {
    return this.#parts.meta.get(fact);
  }

  /** Keeps a fact whose loss only repeats work. False when there is no room for it. */
  setFact(fact: SpoolFact, value: string | number): boolean {
    return this.#writeIfRoom(() => this.#parts.meta.set(fact, value));
  }

  /**
   * Says what records will hold. A channel whose role, unit or resolution has changed opens a new epoch: numbers that
   * were taken under the old meaning must be read under it for ever.
   */
  declare(declarations: readonly StreamDeclaration[]): SpoolNotice | undefined {
    this.#declared = declarations;
    const changed = changedMeaning([...this.#streams.values()], this.#epoch, declarations);
    const epoch = changed === undefined ? this.#epoch : this.#parts.newEpoch();
    this.#write((after) => {
      this.#parts.meta.set("epoch", epoch);
      this.#declareAll(epoch);
      this.#settled.writeAccepted(this.#streams.values(), after);
    });
    this.#epoch = epoch;
    this.#load();
    if (changed === undefined) return undefined;
    return { event: "new-epoch", reason: `the configuration gives ${changed} another role, unit or resolution` };
  }

  /**
   * Numbers the records and writes them in one durable transaction, with the facts. Throws SpoolError `SPOOL_FULL`
   * when there is no room even after making some: nothing is written then. An asset or channel that was not declared
   * is a programmer's error.
   */
  append(drafts: readonly RecordDraft[], facts: Partial<Record<SpoolFact, string>> = {}): TakenRecord[] {
    const write = (): TakenRecord[] =>
      this.#write((after) => {
        const taken = this.#insertAll(drafts, after);
        for (const [fact, value] of Object.entries(facts)) this.#parts.meta.set(fact as SpoolFact, value);
        return taken;
      });
    try {
      if (this.#bytesSinceLook >= LOOK_EVERY_BYTES) this.#keepRoom(FULL_PART);
      return write();
    } catch (error) {
      if (!isFull(error)) throw error;
    }
    try {
      this.#keepRoom(0);
      return write();
    } catch (error) {
      if (!isFull(error)) throw error;
      this.counters.appendsRefused++;
      const message = "The spool is full and nothing more can be removed, or its disk is full: free some space there.";
      throw new SpoolError("SPOOL_FULL", message, { cause: error });
    }
  }

  #insertAll(drafts: readonly RecordDraft[], after: AfterCommit): TakenRecord[] {
    const issued = new Map<StreamState, number>();
    const taken = drafts.map((draft) => {
      const stream = this.#find(this.#epoch, draft.assetId);
      if (stream === undefined) throw new Error(`${draft.assetId} was not declared`);
      const number = (issued.get(stream) ?? stream.issued) + 1;
      issued.set(stream, number);
      const { bootId, monotonicMs, wallMs, anchorOrdinal } = draft;
      const readings = aliasedReadings(stream, draft);
      const record: ChainRecord = { number, bootId, monotonicMs, wallMs, anchorOrdinal, readings };
      this.#bytesSinceLook += this.#records.insert(stream.streamId, record);
      return { stream, record };
    });
    after(() => {
      for (const [stream, number] of issued) stream.issued = number;
      this.counters.recordsTaken += taken.length;
    });
    return taken;
  }

  /** Reads a range back. What cannot be read although it should be there is declared gone, as `corrupt`. */
  read(streamId: number, range: Range): ReadBack {
    const back = this.#records.read(streamId, range);
    if (back.missing.length === 0 && back.corrupt.length === 0) return back;
    const stream = this.#state(streamId);
    const known = goneOf(stream);
    const lost = back.corrupt.filter((number) => !known.has(number)).map((number) => ({ first: number, last: number }));
    known.addAll(stream.accepted);
    for (const { first, last } of back.missing)
      if (first <= stream.issued) lost.push(...known.missing(first, Math.min(last, stream.issued)));
    if (lost.length > 0) this.#writeIfRoom((after) => this.#addGone(stream, "corrupt", lost, after));
    return back;
  }

  /** Marks numbers as accepted by the host. On disk with the next `flush`: losing the mark only repeats work. */
  accept(streamId: number, ranges: Iterable<Range>): void {
    const stream = this.#state(streamId);
    for (const { first, last } of ranges) {
      if (last > stream.issued) throw new RangeError(`${last} was never issued`);
      stream.accepted.add(first, last);
      stream.acceptedChanged = true;
    }
  }

  /** True when acceptance was heard of that is not on disk yet. */
  get hasNews(): boolean {
    return [...this.#streams.values()].some(({ acceptedChanged }) => acceptedChanged);
  }

  /** Puts what was accepted on disk, and the sign of life. False when there is no room: then later. */
  flush(wallMs: number): boolean {
    return this.#writeIfRoom((after) => {
      this.#settled.writeAccepted(this.#streams.values(), after);
      this.#parts.meta.set("lastAliveMs", wallMs);
    });
  }

  /**
   * The host knows numbers of this stream that we never gave: the spool was restored or copied, and what the host
   * accepted under them may not be ours. What is not accepted is taken again under a new epoch, where nobody knows
   * anything yet; then the old numbers count as accepted, as the host says. When the stream is of the current epoch,
   * everything goes on in the new one.
   */
  fork(streamId: number): SpoolNotice {
    const stream = this.#state(streamId);
    const epoch = this.#parts.newEpoch();
    const isCurrent = stream.epoch === this.#epoch;
    const { assetId } = stream;
    this.#write((after) => {
      const channels = [...stream.channels.values()];
      const fork = this.#declarations.declare(undefined, epoch, { assetId, channels });
      copyNotAccepted(this.#records, stream, fork);
      if (stream.issued > 0) stream.accepted.add(1, stream.issued);
      stream.acceptedChanged = true;
      this.#settled.writeAccepted(this.#streams.values(), after);
      if (!isCurrent) return;
      this.#parts.meta.set("epoch", epoch);
      this.#declareAll(epoch, fork);
    });
    if (isCurrent) this.#epoch = epoch;
    this.#load();
    return { event: "new-epoch", reason: `the host knows more of ${assetId} than this spool has issued` };
  }

  /** Lets go of the file. A clean close is remembered, so that the next start can say how this one ended. */
  close(wallMs: number, { isClean }: { readonly isClean: boolean }): void {
    try {
      this.flush(wallMs);
      if (isClean) this.setFact("cleanStop", 1);
    } finally {
      this.#parts.file.close();
    }
  }

  #declareAll(epoch: string, made?: StreamState): void {
    for (const one of this.#declared) {
      const known = made?.assetId === one.assetId ? made : this.#find(epoch, one.assetId);
      this.#declarations.declare(known, epoch, one);
    }
  }

  #load(): void {
    this.#streams = new Map(loadStreams(this.#parts.file.db).map((stream) => [stream.streamId, stream]));
  }

  #find(epoch: string, assetId: string): StreamState | undefined {
    for (const stream of this.#streams.values())
      if (stream.epoch === epoch && stream.assetId === assetId) return stream;
    return undefined;
  }

  #state(streamId: number): StreamState {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) throw new Error(`there is no stream ${streamId}`);
    return stream;
  }

  #keepRoom(part: number): void {
    const { file, bytesMax } = this.#parts;
    this.#bytesSinceLook = 0;
    if (usedBytes(file.db) <= bytesMax * part) return;
    const made = this.#write((after) => {
      this.#settled.writeAccepted(this.#streams.values(), after);
      return makeRoom({
        streams: [...this.#streams.values()],
        records: this.#records,
        isTight: () => usedBytes(file.db) > bytesMax * ROOMY_PART,
        settle: (stream, reason, ranges) => this.#addGone(stream, reason, ranges, after),
      });
    });
    this.counters.recordsTrimmed += made.trimmed;
  }

  #addGone(stream: StreamState, reason: GoneReason, ranges: readonly Range[], after: AfterCommit): void {
    this.#settled.addGone(stream, reason, ranges, after);
    after(() => {
      const count = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      if (reason === "thinned") this.counters.recordsThinned += count;
      else this.counters.recordsCorrupt += count;
      this.onGone(stream.streamId, reason, ranges);
    });
  }

  #writeIfRoom(run: (after: AfterCommit) => void): boolean {
    try {
      this.#write(run);
      return true;
    } catch (error) {
      if (!isFull(error)) throw error;
      this.counters.writesPutOff++;
      return false;
    }
  }

  #write<T>(run: (after: AfterCommit) => T): T {
    return transact(this.#parts.file.db, run);
  }
}
