// The two sources of the tally, read from the files that their owners write: spools, and ingest's state.

import { readSpoolSummary } from "@isotherm/edge-agent";
import { openStateReader, type StateReader } from "@isotherm/ingest/store";
import { tallyOf, type AcceptedStream, type SpoolStream, type Tally } from "./tally.ts";

export class TallySources {
  readonly #stateFile: string;
  readonly #spools: readonly string[];
  #state: StateReader | undefined;

  constructor(stateFile: string, spools: readonly string[]) {
    this.#stateFile = stateFile;
    this.#spools = spools;
  }

  /** Spools first, as tallyOf asks. */
  read(): Tally {
    const spools = this.#spools.flatMap(spoolStreams);
    return tallyOf(spools, this.#accepted());
  }

  close(): void {
    this.#state?.close();
  }

  #accepted(): AcceptedStream[] {
    try {
      this.#state ??= openStateReader(this.#stateFile);
    } catch {
      // Ingest has not made its file yet: nothing is accepted.
      return [];
    }
    return this.#state.completeness().map(({ epoch, assetId, issued, accepted, holes }) => ({
      ...{ epoch, assetId, issued, accepted, holes },
    }));
  }
}

function spoolStreams(path: string): SpoolStream[] {
  return (readSpoolSummary(path)?.streams ?? []).map(({ epoch, assetId, issued, unacceptedPresent }) => ({
    ...{ epoch, assetId, issued },
    holds: (number) => unacceptedPresent.has(number),
  }));
}
