/* What it takes to begin: an import of the engine for Node, and a command that needs no engine; each in processes of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './measure.js';
import type { Benchmark, Line } from './table.js';

const IMPORT = `
const before = process.cpuUsage();
const start = performance.now();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ ms: performance.now() - start, cpuMs: (user + system) / 1000 }));
`;
const HELP = `
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  console.error(JSON.stringify({ ms: performance.now(), cpuMs: (user + system) / 1000 }));
});
process.argv = [process.execPath, process.argv[1], '--help'];
await import(process.argv[1]);
`;

export const imports: Benchmark = {
  title: 'To begin',
  limits:
    'Some ten files are read. Most of it is to compile a megabyte of our own with XState and io-ts in it, and to make the machines, the codecs and the heads of the tables.',
  async run({ rounds }) {
    return [
      lineOf('import of waxseal/node', IMPORT, '../dist/node.js', rounds, 120),
      lineOf('waxseal --help, the whole process', HELP, '../bin/waxseal.js', rounds, 150),
    ];
  },
};

function lineOf(what: string, script: string, file: string, rounds: number, atMostMs: number): Line {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const runs = Array.from({ length: rounds }, () => once(script, path));
  const cpuMs = median(runs.map((run) => run.cpuMs));
  return {
    what,
    value: `${median(runs.map(({ ms }) => ms)).toFixed(0)} ms`,
    cpu: `${cpuMs.toFixed(0)} ms`,
    aim: { text: `CPU at most ${atMostMs} ms`, reached: cpuMs <= atMostMs },
  };
}

function once(script: string, path: string): { readonly ms: number; readonly cpuMs: number } {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script, path], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse((stderr.trim() || stdout.trim()).split('\n').at(-1)!);
}
