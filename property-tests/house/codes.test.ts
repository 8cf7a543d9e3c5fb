/* Errors are told apart by their codes, so that each is in the document for who embeds, and none is there that nobody throws. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const codesIn = (text: string, pattern: RegExp) =>
  new Set([...text.matchAll(pattern)].map(([, code]) => code!));

it('every code of an error is thrown and documented, and no other is', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !/\.(?:test|fixture)\.ts$/.test(path),
  );
  const TYPE = 'effects/misuse.ts';
  // The command has variables of the environment that begin alike.
  const thrown = codesIn(
    sources
      .filter((path) => path !== TYPE && !path.startsWith('cli/'))
      .map((path) => read(`src/${path}`))
      .join(''),
    /'(WAXSEAL_[A-Z_]+)'/g,
  );
  const [, row = ''] = read('docs/embedding.md').split('- **Errors**');
  const documented = codesIn(row.split('\n- **')[0]!, /`(WAXSEAL_[A-Z_]+)`/g);
  expect(thrown.size).toBeGreaterThan(10);
  expect([...documented].sort()).toEqual([...thrown].sort());
  const typed = codesIn(read(`src/${TYPE}`), /\| '(WAXSEAL_[A-Z_]+)'/g);
  expect([...typed].filter((code) => !thrown.has(code))).toEqual([]);
});
