import { expect, test } from 'vitest';
import { SEED } from '../seed.js';
import { makeProbes, run } from './hostile-input.js';

const probes = await makeProbes();

test.each([
  ['dns', 20_000, ['malformed', 'mismatch', 'read']],
  ['certificates', 600, ['read', 'refused']],
  ['tlsa', 3000, ['unusable', 'usable']],
] as const)('hostile octets never make %s throw, and are not all of one kind', async (name, count, kinds) => {
  const { outcomes } = await run(probes[name], count, SEED);
  expect(Object.keys(outcomes).sort()).toEqual(kinds);
});
