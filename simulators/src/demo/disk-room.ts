// Room on the disk under the demonstration's folder: looked at before the start and while it plays.

import { statfsSync } from "node:fs";

/** The night and an hour of play take about this. */
export const ROOM_BYTES_TO_START = 100_000_000;
/** Under this, spools and stores soon refuse what comes. */
export const ROOM_BYTES_TO_PLAY = 4_000_000;

/** Bytes that may still be written in a folder. */
export function roomBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

export function diskFullText(folder: string): string {
  return `The disk under ${folder} is full. Free about 100 MB, or choose another folder: npm start -- --data DIR`;
}

/** Tells once when the room has run out and once when there is room again; undefined when there is nothing to tell. */
export function roomWatch(folder: string, room: () => number): () => string | undefined {
  let wasFull = false;
  return () => {
    const isFull = room() < ROOM_BYTES_TO_PLAY;
    if (isFull === wasFull) return undefined;
    wasFull = isFull;
    return isFull ? diskFullText(folder) : `There is room again under ${folder}`;
  };
}
