import type { Violations } from './violation.js';

/** All violations. */
export const violations: Violations = {};
