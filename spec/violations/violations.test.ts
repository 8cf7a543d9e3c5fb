import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { violations } from './index.js';

const root = join(import.meta.dirname, '../..');

it('are words that stand once in their files, so that each can be planted', () => {
  const unfit = Object.entries(violations).filter(
    ([, violation]) =>
      'find' in violation &&
      readFileSync(join(root, violation.file), 'utf8').split(violation.find).length !== 2,
  );
  expect(unfit).toEqual([]);
});
