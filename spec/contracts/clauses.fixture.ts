import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Clauses of a contract that an adapter is not held to, each with the reason, as it follows "because". */
export type Exceptions<Clause extends string> = { readonly [C in Clause]?: string };

/**
 * Makes a test of each clause. An exception is tried as well and must fail, so that it is taken out as soon as its
 * reason is gone.
 */
export function holdTo<Clause extends string>(
  clauses: Readonly<Record<Clause, () => Promise<void>>>,
  exceptions: Exceptions<NoInfer<Clause>>,
): void {
  for (const [clause, holds] of Object.entries(clauses) as [Clause, () => Promise<void>][]) {
    const reason = exceptions[clause];
    if (reason === undefined) it(clause, holds);
    else
      it(`is not held to "${clause}", because ${reason}`, async () => expect(await fails(holds)).toBe(true));
  }
}

/** Whether what is expected is not so; any other error is one of ours. */
async function fails(holds: () => Promise<void>): Promise<boolean> {
  try {
    await holds();
    return false;
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') return true;
    throw error;
  }
}

/** A contract whose clauses share one subject. */
export function describeContract<S extends { readonly close: () => Promise<void> }, Clause extends string>(
  title: string,
  start: () => Promise<S>,
  clausesOf: (subject: () => S) => Readonly<Record<Clause, () => Promise<void>>>,
  exceptions: Exceptions<NoInfer<Clause>>,
): void {
  describe(title, () => {
    let subject: S;
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject.close());
    holdTo(
      clausesOf(() => subject),
      exceptions,
    );
  });
}
