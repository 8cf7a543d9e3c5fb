/*
 * A fact is one word that a decision was made on, said as a sentence with the very values. Every column of every table
 * of an attempt has one for each of its words; a word without does not compile.
 */
import type { Decision, Table, Vocabulary } from '../kernel/table.js';
import type { Evidence } from './evidence.js';

/** Whose it is, and so who could change it. `network`: the path, or their host. */
export type Owner = 'recipient' | 'sender' | 'resolver' | 'operator' | 'network';

/** Whoever that is, for people. */
export const OWNERS: Readonly<Record<Owner, string>> = {
  recipient: 'the recipient',
  sender: 'the sender',
  resolver: 'the resolver',
  operator: 'the operator',
  network: 'the network, or their host',
};

/** What a fact is about: a closed list, for programs. */
export type FactKind =
  | 'message'
  | 'setting'
  | 'rule'
  | 'destination'
  | 'mx'
  | 'policy'
  | 'addresses'
  | 'alias'
  | 'tlsa'
  | 'demand'
  | 'connection'
  | 'reply'
  | 'starttls'
  | 'handshake'
  | 'certificate'
  | 'keywords'
  | 'attempt'
  | 'hosts'
  | 'report';

export interface Fact {
  /** The column of the decision's table, and the word that it held. */
  readonly column: string;
  readonly word: string;
  readonly owner: Owner;
  readonly kind: FactKind;
  /** One sentence, with the values. Neither local parts nor the message's text are in it. */
  readonly says: string;
}

/** What is said of the words of one column. */
export interface ColumnFacts<Word extends string> {
  readonly kind: FactKind;
  readonly owner: Owner | ((word: Word, evidence: Evidence) => Owner);
  readonly says:
    | { readonly [W in Word]: string | ((evidence: Evidence) => string) }
    | ((word: Word, evidence: Evidence) => string);
}

/** What is said of the columns of one table. */
export interface TableFacts {
  readonly table: string;
  readonly columns: Readonly<Record<string, ColumnFacts<string>>>;
}

/** All columns of a table, and all their words. */
export function factsFor<V extends Vocabulary>(
  table: Table<V>,
  columns: { readonly [K in keyof V]: ColumnFacts<V[K][number]> },
): TableFacts {
  return {
    table: table.name,
    columns: columns as unknown as Readonly<Record<string, ColumnFacts<string>>>,
  };
}

/** The facts of a decision, a column each. Total: whatever is not known is not said. */
export function readFacts(
  { columns }: TableFacts,
  { input }: Pick<Decision, 'input'>,
  known: Evidence,
): readonly Fact[] {
  const evidence = { ...known, input };
  return Object.entries(input).flatMap(([column, word]) => {
    const facts = Object.hasOwn(columns, column) ? columns[column]! : null;
    if (facts === null) return [];
    const { kind, owner, says } = facts;
    const saying = typeof says === 'function' ? says(word, evidence) : says[word];
    const sentence = typeof saying === 'function' ? saying(evidence) : saying;
    if (sentence === undefined) return [];
    return [
      {
        column,
        word,
        owner: typeof owner === 'function' ? owner(word, evidence) : owner,
        kind,
        says: asSentence(sentence),
      },
    ];
  });
}

function asSentence(text: string): string {
  const whole = /[.!?]$/.test(text) ? text : `${text}.`;
  // A name that begins a sentence stays as it is written.
  return /^[a-z]+[ ,]/.test(whole) ? `${whole[0]!.toUpperCase()}${whole.slice(1)}` : whole;
}
