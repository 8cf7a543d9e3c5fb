/* What an editor reads of the package names no types but its own, those of its dependencies, and those of Node. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;

/** The packages that the declarations of the entry points name, and one file that does. */
function packagesNamed(): ReadonlyMap<string, string> {
  const entries = Object.values(manifest.exports).flatMap((each) =>
    typeof each === 'string' ? [] : [each.types],
  );
  const open = entries.map((path) => join(path));
  const seen = new Set<string>();
  const named = new Map<string, string>();
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = read(path);
    for (const [, one, two, three] of text.matchAll(
      / from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm,
    )) {
      const name = one ?? two ?? three!;
      if (name.startsWith('.')) open.push(join(dirname(path), name.replace(/\.js$/, '.d.ts')));
      else if (!name.startsWith('node:')) named.set(/^(?:@[^/]+\/)?[^/]+/.exec(name)![0], path);
    }
  }
  expect(seen.size).toBeGreaterThan(100);
  return named;
}

it('holds no types of packages that whoever installs it does not get, or that have none', () => {
  const installed = { ...manifest.dependencies, ...manifest.peerDependencies };
  const strange = [...packagesNamed()].filter(([name]) => !Object.hasOwn(installed, name) || !hasTypes(name));
  expect(strange).toEqual([]);
});

/** Of its own: those of DefinitelyTyped would be another package. */
function hasTypes(name: string): boolean {
  return !existsSync(join(root, 'node_modules/@types', name));
}
