/*
 * Measuring by short rounds. Contenders that are compared take turns within every round, so that whatever else the
 * machine does hits all of them; what counts is the median of the rounds. Beside the wall clock stands the CPU time of
 * this process, which other processes disturb less. A round lasts by CPU time, so that on a machine that has other things to do
 * nobody is measured before the compiler has seen to it.
 */

export interface Effort {
  readonly rounds: number;
  /** How long one contender works in one round, by CPU time. */
  readonly roundMs: number;
  /** How long each contender works before anything counts, by CPU time. */
  readonly warmUpMs: number;
}

export const FULL: Effort = { rounds: 9, roundMs: 500, warmUpMs: 2000 };
export const QUICK: Effort = { rounds: 3, roundMs: 200, warmUpMs: 600 };

export interface Contender {
  /** Does a batch, a few milliseconds of work or one delivery for each lane, and says how many operations that was. */
  batch(): number | Promise<number>;
  /** Called after each round, off the wall clock and on the CPU clock: what goes on behind the last batch ends here. */
  settle?(): Promise<void>;
}

/** Medians over the rounds. */
export interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

/** A round of waiting for somebody else ends all the same. */
const WALL_TIMES_MAX = 8;
const LOOK_EVERY_MS = 10;

/** One rate for each contender, in order. */
export async function measure(
  contenders: readonly Contender[],
  { rounds, roundMs, warmUpMs }: Effort,
): Promise<readonly Rate[]> {
  for (const contender of contenders) await round(contender, warmUpMs);
  const seen: Rate[][] = contenders.map(() => []);
  for (let count = 0; count < rounds; count++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      // Nobody is always the one who comes first.
      const at = (turn + count) % contenders.length;
      seen[at]!.push(await round(contenders[at]!, roundMs));
    }
  }
  return seen.map((rates) => ({
    perSecond: median(rates.map(({ perSecond }) => perSecond)),
    perCpuSecond: median(rates.map(({ perCpuSecond }) => perCpuSecond)),
  }));
}

async function round({ batch, settle }: Contender, roundMs: number): Promise<Rate> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  let operations = 0;
  let wallMs = 0;
  let lookAtMs = 0;
  while (wallMs < lookAtMs || (wallMs < roundMs * WALL_TIMES_MAX && cpuMsSince(cpuBefore) < roundMs)) {
    // To look at that clock may take as long as a batch does.
    if (wallMs >= lookAtMs) lookAtMs = wallMs + LOOK_EVERY_MS;
    const done = batch();
    operations += typeof done === 'number' ? done : await done;
    wallMs = performance.now() - start;
  }
  await settle?.();
  return {
    perSecond: (operations / wallMs) * 1000,
    perCpuSecond: (operations / cpuMsSince(cpuBefore)) * 1000,
  };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
