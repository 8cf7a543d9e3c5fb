/*
 * How JavaScript is made of this package: what its files share goes into chunks, so that an import reads a handful of them and
 * not some hundred.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type OutputOptions, rolldown } from 'rolldown';
import { quickSpreads } from './quick-spreads.js';

export const root = fileURLToPath(new URL('..', import.meta.url));

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
export const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;

/** What every import needs goes in: as packages they are some fifty files, each looked for, read and compiled by itself. */
export const INSIDE: readonly string[] = ['fp-ts', 'io-ts', 'xstate'];

const packages = Object.keys({
  ...manifest.dependencies,
  ...manifest.optionalDependencies,
  ...manifest.devDependencies,
}).filter((name) => !INSIDE.includes(name));

function isOutside(id: string): boolean {
  return id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`));
}

/** Writes them as JavaScript. `entries`: sources by the names of what is made of them, both from the root of the project, without endings. */
export async function bundle(
  entries: Readonly<Record<string, string>>,
  output: OutputOptions,
): Promise<void> {
  const bundled = await rolldown({
    cwd: root,
    input: Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, `${source}.ts`])),
    plugins: [quickSpreads],
    external: isOutside,
    // Nothing of Node's is brought in but where a source says so: the core runs in a browser.
    platform: 'neutral',
    // Of those inside, their modules, of which only what is used is taken.
    resolve: { mainFields: ['module', 'main'], conditionNames: ['module', 'import'] },
    transform: { target: 'node20.19' },
    treeshake: { moduleSideEffects: false },
    preserveEntrySignatures: 'allow-extension',
    // What is asked for later by some is needed at once by others.
    checks: { ineffectiveDynamicImport: false },
    logLevel: 'warn',
  });
  await bundled.write({
    format: 'esm',
    comments: false,
    minify: false,
    entryFileNames: '[name].js',
    ...output,
  });
}
