import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const OWN = 'property-tests/house/words.test.ts';

/** The files of the project: what git knows, or would. */
function files(): readonly string[] {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return list.split('\n').filter((path) => path !== '' && path !== OWN && path !== 'package-lock.json');
}

it('the project speaks of itself alone', () => {
  const paths = files();
  expect(paths.length).toBeGreaterThan(100);
  const foreign = /\.\.\/shared|\/work\/|\/root\/|registry\.npmjs|deb\.debian/;
  const unfinished = /\b(TODO|FIXME|XXX)\b|\b(it|test|describe)\.(skip|only|todo)\b/;
  const found = paths.filter((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return foreign.test(text) || (/\.(ts|js|sh)$/.test(path) && unfinished.test(text));
  });
  expect(found).toEqual([]);
});
