// What falls due when: a binary heap by time, so that waiting for ten thousand things costs nothing until one is due.

interface Entry<T> {
  readonly dueMs: number;
  readonly item: T;
}

export class DueQueue<T> {
  readonly #heap: Entry<T>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(item: T, dueMs: number): void {
    const heap = this.#heap;
    heap.push({ dueMs, item });
    for (let at = heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as Entry<T>).dueMs <= dueMs) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Takes the earliest that is due at this time, or gives undefined. */
  take(nowMs: number): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const last = heap.pop() as Entry<T>;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first.item;
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const dueOf = (index: number): number => heap[index]?.dueMs ?? Infinity;
      const least = dueOf(left + 1) < dueOf(left) ? left + 1 : left;
      if (dueOf(at) <= dueOf(least)) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b] as Entry<T>, heap[a] as Entry<T>];
  }
}
