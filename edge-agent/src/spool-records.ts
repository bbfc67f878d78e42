// Records in the spool's table: written once, read back with their checksum checked.

import { parseRecordBytes, recordBytes, type ChainRecord, type Range } from "@isotherm/coldchain";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";

export interface ReadBack {
  readonly records: readonly ChainRecord[];
  /** Numbers of the range that are not in the table. */
  readonly missing: readonly Range[];
  /** Numbers whose bytes are not what was written. */
  readonly corrupt: readonly number[];
}

const REWRITTEN_AT_ONCE = 1000;

/** Streams of records in the order of their numbers. */
export class SpoolRecords {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #remove: StatementSync;
  readonly #first: StatementSync;
  readonly #firstIn: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO records (streamId, number, crc, bytes) VALUES (?, ?, ?, ?)");
    this.#select = db.prepare(
      "SELECT number, crc, bytes FROM records WHERE streamId = ? AND number BETWEEN ? AND ? ORDER BY number",
    );
    this.#remove = db.prepare("DELETE FROM records WHERE streamId = ? AND number BETWEEN ? AND ?");
    this.#first = db.prepare("SELECT min(number) AS first FROM records WHERE streamId = ?");
    this.#firstIn = db.prepare(
      "SELECT min(number) AS first FROM records WHERE streamId = ? AND number BETWEEN ? AND ?",
    );
  }

  /** Returns how many bytes the record takes. Runs within the caller's transaction. */
  insert(streamId: number, record: ChainRecord): number {
    const bytes = recordBytes(record);
    this.#insert.run(streamId, record.number, crc32(bytes), bytes);
    return bytes.length;
  }

  /** Returns how many were there. */
  remove(streamId: number, { first, last }: Range): number {
    return Number(this.#remove.run(streamId, first, last).changes);
  }

  /**
   * Removes single records, ascending, and writes their neighbours' bytes anew as they were: taking rows out of a page
   * does not free it until it is nearly empty, so that scattered removals alone would make no room.
   */
  removeScattered(streamId: number, numbers: ReadonlySet<number>): void {
    const sorted = [...numbers];
    for (let at = 0; at < sorted.length; at += REWRITTEN_AT_ONCE) {
      const first = sorted[at] as number;
      const last = sorted[Math.min(at + REWRITTEN_AT_ONCE, sorted.length) - 1] as number;
      const rows = this.#select.all(streamId, first, last);
      this.#remove.run(streamId, first, last);
      for (const { number, crc, bytes } of rows)
        if (!numbers.has(Number(number))) this.#insert.run(streamId, Number(number), Number(crc), bytes as Uint8Array);
    }
  }

  /** The lowest number that is there. */
  firstNumber(streamId: number): number | undefined {
    const first = this.#first.get(streamId)?.["first"];
    return first === null || first === undefined ? undefined : Number(first);
  }

  /** The lowest number of the range that is there. */
  presentIn(streamId: number, { first, last }: Range): number | undefined {
    const found = this.#firstIn.get(streamId, first, last)?.["first"];
    return found === null || found === undefined ? undefined : Number(found);
  }

  read(streamId: number, { first, last }: Range): ReadBack {
    const records: ChainRecord[] = [];
    const missing: Range[] = [];
    const corrupt: number[] = [];
    let next = first;
    for (const row of this.#select.iterate(streamId, first, last)) {
      const number = Number(row["number"]);
      if (number > next) missing.push({ first: next, last: number - 1 });
      const record = checked(row["bytes"] as Uint8Array, Number(row["crc"]), number);
      if (record === undefined) corrupt.push(number);
      else records.push(record);
      next = number + 1;
    }
    if (next <= last) missing.push({ first: next, last });
    return { records, missing, corrupt };
  }
}

function checked(bytes: Uint8Array, crc: number, number: number): ChainRecord | undefined {
  if (crc32(bytes) !== crc) return undefined;
  try {
    const record = parseRecordBytes(bytes);
    return record.number === number ? record : undefined;
  } catch {
    // Whatever is wrong with the bytes, the number is declared gone as corrupt: nobody can read them any more.
    return undefined;
  }
}
