import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { gunzip } from './gunzip.js';

it('unpacks ten thousand members of one octet each, and no more', async () => {
  const members = (count: number) => Buffer.concat(new Array(count).fill(gzipSync('x')));
  expect(await gunzip(members(10_000), 1_000_000)).toMatchObject({ problem: null });
  const { octets, rest, problem } = await gunzip(members(10_001), 1_000_000);
  expect([octets?.length, rest.length, problem]).toEqual([10_000, gzipSync('x').length, 'too-large']);
});
