// Reads the blocks of one device into cells, and learns which blocks the device will not give in one piece.

import type { Quality } from "@isotherm/coldchain";
import { ModbusCrcError, ModbusExceptionError, ModbusMismatchError } from "../modbus/modbus-error.ts";
import type { ModbusMaster } from "../modbus/master-contract.ts";
import type { ReadRequest } from "../modbus/read-request.ts";
import { planBlocks, splitBlock } from "./block-plan.ts";
import type { Cell, ReadBlock } from "./block-plan.ts";
import type { ModbusProfile } from "./device-profile.ts";

/** What a register or bit gave: its raw value, or the quality that says why it gave none. By {@link cellKey}. */
export type CellOutcomes = ReadonlyMap<number, number | Quality>;

const ILLEGAL_ADDRESS = 2;
/** Some devices answer so when too many registers are asked for at once. */
const ILLEGAL_VALUE = 3;

export function cellKey(fn: number, address: number): number {
  return fn * 65_536 + address;
}

export class BlockReader {
  readonly #master: ModbusMaster;
  /** What all requests to this device have in common. */
  readonly #asked: Pick<ReadRequest, "unit" | "guardMs" | "lateMaxMs" | "responseTimeoutMs" | "inOrder">;
  readonly #cells: readonly Cell[];
  #blocks: readonly ReadBlock[];

  constructor(master: ModbusMaster, unit: number, profile: ModbusProfile, cells: readonly Cell[]) {
    this.#master = master;
    const { guardMs, lateMaxMs, responseTimeoutMs, inOrder } = profile;
    // Left out where the profile promises nothing, so that the bus's own setting counts.
    this.#asked = { unit, guardMs, lateMaxMs, responseTimeoutMs, ...(inOrder ? { inOrder } : {}) };
    this.#cells = cells;
    this.#blocks = planBlocks(profile, cells);
  }

  get blocks(): readonly ReadBlock[] {
    return this.#blocks;
  }

  async read(): Promise<CellOutcomes> {
    const outcomes = new Map<number, number | Quality>();
    const [only] = this.#blocks;
    if (only !== undefined && this.#blocks.length === 1) {
      this.#blocks = await this.#readBlock(only, outcomes);
      return outcomes;
    }
    const settled = await Promise.all(this.#blocks.map((block) => this.#readBlock(block, outcomes)));
    this.#blocks = settled.flat();
    return outcomes;
  }

  /** Gives the blocks to read next time: this one, or the parts in which the device gave it. */
  async #readBlock(block: ReadBlock, outcomes: Map<number, number | Quality>): Promise<ReadBlock[]> {
    try {
      const { fn, address, count, widenMax } = block;
      const values = await this.#master.read({ ...this.#asked, fn, address, count, widenMax });
      for (let at = 0; at < block.count; at += 1) {
        outcomes.set(cellKey(block.fn, block.address + at), values[at] as number);
      }
      return [block];
    } catch (error) {
      const parts = isTooMuch(error) ? splitBlock(block, this.#cells) : undefined;
      if (parts !== undefined) {
        const settled: ReadBlock[][] = [];
        for (const part of parts) settled.push(await this.#readBlock(part, outcomes));
        return settled.flat();
      }
      const quality = qualityOfError(error);
      for (let at = 0; at < block.count; at += 1) outcomes.set(cellKey(block.fn, block.address + at), quality);
      return [block];
    }
  }
}

function isTooMuch(error: unknown): boolean {
  if (!(error instanceof ModbusExceptionError)) return false;
  return error.exceptionCode === ILLEGAL_ADDRESS || error.exceptionCode === ILLEGAL_VALUE;
}

function qualityOfError(error: unknown): Quality {
  return error instanceof ModbusCrcError || error instanceof ModbusMismatchError ? "bad-crc" : "device-timeout";
}
