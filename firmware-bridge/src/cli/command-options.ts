// Options as they are typed, checked before anything is done with them.

import { parseArgs } from "node:util";
import type { ParseArgsOptionsConfig } from "node:util";
import { UsageError } from "./terminal.ts";

export type Parity = "none" | "even" | "odd";
const PARITIES: readonly Parity[] = ["none", "even", "odd"];

export interface ParsedOptions {
  readonly words: readonly string[];
  readonly has: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly texts: (name: string) => readonly string[];
  /** Throws a UsageError for what is not a number within the bounds. */
  readonly number: (name: string, bounds: { readonly min: number; readonly max: number }) => number | undefined;
}

/** Throws a {@link UsageError} that names the option and those that exist. */
export function parseOptions(args: readonly string[], options: ParseArgsOptionsConfig): ParsedOptions {
  const { values, positionals } = parsed(args, options);
  const texts = (name: string): readonly string[] => {
    const value = values[name];
    return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
  };
  const text = (name: string): string | undefined => texts(name).at(-1);
  return {
    words: positionals,
    has: (name) => values[name] !== undefined && values[name] !== false,
    texts,
    text,
    number(name, { min, max }) {
      const given = text(name);
      if (given === undefined) return undefined;
      const number = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
      if (number >= min && number <= max) return number;
      throw new UsageError(`--${name} takes a number from ${min} to ${max}, not "${given}".`);
    },
  };
}

function parsed(args: readonly string[], options: ParseArgsOptionsConfig) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const known = Object.keys(options)
      .map((name) => `--${name}`)
      .join(", ");
    const [first = ""] = (error as Error).message.split(". ");
    throw new UsageError(`${first}. Options here are: ${known}.`, { cause: error });
  }
}

/** `1-5,9` as numbers, in the order given. */
export function numbersOf(name: string, text: string, { min, max }: { min: number; max: number }): number[] {
  const all = text.split(",").flatMap((part) => {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const from = Number(first);
    const to = last === undefined ? from : Number(last);
    if (first === undefined || from < min || to > max || to < from) {
      throw new UsageError(`--${name} takes numbers from ${min} to ${max} such as 1-5,9, not "${text}".`);
    }
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
  return [...new Set(all)];
}

export function parityOf(text: string): Parity {
  const parity = PARITIES.find((each) => each === text);
  if (parity === undefined) throw new UsageError(`--parity is one of ${PARITIES.join(", ")}, not "${text}".`);
  return parity;
}
