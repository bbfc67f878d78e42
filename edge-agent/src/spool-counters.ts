export interface SpoolCounters {
  recordsTaken: number;
  /** Accepted records removed because room was needed. */
  recordsTrimmed: number;
  /** Records lost to a full spool, declared gone. */
  recordsThinned: number;
  /** Records that could not be read back, declared gone. */
  recordsCorrupt: number;
  /** Appends refused because nothing more could be removed, or the disk is full. */
  appendsRefused: number;
  /** Marks (accepted, gone, sign of life) that a full disk kept from being written for now. */
  writesPutOff: number;
}

export function noSpoolCounts(): SpoolCounters {
  return {
    recordsTaken: 0,
    recordsTrimmed: 0,
    recordsThinned: 0,
    recordsCorrupt: 0,
    appendsRefused: 0,
    writesPutOff: 0,
  };
}
