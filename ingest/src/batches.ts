// The stream of batches: one emission per batch, never one per message or reading.

import type { Scheduler } from "@isotherm/coldchain";
import { EMPTY, Observable, type ObservableInput, defer, exhaustMap, expand, switchMap } from "rxjs";

/** Emits once, a while after it is subscribed to. */
export function after(scheduler: Scheduler, delayMs: number): Observable<void> {
  return new Observable<void>((subscriber) =>
    scheduler.after(delayMs, () => {
      subscriber.next();
      subscriber.complete();
    }),
  );
}

/** Emits every `periodMs`, counted from the end of what `work` did: a slow run never overlaps itself. */
export function repeatedly<T>(scheduler: Scheduler, periodMs: number, work: () => Promise<T>): Observable<T> {
  const once = (): Observable<T> => after(scheduler, periodMs).pipe(switchMap(work));
  return once().pipe(expand(() => once()));
}

/**
 * Drains what waits whenever `arrived` emits: gathers for `waitMs()`, takes a batch, gathers again, until none is left.
 * Emissions while it drains add nothing, because it looks again by itself.
 *
 * @param waitMs asked before each batch, so that batches may grow with load
 */
export function batches<Batch, Result>(
  arrived: Observable<unknown>,
  scheduler: Scheduler,
  waitMs: () => number,
  take: () => Batch | undefined,
  carry: (batch: Batch) => Promise<Result>,
): Observable<Result> {
  const next = (): ObservableInput<Result> => {
    const batch = take();
    return batch === undefined ? EMPTY : defer(() => carry(batch));
  };
  const gathered = (): Observable<Result> => after(scheduler, waitMs()).pipe(switchMap(next));
  return arrived.pipe(exhaustMap(() => gathered().pipe(expand(gathered))));
}
