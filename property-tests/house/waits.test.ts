import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const WAIT = /\b(?:vi\.waitFor|vi\.waitUntil|expect\.poll)\(/g;

/** The arguments of a call, from behind its bracket to the one that ends it. */
function argumentsFrom(text: string, from: number): string {
  let depth = 1;
  let at = from;
  for (; depth > 0 && at < text.length; at++)
    depth += '([{'.includes(text[at]!) ? 1 : ')]}'.includes(text[at]!) ? -1 : 0;
  return text.slice(from, at);
}

it('a test that waits says for how long: a second, which is the default, is not all the time that a slow machine needs', () => {
  const paths = execFileSync('git', ['ls-files', '-z', '*.ts'], { cwd: root, encoding: 'utf8' }).split('\0');
  const waits = paths
    .filter((path) => path !== '')
    .flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return [...text.matchAll(WAIT)].map(({ index, 0: call }) => ({
        path,
        says: argumentsFrom(text, index + call.length),
      }));
    });
  expect(waits.length).toBeGreaterThan(20);
  const hasty = waits.filter(({ says }) => !/\btimeout:|,\s+[A-Z_]+,?\s*\)$/.test(says));
  expect(hasty).toEqual([]);
});
