/*
 * What chance draws in tests comes from one number, so that the same state of the project gets the same verdict each time.
 * `npm run soak` draws others, and `SEED=N npx vitest run PATH` draws what a red run of it drew.
 */
import fc from 'fast-check';

/** What everything that is drawn in a test begins with: a whole number, 1 to 2^31 - 1. */
export const SEED = Number(process.env.SEED ?? 8461);

fc.configureGlobal({ seed: SEED });
