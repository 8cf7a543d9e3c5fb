/*
 * Writes the package's JavaScript: one file for each entry point and for the command, and what they share in chunks; the notices
 * of the packages that went into them stand beside. The types beside it are the compiler's.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { asShipped, INSIDE, manifest, root } from './as-shipped.js';

const entries = Object.values(manifest.exports).flatMap((entry) =>
  typeof entry === 'string' ? [] : [entry.default],
);
// Chunks are named for what they hold, so that those of before would stay.
rmSync(`${root}dist/chunks`, { recursive: true, force: true });
await build({
  ...asShipped,
  entryPoints: [...entries, './dist/cli/main.js', './dist/testing/world/shard-worker.js'].map((path) =>
    path.replace('./dist/', 'src/').replace(/\.js$/, '.ts'),
  ),
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
});
const notices = INSIDE.map(
  (name) => `${name}\n\n${readFileSync(`${root}node_modules/${name}/LICENSE`, 'utf8').trim()}\n`,
);
writeFileSync(`${root}dist/chunks/NOTICES.txt`, notices.join('\n----\n\n'));
