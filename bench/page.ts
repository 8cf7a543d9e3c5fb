/*
 * docs/performance.md: what the bench printed last, a section for each benchmark, with the machine on which it ran. A run of some of them
 * leaves the sections of the others as they are.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Line } from './table.js';

const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const HEAD = [
  '<!-- Written by `npm run bench -- --write`. Do not edit. -->',
  '',
  '# Performance',
  '',
  'What the parts cost, beside what one would use otherwise, each in one run with it. bench/README.md says how they are measured. Ratios',
  'travel; rates are of one machine at one moment, and the load that other programs put on it stands beside them: under load our side',
  'suffers more than the others do, because more of it is JavaScript that waits for its compiler.',
].join('\n');

/** Puts what a benchmark has shown into the page. */
export function write(number: number, { title, limits }: Benchmark, lines: readonly Line[]): void {
  const sections = readSections();
  sections.set(number, sectionOf(number, title, limits, lines));
  const sorted = [...sections].sort(([a], [b]) => a - b).map(([, text]) => text);
  writeFileSync(PAGE, `${[HEAD, ...sorted].join('\n\n')}\n`);
}

function readSections(): Map<number, string> {
  const text = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const sections = text
    .split(/\n(?=## )/)
    .slice(1)
    .map((section) => [Number.parseInt(section.slice(3), 10), section.trimEnd()] as const);
  return new Map(sections);
}

function sectionOf(
  number: number,
  title: string,
  limits: string | undefined,
  lines: readonly Line[],
): string {
  const [cpu] = cpus();
  const load = loadavg()[0]!.toFixed(1);
  const isMissed = lines.some(({ aim }) => aim?.reached === false);
  return [
    `## ${number}. ${title}`,
    '',
    '| what | by the clock | by CPU time | aim | |',
    '|---|--:|--:|---|---|',
    ...lines.map(({ what, value, cpu: byCpu = '', aim }) =>
      [
        '',
        what,
        value,
        byCpu,
        aim?.text ?? '',
        aim === undefined ? '' : aim.reached ? 'reached' : 'missed',
        '',
      ]
        .join(' | ')
        .trim(),
    ),
    '',
    `Node ${process.version}, ${cpus().length} x ${cpu?.model ?? 'an unknown CPU'}, load ${load}.`,
    ...(isMissed && limits !== undefined ? ['', limits] : []),
  ].join('\n');
}
