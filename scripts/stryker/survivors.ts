/*
 * Mutants that nobody can notice, with the reason. `npm run stryker` stops if one of them no longer exists, or if a test
 * notices it after all.
 */

export interface Survivor {
  readonly file: string;
  /** The line in which it begins, without the blanks around it. */
  readonly line: string;
  readonly code: string;
  readonly becomes: string;
  /** Why no test can notice it. */
  readonly why: string;
}

export const survivors: readonly Survivor[] = [
  {
    file: 'src/machine/attempt.asks.ts',
    line: "if (own?.kind === 'relay' && way === 'submit') return { relay: { ...own, name: transport!.name } };",
    code: "own?.kind === 'relay'",
    becomes: 'true',
    why: 'Mail is submitted to nobody but a relay; the compiler wants to be told.',
  },
  {
    file: 'src/policy/check/judge-mta-sts.ts',
    line: "if (fetch?.kind !== 'response' || fetched === null) return [];",
    code: "fetch?.kind !== 'response'",
    becomes: 'false',
    why: 'What was not served is no invalid policy, so that the line below answers the same; the compiler wants to be told.',
  },
];
