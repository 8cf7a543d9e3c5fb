import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { survivors } from '../../scripts/stryker/survivors.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('mutants that are said to change nothing are of code that is there', () => {
  const gone = survivors.filter(({ file, line, code }) => {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    return !lines.some((each) => each.trim() === line && line.includes(code.split('\n')[0]!));
  });
  expect(gone).toEqual([]);
});
