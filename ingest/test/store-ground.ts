// What each test of the stores' contract stands on.
import type { ReadingReader, ReadingWriter, StoreHome } from "../src/store/reading-store.ts";
import { PRODUCT } from "./reading-rows.ts";
import type { HomeUnderTest } from "./store-homes.ts";

export const START_MS = 1_790_000_000_000;
/** All of PRODUCT's readings. */
export const WHOLE = { series: PRODUCT, fromMs: 0, toMs: 9_223_372_036_854 };

export interface Ground {
  readonly homes: HomeUnderTest;
  readonly home: StoreHome;
  readonly writer: ReadingWriter;
  readonly reader: ReadingReader;
}

/** Declares one promise of the contract. */
export type Promised = (sentence: string, body: (ground: Ground) => Promise<void>) => void;
