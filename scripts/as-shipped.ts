/*
 * How JavaScript is made of this package: what its files share goes into chunks, so that an import reads a handful of them and
 * not some hundred.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
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
});

export const asShipped = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  plugins: [quickSpreads],
  external: packages.filter((name) => !INSIDE.includes(name)),
  // Of those inside, their modules, of which only what is used is taken.
  mainFields: ['module', 'main'],
  conditions: ['module'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
} as const satisfies BuildOptions;
