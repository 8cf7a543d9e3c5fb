/*
 * One thing that would have to be different: an answer that would be another one, or what the attempt was given. Whoever
 * reads of it hears who could make it so, and whether it keeps every demand (a repair) or gives one up (a concession).
 */
import type { AttemptInput } from '../../policy/attempt/types.js';
import type { Owner } from '../../policy/explain/fact.js';
import type { AnswerOf, Ask, EffectName } from '../catalog.js';

export type WorldName = Exclude<EffectName, 'host.run'>;
export type WorldAsk = Exclude<Ask, { type: 'host.run' }>;
export type WorldAnswer = AnswerOf<WorldName>;

export interface Edit {
  /** Edits with the same key are the same. */
  readonly key: string;
  readonly by: Owner;
  readonly kind: 'repair' | 'concession';
  /** What to do, as a sentence. Neither local parts nor the message's text are in it. */
  readonly says: string;
  /** What is taken for granted besides, because nobody was asked. */
  readonly assumes: readonly string[];
  /** A host that is made up to see what would come of it: of it nothing is taken for granted by name. */
  readonly invents?: string;
  readonly input: ((input: AttemptInput) => AttemptInput) | null;
  /** By the key of the question: what would be answered to it. Null: the question was not asked, or was given up. */
  readonly answers: ReadonlyMap<string, (answer: WorldAnswer | null, ask: WorldAsk) => WorldAnswer>;
}

const NOTHING: Edit['answers'] = new Map();

type Said = Pick<Edit, 'key' | 'by' | 'kind' | 'says'> & {
  readonly assumes?: readonly string[];
  readonly invents?: string;
};

/** What is said of whoever was stopped: it was we who did not wait. */
export const GO_ON = {
  key: 'time',
  by: 'operator',
  kind: 'repair',
  says: 'Let the attempt run to its end: it was stopped, or its deadline passed.',
} as const satisfies Said;

/** Another answer to one question, or to several that change together. */
export function editOfAnswers(
  said: Said,
  answers: Readonly<Record<string, (answer: never, ask: never) => WorldAnswer>>,
): Edit {
  return {
    ...{ assumes: [], ...said },
    input: null,
    answers: new Map(Object.entries(answers)) as unknown as Edit['answers'],
  };
}

/** Another message, or another setting. */
export function editOfInput(said: Said, input: (input: AttemptInput) => AttemptInput): Edit {
  return { ...{ assumes: [], ...said }, input, answers: NOTHING };
}

/** A question as it was asked in a run, and what it was answered. */
export interface Asked {
  readonly key: string;
  readonly ask: WorldAsk;
  /** Null: the attempt was stopped. */
  readonly answer: WorldAnswer | null;
  /** The host whose run it belongs to, and the address that is spoken to; null: to none. */
  readonly host: string | null;
  readonly address: string | null;
}

/** What editors look at. */
export interface Supposed {
  readonly input: AttemptInput;
  readonly asked: readonly Asked[];
}

/** The last answer to a question of that key, as it was asked. */
export function answerTo<K extends WorldName>({ asked }: Supposed, key: string): AnswerOf<K> | null {
  return (asked.findLast((each) => each.key === key)?.answer ?? null) as AnswerOf<K> | null;
}

/** The name of the destination, and whose MTA-STS policy counts. */
export function domainOf({ destination }: AttemptInput): string {
  return destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
}
