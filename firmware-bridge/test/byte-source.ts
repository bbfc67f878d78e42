// A transport in memory that only listens: what `say` is given is what arrives.

import type { Transport } from "../mod.ts";

export interface ByteSource extends Transport {
  say(text: string): void;
  unplug(): void;
}

export function byteSource(): ByteSource {
  let isOpen = false;
  let listener: (bytes: Uint8Array) => void = () => undefined;
  return {
    name: "byte source",
    get isOpen() {
      return isOpen;
    },
    open() {
      isOpen = true;
      return Promise.resolve();
    },
    write: () => Promise.resolve(),
    discardInput: () => undefined,
    onBytes(next) {
      listener = next;
      return () => undefined;
    },
    onClose: () => () => undefined,
    close() {
      isOpen = false;
      return Promise.resolve();
    },
    say: (text) => listener(new TextEncoder().encode(text)),
    unplug() {
      isOpen = false;
    },
  };
}
