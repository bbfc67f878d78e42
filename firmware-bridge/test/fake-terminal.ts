// A terminal in memory, in virtual time: what a command printed and told, and the files that it may read.

import { VirtualTime } from "@isotherm/coldchain";
import type { Terminal } from "../src/cli/terminal.ts";

export interface FakeTerminal extends Terminal {
  readonly printed: string[];
  readonly told: string[];
}

/** It is June 2026. */
export function fakeTerminal(files: Readonly<Record<string, Uint8Array>>): FakeTerminal {
  const time = new VirtualTime(Date.UTC(2026, 5, 20));
  const printed: string[] = [];
  const told: string[] = [];
  return {
    printed,
    told,
    print: (line) => void printed.push(line),
    tell: (line) => void told.push(line),
    clock: time,
    scheduler: time,
    stop: new AbortController().signal,
    async readFile(path) {
      const file = files[path];
      if (file === undefined) throw Object.assign(new Error(`no file ${path}`), { code: "ENOENT", path });
      return file;
    },
  };
}
