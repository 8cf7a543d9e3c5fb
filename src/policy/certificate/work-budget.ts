/**
 * How much more work one judgement may take, over everything that shares it: a step is about one comparison. Certificates
 * that all sign one another have more paths than anybody can wait for, and names times constraints grow faster than what
 * strangers send. An honest chain takes some hundreds of steps. Once it is spent, nothing more is found or permitted.
 */
export interface WorkBudget {
  stepsLeft: number;
}

/** Some hundredths of a second. */
export const STEPS_MAX = 100_000;

/** Takes so many steps; whether there were as many left. */
export function spend(budget: WorkBudget, steps: number): boolean {
  budget.stepsLeft -= steps;
  return budget.stepsLeft >= 0;
}

export function isSpent(budget: WorkBudget): boolean {
  return budget.stepsLeft < 0;
}
