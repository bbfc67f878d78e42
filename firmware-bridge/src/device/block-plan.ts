// Joins the points of a device into as few reads as its profile allows, and makes the reads tellable from each other:
// on RTU a late reply is known only by function and length, so no two reads of one device should share both.

import { dataBytes, isBitFunction } from "../modbus/read-request.ts";
import type { ReadFunction } from "../modbus/read-request.ts";
import type { ModbusProfile } from "./device-profile.ts";

export interface Cell {
  readonly fn: ReadFunction;
  readonly address: number;
}

export interface ReadBlock {
  readonly fn: ReadFunction;
  readonly address: number;
  readonly count: number;
  /** How many more may be read after it. */
  readonly widenMax: number;
}

/** Every cell lies in exactly one block. A gap is read over only where the profile calls it readable. */
export function planBlocks(profile: ModbusProfile, cells: readonly Cell[]): ReadBlock[] {
  const blocks: ReadBlock[] = [];
  for (const fn of [1, 2, 3, 4] as const) {
    const addresses = [...new Set(cells.filter((cell) => cell.fn === fn).map((cell) => cell.address))];
    addresses.sort((a, b) => a - b);
    for (const { address, count } of spansOf(profile, fn, addresses)) {
      blocks.push(tellable({ fn, address, count, widenMax: widenMaxOf(profile, fn, address, count) }, blocks));
    }
  }
  return blocks;
}

function spansOf(profile: ModbusProfile, fn: ReadFunction, addresses: readonly number[]) {
  const spans: { address: number; count: number }[] = [];
  for (const address of addresses) {
    const last = spans.at(-1);
    const count = last === undefined ? 0 : address - last.address + 1;
    if (last !== undefined && count <= countMaxOf(profile, fn) && isReadableGap(profile, fn, last, address)) {
      last.count = count;
    } else {
      spans.push({ address, count: 1 });
    }
  }
  return spans;
}

function countMaxOf(profile: ModbusProfile, fn: ReadFunction): number {
  return isBitFunction(fn) ? profile.maxRegisters * 16 : profile.maxRegisters;
}

function isReadableGap(
  profile: ModbusProfile,
  fn: ReadFunction,
  span: { address: number; count: number },
  next: number,
): boolean {
  const from = span.address + span.count;
  return (
    from === next || profile.readable.some((range) => range.fn === fn && range.from <= from && range.to >= next - 1)
  );
}

function widenMaxOf(profile: ModbusProfile, fn: ReadFunction, address: number, count: number): number {
  const next = address + count;
  const room = profile.readable
    .filter((range) => range.fn === fn && range.from <= next)
    .map((range) => range.to - next + 1);
  return Math.max(0, Math.min(Math.max(0, ...room), countMaxOf(profile, fn) - count));
}

/** Widens a block until its reply differs in length from those of the blocks before it, as far as it may be widened. */
function tellable(block: ReadBlock, earlier: readonly ReadBlock[]): ReadBlock {
  const taken = new Set(earlier.filter(({ fn }) => fn === block.fn).map(({ fn, count }) => dataBytes(fn, count)));
  for (let wider = 0; wider <= block.widenMax; wider += 1) {
    const count = block.count + wider;
    if (!taken.has(dataBytes(block.fn, count))) return { ...block, count, widenMax: block.widenMax - wider };
  }
  return block;
}
