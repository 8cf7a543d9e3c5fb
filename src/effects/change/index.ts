export type { Edit } from './edit.js';
export { KnownChanges } from './known-changes.js';
export { type Change, type FoundChanges, type SearchBounds, smallestChanges } from './smallest-changes.js';
