/*
 * Tables that no attempt asks are held by test files, which are run with the fault planted (planted.setup.ts). One Vitest
 * serves all runs, so that a run costs half a second. Files that fail without a fault notice nothing, so they are run
 * without one first.
 */
import { createVitest, type Vitest } from 'vitest/node';
import type { Mutant } from './mutant.js';

/** Says of a mutant which file notices, or null. `close` ends the runner. */
export interface TestRuns {
  notices(files: readonly string[], mutant: Mutant): Promise<string | null>;
  close(): Promise<void>;
}

export async function testRuns(): Promise<TestRuns> {
  const vitest = await createVitest('test', {
    ...{ watch: false, reporters: [{}], maxWorkers: 1, pool: 'threads' },
    setupFiles: ['scripts/mutants/planted.setup.ts'],
  });
  const sound = new Map<string, Promise<string | null>>();
  const failure = (file: string, mutant: Mutant | null) => failing(vitest, file, mutant);
  return {
    notices: async (files, mutant) => {
      for (const file of files) {
        if (!sound.has(file)) sound.set(file, failure(file, null));
        if ((await sound.get(file)) !== null)
          throw new Error(`${file} fails without any fault; mend it first`);
        if ((await failure(file, mutant)) !== null) return file;
      }
      return null;
    },
    close: () => vitest.close(),
  };
}

/** The file, if a test of it fails. */
async function failing(vitest: Vitest, file: string, mutant: Mutant | null): Promise<string | null> {
  vitest.provide('mutant', mutant);
  const found = await vitest.globTestSpecifications([file]);
  const specification = found.find(({ moduleId }) => moduleId.endsWith(`/${file}`));
  if (specification === undefined) throw new Error(`${file} is not a test file`);
  // The answer has the files of the runs before, too.
  const { testModules } = await vitest.runTestSpecifications([specification]);
  const own = testModules.filter(({ moduleId }) => moduleId === specification.moduleId);
  return own.length === 1 && own[0]!.ok() ? null : file;
}
