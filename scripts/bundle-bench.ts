/*
 * Writes the benchmarks as JavaScript, made of the sources in the way in which the package is: what is measured is what users run.
 * A loader that compiles while they run would name every function anew each time it is made, and that is measured too.
 */
import { rmSync } from 'node:fs';
import { bundle, root } from './as-shipped.js';

const NAMES = [
  'main',
  'receiver',
  'dns-server',
  'socketmap-server',
  'million-policies',
  'million-answers',
  'report-day',
  'silent-deliveries',
  'hostile/strangers',
];

rmSync(`${root}.bench`, { recursive: true, force: true });
await bundle(
  Object.fromEntries(NAMES.map((name) => [name.replace(/^.*\//, ''), `bench/${name}`])),
  // All in one folder beside bench, so that each finds the others, and what lies beside both.
  { dir: `${root}.bench`, chunkFileNames: '[name]-[hash].js' },
);
