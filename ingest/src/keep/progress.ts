// Says how far long work has come: nothing for what is done within two seconds, then a line every two.

import type { Clock } from "@isotherm/coldchain";

const SILENT_MS = 2_000;

export class Progress {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #say: (text: string) => void;
  #saidAtMs: number;

  constructor(clock: Pick<Clock, "monotonicMs">, say: (text: string) => void) {
    this.#clock = clock;
    this.#say = say;
    this.#saidAtMs = clock.monotonicMs();
  }

  /** @param done 0 to 1, when that is known */
  tell(what: string, done?: number): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#saidAtMs < SILENT_MS) return;
    this.#saidAtMs = nowMs;
    this.#say(done === undefined ? `${what}\n` : `${what}: ${Math.floor(done * 100)} %\n`);
  }
}
