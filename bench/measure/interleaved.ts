// Compares ways of doing the same work: rounds in turn, so that a slow minute of the machine hits all of them alike.

export interface Contender {
  readonly name: string;
  /** Does the work once and gives how many units that was; what it computes should be used, lest it be optimised away. */
  readonly run: () => number;
}

export interface Options {
  /** What one unit is: "reading". */
  readonly unit: string;
  readonly rounds?: number;
  /** How long one contender runs in one round. */
  readonly roundMs?: number;
}

interface Tally {
  readonly contender: Contender;
  readonly cpuNsPerUnit: number[];
  readonly wallNsPerUnit: number[];
}

const WARM_UP_ROUNDS = 2;

/** Runs all contenders in turn and prints a table: CPU per unit, wall time per unit, and the ratio to the first. */
export function compare(title: string, contenders: readonly Contender[], options: Options): void {
  const { unit, rounds = 9, roundMs = 120 } = options;
  const tallies = contenders.map((contender): Tally => ({ contender, cpuNsPerUnit: [], wallNsPerUnit: [] }));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++)
    for (const tally of tallies) runRound(tally, roundMs, round >= 0);
  console.log(`\n${title} (median of ${rounds} interleaved rounds of ${roundMs} ms, spread = quartiles)`);
  console.log(row("", `CPU ns/${unit}`, "spread", `wall ns/${unit}`, `M ${unit}s/CPU s`, "× first"));
  const first = median((tallies[0] as Tally).cpuNsPerUnit);
  for (const { contender, cpuNsPerUnit, wallNsPerUnit } of tallies) {
    const cpuNs = median(cpuNsPerUnit);
    const spread = `${quantile(cpuNsPerUnit, 0.25).toFixed(1)}-${quantile(cpuNsPerUnit, 0.75).toFixed(1)}`;
    const wallNs = median(wallNsPerUnit).toFixed(1);
    console.log(
      row(contender.name, cpuNs.toFixed(1), spread, wallNs, (1e3 / cpuNs).toFixed(2), (first / cpuNs).toFixed(2)),
    );
  }
}

function runRound({ contender, cpuNsPerUnit, wallNsPerUnit }: Tally, roundMs: number, counts: boolean): void {
  const untilNs = process.hrtime.bigint() + BigInt(roundMs) * 1_000_000n;
  const cpuBefore = process.cpuUsage();
  const wallBeforeNs = process.hrtime.bigint();
  let units = 0;
  do units += contender.run();
  while (process.hrtime.bigint() < untilNs);
  const cpu = process.cpuUsage(cpuBefore);
  const wallNs = Number(process.hrtime.bigint() - wallBeforeNs);
  if (!counts) return;
  cpuNsPerUnit.push(((cpu.user + cpu.system) * 1000) / units);
  wallNsPerUnit.push(wallNs / units);
}

function row(name: string, ...cells: readonly string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(18)).join("");
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * share)] as number;
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}
