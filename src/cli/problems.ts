import type { PlacedProblem } from '../effects/codecs/json-places.js';
import { type Problem, thereIs } from '../effects/codecs/result.js';

const PROBLEMS_SHOWN = 10;

/** What is wrong with a file, a line for each problem: where (by line and column too, if they are known), what was expected, what is there. */
export function describeProblems(what: string, problems: readonly (Problem | PlacedProblem)[]): string {
  const shown = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(
      (problem) =>
        `\n  ${placeOf(problem)}: expected ${problem.expected}, found ${problem.actual}${thereIs(problem.known)}`,
    );
  const more = problems.length > PROBLEMS_SHOWN ? [`\n  and ${problems.length - PROBLEMS_SHOWN} more`] : [];
  return `${what}:${[...shown, ...more].join('')}`;
}

function placeOf(problem: Problem | PlacedProblem): string {
  const path = problem.path === '' ? 'as a whole' : problem.path;
  return 'line' in problem ? `line ${problem.line}, column ${problem.column}, ${path}` : path;
}
