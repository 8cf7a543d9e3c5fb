import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';

/*
 * How the product would break a requirement. `npm run plant` plants each violation, runs what claims to show the
 * requirement, and wants it red. A requirement that rows cite needs none here: the rows' other verdicts are planted.
 */

/** Words of a source file, which stand there once, and what a product that breaks the requirement would have instead. */
export interface Violation {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** A row of a table, and the verdict that it would have in such a product, where the row itself cites other clauses. */
export interface OtherVerdict {
  readonly row: string;
  readonly says: string;
}

/** Where nothing can be planted: the words of the assertion that holds the requirement, in one of its tests. */
export interface Held {
  readonly by: string;
  readonly assertion: string;
}

export type Violations = { readonly [id in RequirementId]?: Violation | OtherVerdict | Held };
