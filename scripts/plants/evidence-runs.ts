/*
 * Runs the tests that show a requirement, and nothing else of their files, with a violation planted: words of a source file
 * are replaced as Vitest loads it, and no file is touched. One Vitest serves all runs; stories that meet a row with another
 * verdict do without.
 */
import { join } from 'node:path';
import { createVitest } from 'vitest/node';
import type { Evidence } from '../../spec/requirements/evidence.js';
import type { Violation } from '../../spec/violations/violation.js';
import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';
import type { Mutant } from '../mutants/mutant.js';
import { noticedByScenarios } from './scenario-evidence.js';

/** A violation in the words of a source file, or a row with another verdict. */
export type Planted = { readonly words: Violation } | { readonly mutant: Mutant } | null;

export interface EvidenceRuns {
  /** How the evidence of that requirement ends. `broken`: a file could not be run at all, which notices nothing. */
  run(
    id: RequirementId,
    evidence: readonly Evidence[],
    planted: Planted,
  ): Promise<'green' | 'red' | 'broken' | 'nothing ran'>;
  close(): Promise<void>;
}

const SCENARIOS = 'scripts/plants/scenarios.planted.ts';

export async function evidenceRuns(root: string): Promise<EvidenceRuns> {
  let words: Violation | null = null;
  const vitest = await createVitest(
    'test',
    {
      // One red test is enough, and what waits in vain waits no longer than this.
      ...{ watch: false, reporters: [{}], maxWorkers: 1, pool: 'threads', testTimeout: 20_000, bail: 1 },
      setupFiles: ['scripts/mutants/planted.setup.ts'],
      include: ['src/**/*.test.ts', 'spec/**/*.test.ts', 'property-tests/**/*.test.ts', SCENARIOS],
    },
    {
      plugins: [
        {
          name: 'violation',
          enforce: 'pre',
          transform: (code, module) =>
            words !== null && module.split('?')[0] === join(root, words.file)
              ? code.replace(words.find, () => words!.put)
              : null,
        },
      ],
    },
  );
  return {
    run: async (id, evidence, planted) => {
      if (planted !== null && 'mutant' in planted && noticedByScenarios(id, planted.mutant)) return 'red';
      const files = new Set(evidence.map(({ kind, path }) => (kind === 'scenario' ? SCENARIOS : path)));
      const changed = planted !== null && 'words' in planted ? planted.words : null;
      for (const each of [words, changed]) if (each !== null) vitest.invalidateFile(join(root, each.file));
      words = changed;
      vitest.provide('mutant', planted !== null && 'mutant' in planted ? planted.mutant : null);
      vitest.setGlobalTestNamePattern(patternOf(id));
      const found = await vitest.globTestSpecifications([...files].map((file) => join(root, file)));
      const wanted = found.filter(({ moduleId }) => [...files].some((file) => moduleId === join(root, file)));
      const { testModules } = await vitest.runTestSpecifications(wanted);
      const own = testModules.filter(({ moduleId }) => wanted.some((each) => each.moduleId === moduleId));
      const states = own.flatMap((module) =>
        [...module.children.allTests()].map((test) => test.result().state),
      );
      if (states.includes('failed')) return 'red';
      if (own.some((module) => !module.ok())) return 'broken';
      return states.includes('passed') ? 'green' : 'nothing ran';
    },
    close: () => vitest.close(),
  };
}

/** The id as a whole token, because ids begin and end like one another. */
function patternOf(id: RequirementId): RegExp {
  return new RegExp(`(?<![\\w.-])${id.replaceAll('.', '\\.')}(?![\\w-]|\\.\\w)`);
}
