/* What stories are written with: the pieces of worlds that the package has for everybody's tests, and the requirements that they show. */
import type { Scenario } from '../../src/adapters/scripted/index.js';
import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';

export * from '../../src/testing/worlds.js';

type Ids = readonly [RequirementId, ...RequirementId[]];

/** A scenario that says which requirements it shows, which it only touches, or both; a wrong id does not compile. */
export type Story = Scenario & { readonly refs?: Ids; readonly shows?: Ids } & (
    | { readonly refs: Ids }
    | { readonly shows: Ids }
  );
