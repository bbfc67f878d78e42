// Polls two registers in turn and holds each value against what the slave answered to that very request.

import type { Random } from "@isotherm/coldchain";

/** Reads one input register of unit 1; rejects when it gives none. */
export type ReadRegister = (address: number) => Promise<number>;

export interface FaultTally {
  right: number;
  failed: number;
  /** The value of the other register. */
  misplaced: number;
  /** A value of the right register, but not the one that the slave answered to this request. */
  outdated: number;
}

/** The slave's counting registers hold address * 4096 + the number of reads. */
const ADDRESS_SHIFT = 12;
export const REGISTERS = [1, 2] as const;

/** What the proxy saw go by: the last request, and the slave's honest reply to this very one. */
export class ExchangeRecord {
  count = 0;
  /** The last things that went by, to be told when a value is wrong. */
  readonly trail: string[] = [];
  #request: Uint8Array | undefined;
  #value: number | undefined;

  asked(request: Uint8Array): void {
    this.count += 1;
    this.tell(`asked ${hex(request)}`);
    this.#request = request;
    this.#value = undefined;
  }

  /**
   * The reply to an earlier request, which may come at any time, on a connection given up even, is not the one.
   * `pduAt` is where the function code stands: 1 in RTU, 7 in TCP.
   */
  answered(request: Uint8Array, reply: Uint8Array, pduAt: number): void {
    this.tell(`answered ${hex(request)} with ${hex(reply)}`);
    if (request === this.#request) this.#value = word(reply, pduAt + 2);
  }

  tell(what: string): void {
    this.trail.push(`${performance.now().toFixed(1)} ${what}`);
    if (this.trail.length > 16) this.trail.shift();
  }

  isAnswer(value: number): boolean {
    return this.#value === value;
  }
}

export function emptyTally(): FaultTally {
  return { right: 0, failed: 0, misplaced: 0, outdated: 0 };
}

/** One poll; gives whether it gave a value. */
export async function pollOnce(
  read: ReadRegister,
  address: number,
  record: ExchangeRecord,
  tally: FaultTally,
): Promise<boolean> {
  const before = record.count;
  const value = await read(address).catch((error: unknown) => {
    record.tell(`failed ${String(error)}`);
    return undefined;
  });
  if (value === undefined) {
    tally.failed += 1;
    return false;
  }
  const isRight = record.count > before && record.isAnswer(value);
  if (isRight) tally.right += 1;
  else if (value >>> ADDRESS_SHIFT !== address) tally.misplaced += 1;
  else tally.outdated += 1;
  record.tell(`${isRight ? "right" : "WRONG"} ${value.toString(16)} for register ${address}`);
  return true;
}

export interface PollRun {
  readonly polls: number;
  readonly read: ReadRegister;
  readonly record: ExchangeRecord;
  readonly random: Random;
  readonly pauseMaxMs: number;
  readonly pause: (delayMs: number) => Promise<void>;
}

export async function pollInTurn({ polls, read, record, random, pauseMaxMs, pause }: PollRun): Promise<FaultTally> {
  const tally = emptyTally();
  for (let poll = 0; poll < polls; poll += 1) {
    const wrongBefore = tally.misplaced + tally.outdated;
    await pollOnce(read, REGISTERS[poll % 2] as number, record, tally);
    if (tally.misplaced + tally.outdated > wrongBefore) console.log(record.trail.join("\n"));
    await pause(random() * pauseMaxMs);
  }
  return tally;
}

/** Draws the next fault: none most of the time, else any of them. */
export function randomFaults<Fault>(faults: readonly Fault[], random: Random, share: number): () => Fault | undefined {
  return () => (random() < share ? faults[Math.floor(random() * faults.length)] : undefined);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
