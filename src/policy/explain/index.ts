export type { AttemptEvidence, Evidence, HostEvidence } from './evidence.js';
export type { Fact, FactKind, Owner } from './fact.js';
export { factsOf } from './facts-of.js';
export { tellingColumns } from './telling.js';
