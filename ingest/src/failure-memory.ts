// Which ranges failed once already: the second failure sends them to quarantine. In memory, bounded, the oldest forgotten.

export class FailureMemory {
  readonly #keys = new Set<string>();
  readonly #keysMax: number;

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  remember(key: string): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size > this.#keysMax) {
      const oldest = this.#keys.values().next();
      if (oldest.done !== true) this.#keys.delete(oldest.value);
    }
  }

  forget(key: string): void {
    this.#keys.delete(key);
  }
}
