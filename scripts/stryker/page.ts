/* What docs/mutants.md says about a run over a sample. */
import type { Mutant } from './mutants.js';
import type { Survivor } from './survivors.js';

export interface Tried {
  readonly mutant: Mutant;
  /** The test file that noticed it, or null. */
  readonly by: string | null;
  /** Why nobody can, where that is known. */
  readonly listed: Survivor | null;
  /** How many test files meet it. */
  readonly meeting: number;
}

export interface Sample {
  readonly seed: number;
  /** All mutants there are, by file. */
  readonly all: readonly Mutant[];
  readonly tried: readonly Tried[];
}

const FOLDERS = ['src/policy/', 'src/machine/', 'src/services/'];

function percent(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`;
}

function row(name: string, all: readonly Mutant[], tried: readonly Tried[]): string {
  const noticed = tried.filter(({ by }) => by !== null).length;
  const listed = tried.filter(({ listed: known }) => known !== null).length;
  const cells = [
    name,
    all.length.toLocaleString('en'),
    tried.length,
    noticed,
    percent(noticed, tried.length),
  ];
  return `| ${[...cells, listed, tried.length - noticed - listed].join(' | ')} |`;
}

function cell(text: string): string {
  return `\`${text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('`', "'")}\``;
}

export function page({ seed, all, tried }: Sample): string {
  const left = tried.filter(({ by }) => by === null);
  const lines = (title: string, shown: readonly Tried[]) =>
    shown.length === 0
      ? []
      : [
          ...['', `## ${title}`, '', '| file | code | becomes | why |', '|---|---|---|---|'],
          ...shown.map(
            ({ mutant: { file, code, becomes }, listed }) =>
              `| ${file} | ${cell(code)} | ${cell(becomes)} | ${listed?.why ?? ''} |`,
          ),
        ];
  return [
    '<!-- Written by `npm run stryker`. Do not edit. -->',
    '',
    '# Mutants',
    '',
    `Stryker's mutants of src/policy, src/machine and src/services: ${tried.length} of ${all.length.toLocaleString('en')}, as the seed ${seed} draws them from`,
    'all files. Each was put into the sources by itself, and the test files that meet it were run until one failed. Left out are the',
    'rows of tables (`npm run mutate` does them all), reasons, citations and sentences.',
    '',
    '| folder | mutants | tried | noticed | | cannot be noticed | survived |',
    '|---|--:|--:|--:|--:|--:|--:|',
    ...FOLDERS.map((folder) =>
      row(
        folder.slice(0, -1),
        all.filter(({ file }) => file.startsWith(folder)),
        tried.filter(({ mutant }) => mutant.file.startsWith(folder)),
      ),
    ),
    row('together', all, tried),
    ...lines(
      'Cannot be noticed',
      left.filter(({ listed }) => listed !== null),
    ),
    ...lines(
      'Survived',
      left.filter(({ listed }) => listed === null),
    ),
    '',
  ].join('\n');
}
