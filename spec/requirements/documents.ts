import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';
import { scenarioGroups } from '../scenarios/index.js';
import { collectCitations, type SourceFile } from './citations.js';
import { renderCoverage } from './coverage.js';
import { collectEvidence, type Shown } from './evidence.js';
import { requirements } from './index.js';
import { renderRequirementIds } from './render-ids.js';
import { renderRequirementEvidence, renderRequirementTexts } from './render-texts.js';

/** The generated files that the catalogue is the source of: path from the root to content. */
export function coverageDocuments(root: string): Readonly<Record<string, string>> {
  const shown = evidenceIn(root);
  return {
    'docs/spec-coverage.md': renderCoverage(requirements, shown, collectCitations(citingFiles(root))),
    'src/policy/requirement-texts.ts': renderRequirementTexts(requirements),
    'src/policy/requirement-evidence.ts': renderRequirementEvidence(requirements, shown),
    'src/policy/kernel/requirement-id.ts': renderRequirementIds(requirements),
  };
}

/** What the tests and scenarios of the project declare to show. */
export function evidenceIn(root: string): Shown {
  const stories = scenarioGroups.flatMap(({ path, scenarios }) =>
    scenarios.map(({ name, shows = [] }) => ({ path, name, shows: shows as readonly RequirementId[] })),
  );
  return collectEvidence(citingFiles(root), stories);
}

/**
 * The files that are read for evidence and references: tests and scenarios. The catalogue itself is not, nor is the test of
 * this very page, because both name ids without testing anything; spec/reference is an implementation, not a test.
 */
export function citingFiles(root: string): readonly SourceFile[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && TOP_FOLDERS.includes(entry.name))
    .flatMap((entry) => pathsUnder(root, entry.name))
    .filter((path) => CITING.some((pattern) => pattern.test(path)))
    .filter((path) => !NOT_CITING.some((pattern) => pattern.test(path)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const TOP_FOLDERS: readonly string[] = ['spec', 'property-tests', 'src', 'peer-tests'];

const CITING: readonly RegExp[] = [
  /^spec\/scenarios\/.*\.ts$/,
  /^spec\/.*\.test\.ts$/,
  /^property-tests\/.*\.ts$/,
  /^src\/.*\.test\.ts$/,
  /^peer-tests\/.*\.ts$/,
];

const NOT_CITING: readonly RegExp[] = [
  /^spec\/requirements\//,
  /^spec\/reference\//,
  /^property-tests\/house\/coverage\.test\.ts$/,
];

/** Packages that peer tests have of their own are somebody else's. */
function pathsUnder(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return entry.name === 'node_modules' ? [] : pathsUnder(root, path);
  });
}
