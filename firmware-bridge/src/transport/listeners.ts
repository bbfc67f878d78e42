// A set of callbacks in which one that throws cannot silence the others.

export interface Listeners<Value> {
  add(listener: (value: Value) => void): () => void;
  tell(value: Value): void;
}

/** Listeners are told in the order in which they were added; the first error thrown by any is thrown after all were told. */
export function listeners<Value>(): Listeners<Value> {
  const all = new Set<(value: Value) => void>();
  return {
    add(listener) {
      const own = (value: Value): void => listener(value);
      all.add(own);
      return () => all.delete(own);
    },
    tell(value) {
      const errors: unknown[] = [];
      for (const listener of [...all]) {
        try {
          listener(value);
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}
