import type { Problem } from '../effects/codecs/result.js';

const PROBLEMS_SHOWN = 10;

/** What is wrong with a file, a line for each problem: where, what was expected, what is there. */
export function describeProblems(what: string, problems: readonly Problem[]): string {
  const shown = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(
      ({ path, expected, actual }) =>
        `\n  ${path === '' ? 'as a whole' : path}: expected ${expected}, found ${actual}`,
    );
  const more = problems.length > PROBLEMS_SHOWN ? [`\n  and ${problems.length - PROBLEMS_SHOWN} more`] : [];
  return `${what}:${[...shown, ...more].join('')}`;
}
