/*
 * Writes the package's JavaScript: one file for each entry point and for the command, and what they share in chunks, so that an
 * import reads a handful of files and not some hundred. The types beside it are the compiler's.
 */
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};
const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.default]));
// Chunks are named for what they hold, so that those of before would stay.
rmSync(`${root}dist/chunks`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: [...entries, './dist/cli/main.js', './dist/testing/world/shard-worker.js'].map((path) =>
    path.replace('./dist/', 'src/').replace(/\.js$/, '.ts'),
  ),
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
});
