import type { Decision } from '../kernel/table.js';
import { allTables } from '../tables.js';
import type { Fact } from './fact.js';

const WHEN: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map(
  allTables.flatMap(({ rows }) => rows.map(({ id, when }) => [id, when] as const)),
);

/** Words for what stood in nobody's way. */
const IDLE: ReadonlySet<string> = new Set([
  'open',
  'no-demand',
  'not-demanded',
  'not-required',
  'not-needed',
  'fits',
  'fresh',
  'no',
  'none',
]);

/** Whether a fact says only that nothing stood in the way, or what the one beside it says as well. */
export function isIdle(column: string, word: string): boolean {
  switch (column) {
    case 'addresses':
    case 'mechanism':
    case 'room':
    case 'tls':
      // Where there is none, that is what stood in the way.
      return false;
    case 'channel':
      return word === 'first';
    case 'stage':
      // The reply, or that there was none, is told with what it answers.
      return true;
    default:
      return IDLE.has(word);
  }
}

/**
 * The columns that made the row of a decision apply, of those that it was decided on: a row says nothing of the others. Those come
 * last that say only that nothing stood in the way.
 */
export function tellingColumns({ row, input }: Pick<Decision, 'row' | 'input'>): readonly string[] {
  const columns = Object.keys(input);
  const when = WHEN.get(row) ?? {};
  const named = columns.filter((column) => Object.hasOwn(when, column));
  const telling = named.length === 0 ? columns : named;
  const isLast = (column: string) => isIdle(column, input[column]!);
  return [...telling.filter((column) => !isLast(column)), ...telling.filter(isLast)];
}

/** What made the row apply, each fact once. `facts`: one for each column of the input, in order. */
export function tellingFacts(
  decision: Pick<Decision, 'row' | 'input'> & { readonly facts: readonly string[] },
): readonly string[] {
  const columns = Object.keys(decision.input);
  const facts = tellingColumns(decision).flatMap((column) => decision.facts[columns.indexOf(column)] ?? []);
  return [...new Set(facts)];
}

/** Whether a fact is what the operator set, or what his resolver did: nothing for strangers (RFC 3464, Section 4.2). */
export function isOurs({ owner }: Pick<Fact, 'owner'>): boolean {
  return owner === 'operator' || owner === 'resolver';
}

/**
 * What stood in the way in one sentence with the very values, where there is room for no more: of what made the row apply the first
 * that is not idle. `listener`: strangers are told nothing of what is ours. Null: there is nothing to tell him.
 */
export function whatHappened(
  decision: Pick<Decision, 'row' | 'input'> & { readonly facts: readonly Fact[] },
  listener: 'operator' | 'stranger',
): string | null {
  const said = tellingColumns(decision).flatMap((column) =>
    decision.facts.filter((fact) => fact.column === column && !isIdle(column, fact.word)),
  );
  return said.find((fact) => listener === 'operator' || !isOurs(fact))?.says ?? null;
}
