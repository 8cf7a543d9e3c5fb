import { expect, it } from 'vitest';
import { judgeTlsaKind } from './tlsa-worth.table.js';

it.each([
  ['0 0 1', 'WORTH-1'],
  ['1 1 1', 'WORTH-1'],
  ['4 1 1', 'WORTH-2'],
  ['255 1 1', 'WORTH-2'],
  ['-1 1 1', 'WORTH-2'],
  ['3 2 1', 'WORTH-3'],
  ['3 255 1', 'WORTH-3'],
  ['3 1 3', 'WORTH-4'],
  ['3 1 255', 'WORTH-4'],
  ['3 1 1', 'WORTH-5'],
  ['3 1 2', 'WORTH-6'],
  ['3 1 0', 'WORTH-7'],
  ['3 0 1', 'WORTH-8'],
])('a TLSA record %s is worth what %s says of it (DANE-3.1-1)', (numbers, row) => {
  const [usage, selector, matching] = numbers.split(' ').map(Number) as [number, number, number];
  expect(judgeTlsaKind({ usage, selector, matching }).row).toBe(row);
});
