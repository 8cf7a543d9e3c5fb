/*
 * A process of its own that runs test files, one at a time, against sources with mutants inside. Whoever started it ends it
 * when a mutant keeps it busy for ever, or waiting: so it tells every second how much processor time it has taken.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVitest } from 'vitest/node';
import type { Waking } from './waking-runner.js';

/** A test file to run. */
export interface Run {
  readonly file: string;
  readonly waking: Waking;
}

export type Told = { readonly busyMs: number } | { readonly failed: readonly string[] };

const [root, sourcesFile] = process.argv.slice(2) as [string, string];
const sources = JSON.parse(readFileSync(sourcesFile, 'utf8')) as Readonly<Record<string, string>>;
const byPath = new Map(Object.entries(sources).map(([file, content]) => [join(root, file), content]));

const vitest = await createVitest(
  'test',
  {
    ...{ root, watch: false, reporters: [{}], maxWorkers: 1, maxConcurrency: 1, pool: 'threads', bail: 1 },
    ...{ silent: true, runner: 'scripts/stryker/waking-runner.ts' },
    include: ['{src,spec,property-tests,scripts/stryker}/**/*.test.ts'],
  },
  {
    logLevel: 'silent',
    plugins: [
      { name: 'mutants', enforce: 'pre', load: (id: string) => byPath.get(id.split('?')[0]!) ?? null },
    ],
  },
);

async function failuresOf({ file, waking }: Run): Promise<readonly string[]> {
  vitest.provide('waking', waking);
  const specification = vitest.getRootProject().createSpecification(join(root, file));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
  const module = testModules.find(({ moduleId }) => moduleId === specification.moduleId);
  if (module === undefined) return ['it did not run'];
  const failed = [...module.children.allTests('failed')].map(
    (test) => `${test.fullName}: ${test.result().errors?.[0]?.message}`,
  );
  const errors = [...module.errors(), ...(waking.only === null ? [] : unhandledErrors)];
  return [...failed, ...errors.map((error) => String((error as Error).message))];
}

function tell(told: Told): void {
  process.send!(told);
}

process.on('message', (asked: Run) => {
  void failuresOf(asked).then((failed) => tell({ failed }));
});
process.on('disconnect', () => process.exit());
setInterval(() => {
  const { user, system } = process.cpuUsage();
  tell({ busyMs: (user + system) / 1000 });
}, 1000);
