/*
 * Who shows a requirement, as opposed to who speaks of it.
 *
 * Evidence is declared: by the title of a test or of a clause of a contract, or by `shows` of a scenario. What is declared is
 * that the product breaking the requirement's own observation would turn that very test red, and `npm run plant` holds it to
 * that. `refs` of rows, states and scenarios, comments and data are references: they explain, and prove nothing.
 */
import ts from 'typescript';
import type { RequirementId } from '../../src/policy/kernel/requirement-id.js';
import { idsIn, type SourceFile } from './citations.js';

/** One test that shows something. */
export interface Evidence {
  /** From the root of the project, with slashes. */
  readonly path: string;
  /** The title as it is written; of a scenario its name. */
  readonly title: string;
  readonly kind: 'test' | 'scenario';
}

/** For each requirement what shows it, in the order of the files. */
export type Shown = ReadonlyMap<RequirementId, readonly Evidence[]>;

/** What a scenario declares; the path is the file of its group. */
export interface Story {
  readonly path: string;
  readonly name: string;
  readonly shows: readonly RequirementId[];
}

/** The evidence in test files and in scenarios. */
export function collectEvidence(files: readonly SourceFile[], stories: readonly Story[]): Shown {
  const shown = new Map<RequirementId, Evidence[]>();
  const add = (id: RequirementId, evidence: Evidence) => shown.set(id, [...(shown.get(id) ?? []), evidence]);
  for (const { path, text } of files) {
    for (const title of titlesIn(path, text)) {
      for (const id of new Set(idsIn(title))) add(id, { path, title, kind: 'test' });
    }
  }
  for (const { path, name, shows } of stories)
    for (const id of shows) add(id, { path, title: name, kind: 'scenario' });
  return shown;
}

const RUNNERS: ReadonlySet<string> = new Set(['it', 'test', 'describe']);

/** The titles of tests and groups, and, of a contract, the names of its clauses. */
function titlesIn(path: string, text: string): readonly string[] {
  const isContract = path.endsWith('.contract.ts');
  if (!isContract && !path.endsWith('.test.ts')) return [];
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && RUNNERS.has(rootOf(node.expression))) {
      const [title] = node.arguments;
      if (title !== undefined) titles.push(wordsOf(title));
    }
    if (isContract && ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name))
      titles.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022));
  return titles;
}

/** The identifier that a chain such as `it.each(rows)` begins with. */
function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isCallExpression(node) || ts.isPropertyAccessExpression(node)) return rootOf(node.expression);
  return ts.isTaggedTemplateExpression(node) ? rootOf(node.tag) : '';
}

/** What stands where a title is filled in. */
export const HOLE = '…';

function wordsOf(title: ts.Expression): string {
  if (ts.isStringLiteralLike(title)) return title.text;
  if (!ts.isTemplateExpression(title)) return '';
  return [title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)].join(HOLE);
}
