import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';
import { requirementById } from './index.js';

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** For each requirement the files that cite it, sorted; a requirement that nothing cites has no entry. */
export type Citations = ReadonlyMap<RequirementId, readonly string[]>;

/**
 * Finds the requirement ids in titles, `refs` and comments. An id counts as a whole token only, because ids begin
 * and end like one another: `DANE-2.2-10` does not cite `DANE-2.2-1`, nor does `RTLS-3-1` cite `STS-3-1`.
 */
export function collectCitations(files: readonly SourceFile[]): Map<RequirementId, string[]> {
  const paths = new Map<RequirementId, Set<string>>();
  for (const { path, text } of files) {
    for (const id of idsIn(text)) paths.set(id, (paths.get(id) ?? new Set()).add(path));
  }
  return new Map([...paths].map(([id, citing]) => [id, [...citing].sort()]));
}

/** The ids in a text, in order and as often as they stand there. */
export function idsIn(text: string): readonly RequirementId[] {
  return tokensOf(text).filter(isRequirementId);
}

/** Tokens that look like ids of the catalogue and are none: a misspelt citation would silently cite nothing. */
export function misspeltCitations(files: readonly SourceFile[]): readonly string[] {
  const misspelt = files.flatMap(({ path, text }) =>
    tokensOf(text)
      .filter((token) => !isRequirementId(token) && looksLikeAnId(token))
      .map((token) => `${path}: ${token}`),
  );
  return [...new Set(misspelt)].sort();
}

/** Runs of everything that an id may hold; the full stop or dash that ends a sentence is none of it. */
const tokensOf = (text: string): readonly string[] =>
  (text.match(/[\w.-]+/g) ?? []).map((token) => token.replace(/[.-]+$/, ''));

const isRequirementId = (token: string): token is RequirementId =>
  requirementById.has(token as RequirementId);

/** A family of the catalogue, a section and a number. */
function looksLikeAnId(token: string): boolean {
  const family = /^([A-Z0-9]+)(?:-\d{4})?-\d+(?:\.\d+)*-\d+$/.exec(token)?.[1];
  return family !== undefined && families.has(family);
}

const families: ReadonlySet<string> = new Set(
  [...requirementById.keys()].map((id) => id.slice(0, id.indexOf('-'))),
);
