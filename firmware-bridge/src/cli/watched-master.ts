// A Modbus master that remembers, of each read, how long it took and what became of it.

import type { Clock } from "@isotherm/coldchain";
import type { ModbusMaster } from "../modbus/master-contract.ts";
import type { ReadRequest } from "../modbus/read-request.ts";

export interface WatchedRead {
  readonly request: ReadRequest;
  /** Waiting in the queue included. */
  readonly latencyMs: number;
  readonly registers: Uint16Array | undefined;
  readonly error: Error | undefined;
}

export interface WatchedMaster {
  readonly master: ModbusMaster;
  /** The reads since the last call, in the order in which they ended. */
  takeReads(): WatchedRead[];
}

const READS_KEPT = 1000;

export function watchMaster(master: ModbusMaster, clock: Clock): WatchedMaster {
  let reads: WatchedRead[] = [];
  const keep = (read: WatchedRead): void => {
    if (reads.length < READS_KEPT) reads.push(read);
  };
  const read = async (request: ReadRequest): Promise<Uint16Array> => {
    const startedAtMs = clock.monotonicMs();
    const latencyMs = (): number => clock.monotonicMs() - startedAtMs;
    try {
      const registers = await master.read(request);
      keep({ request, latencyMs: latencyMs(), registers, error: undefined });
      return registers;
    } catch (error) {
      keep({ request, latencyMs: latencyMs(), registers: undefined, error: error as Error });
      throw error;
    }
  };
  return {
    master: {
      read,
      write: (request) => master.write(request),
      clock: master.clock,
      close: () => master.close(),
      get counters() {
        return master.counters;
      },
    },
    takeReads() {
      const taken = reads;
      reads = [];
      return taken;
    },
  };
}
