import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

it('every script of the package has a line in CONTRIBUTING.md', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const commands = Object.keys(scripts)
    .filter((name) => name !== 'prepack')
    .map((name) => (['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`));
  const contributing = read('CONTRIBUTING.md');
  expect(commands.filter((command) => !new RegExp(`^\\| \`${command}\\b`, 'm').test(contributing))).toEqual(
    [],
  );
});

it('what stands at the top of the repository has a word in CONTRIBUTING.md, and nothing else does', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  const top = new Set(tracked.filter((path) => path !== '').map((path) => path.split('/')[0]!));
  expect(top.size).toBeGreaterThan(20);
  const [, section = ''] = read('CONTRIBUTING.md').split('\n## The tree\n');
  const rows = section.split('\n## ')[0]!.match(/^\| `.*$/gm) ?? [];
  const named = rows.flatMap((row) =>
    [...row.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  );
  expect(named.toSorted()).toEqual([...top].sort());
});
