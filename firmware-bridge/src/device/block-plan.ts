// Joins the points of a device into as few reads as its profile allows, and makes the reads tellable from each other:
// on RTU a late reply is known only by function and length, so no two reads of one device should share both.

import { dataBytes, isBitFunction } from "../modbus/read-request.ts";
import type { ReadFunction } from "../modbus/read-request.ts";
import type { ModbusProfile } from "./device-profile.ts";

/** What is wanted: one bit or register, or the `width` registers of one value, which must come in the same read. */
export interface Cell {
  readonly fn: ReadFunction;
  readonly address: number;
  /** Default 1. */
  readonly width?: number;
}

export interface ReadBlock {
  readonly fn: ReadFunction;
  readonly address: number;
  readonly count: number;
  /** How many more may be read after it. */
  readonly widenMax: number;
}

interface Span {
  readonly address: number;
  count: number;
}

/** Every cell lies whole in a block. A gap is read over only where the profile allows it. */
export function planBlocks(profile: ModbusProfile, cells: readonly Cell[]): ReadBlock[] {
  const blocks: ReadBlock[] = [];
  for (const fn of [1, 2, 3, 4] as const) {
    for (const { address, count } of spansOf(profile, fn, inOrder(cells, fn))) {
      blocks.push(tellable({ fn, address, count, widenMax: widenMaxOf(profile, fn, address, count) }, blocks));
    }
  }
  return blocks;
}

/**
 * What to read instead of a block that the device refuses: its cells in two parts, with nothing between or after them that
 * nobody asked for. Undefined when it holds no more than one cell, just as it is.
 */
export function splitBlock(block: ReadBlock, cells: readonly Cell[]): ReadBlock[] | undefined {
  const within = inOrder(cells, block.fn).filter(
    (cell) => cell.address >= block.address && endOf(cell) <= block.address + block.count,
  );
  const first = within[0];
  if (first === undefined) return undefined;
  const isWhole = endOf(first) - first.address === block.count;
  if (within.every((cell) => cell.address === first.address)) {
    return isWhole ? undefined : [exactly(block.fn, within)];
  }
  const half = halfOf(within);
  return [exactly(block.fn, within.slice(0, half)), exactly(block.fn, within.slice(half))];
}

/** Where to part cells in two: at the widest gap, and among equals nearest to the middle. */
function halfOf(cells: readonly Cell[]): number {
  let best = 1;
  const gapBefore = (at: number): number => (cells[at] as Cell).address - endOf(cells[at - 1] as Cell);
  for (let at = 2; at < cells.length; at += 1) {
    const isNearer = Math.abs(at - cells.length / 2) < Math.abs(best - cells.length / 2);
    if (gapBefore(at) > gapBefore(best) || (gapBefore(at) === gapBefore(best) && isNearer)) best = at;
  }
  return best;
}

function exactly(fn: ReadFunction, cells: readonly Cell[]): ReadBlock {
  const { address } = cells[0] as Cell;
  return { fn, address, count: Math.max(...cells.map(endOf)) - address, widenMax: 0 };
}

function endOf({ address, width = 1 }: Cell): number {
  return address + width;
}

function inOrder(cells: readonly Cell[], fn: ReadFunction): Cell[] {
  return cells.filter((cell) => cell.fn === fn).sort((a, b) => a.address - b.address || endOf(b) - endOf(a));
}

function spansOf(profile: ModbusProfile, fn: ReadFunction, cells: readonly Cell[]): Span[] {
  const spans: Span[] = [];
  for (const cell of cells) {
    const last = spans.at(-1);
    const lastEnd = last === undefined ? 0 : last.address + last.count;
    if (last !== undefined && endOf(cell) <= lastEnd) continue;
    const count = last === undefined ? 0 : endOf(cell) - last.address;
    if (last !== undefined && count <= countMaxOf(profile, fn) && mayReadOver(profile, fn, lastEnd, cell.address)) {
      last.count = count;
    } else {
      spans.push({ address: cell.address, count: endOf(cell) - cell.address });
    }
  }
  return spans;
}

function countMaxOf(profile: ModbusProfile, fn: ReadFunction): number {
  if (!isBitFunction(fn)) return profile.maxRegisters;
  return profile.maxBits ?? profile.maxRegisters * 16;
}

/** Whether `from` to `next - 1` may be read although nobody asked for it. */
function mayReadOver(profile: ModbusProfile, fn: ReadFunction, from: number, next: number): boolean {
  if (next <= from) return true;
  const touches = profile.forbidden.some((range) => range.fn === fn && range.from < next && from <= range.to);
  if (touches) return false;
  const isReadable = profile.readable.some((range) => range.fn === fn && range.from <= from && range.to >= next - 1);
  return isReadable || next - from <= profile.gapMax;
}

function widenMaxOf(profile: ModbusProfile, fn: ReadFunction, address: number, count: number): number {
  const next = address + count;
  const room = profile.readable
    .filter((range) => range.fn === fn && range.from <= next)
    .map((range) => range.to - next + 1);
  const forbiddenFrom = profile.forbidden
    .filter((range) => range.fn === fn && range.to >= next)
    .map(({ from }) => from);
  const allowed = Math.min(Math.max(0, ...room), ...forbiddenFrom.map((from) => from - next));
  return Math.max(0, Math.min(allowed, countMaxOf(profile, fn) - count));
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
