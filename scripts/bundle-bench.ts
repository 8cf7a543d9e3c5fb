/*
 * Writes the benchmarks as JavaScript, made of the sources in the way in which the package is: what is measured is what users run.
 * A loader that compiles while they run would name every function anew each time it is made, and that is measured too.
 */
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { asShipped, root } from './as-shipped.js';

rmSync(`${root}.bench`, { recursive: true, force: true });
await build({
  ...asShipped,
  entryPoints: [
    'main',
    'receiver',
    'dns-server',
    'socketmap-server',
    'million-policies',
    'million-answers',
    'report-day',
    'silent-deliveries',
    'hostile/strangers',
  ].map((name) => `bench/${name}.ts`),
  // All in one folder beside bench, so that each finds the others, and what lies beside both.
  outdir: '.bench',
  entryNames: '[name]',
});
