import { expect, test } from 'vitest';
import { makeProbes, run } from './hostile-input.js';

const probes = await makeProbes();
const seed = 1 + Math.floor(Math.random() * 0xffff_fffe);

test.each([
  ['dns', 20_000, ['malformed', 'mismatch', 'read']],
  ['certificates', 600, ['read', 'refused']],
  ['tlsa', 3000, ['unusable', 'usable']],
] as const)('hostile octets never make %s throw, and are not all of one kind', async (name, count, kinds) => {
  const { outcomes } = await run(probes[name], count, seed).catch((error: unknown) => {
    throw new Error(`seed ${seed}`, { cause: error });
  });
  expect(Object.keys(outcomes).sort()).toEqual(kinds);
});
