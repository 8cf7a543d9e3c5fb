/* A choice of facts, as a value and as the fragment of an address. */
import type { Scenario, World } from '../adapters/scripted/index.js';
import { settingsOf } from '../policy/settings.js';
import { CHOICES, DOMAIN, HOST, OTHER_HOST, type Owner, type Piece } from './choices.js';

/** A word for each choice, by its id. */
export type Facts = Readonly<Record<string, string>>;

export const USUAL: Facts = Object.fromEntries(CHOICES.map(({ id, words }) => [id, words[0]!.word]));

/** Facts as the fragment of an address: what is usual is left out. */
export function printFacts(facts: Facts): string {
  return CHOICES.filter(({ id }) => facts[id] !== USUAL[id])
    .map(({ id }) => `${id}=${facts[id]}`)
    .join('&');
}

/** The facts that a fragment tells; what it says of no choice, or in no word of it, is passed over. */
export function parseFacts(fragment: string): Facts {
  const told = new Map(fragment.split('&').map((part) => part.split('=', 2) as [string, string]));
  return Object.fromEntries(
    CHOICES.map(({ id, words }) => {
      const word = told.get(id);
      return [id, words.some((each) => each.word === word) ? word! : words[0]!.word];
    }),
  );
}

/** The fragment for facts and the question of their record that is looked at, from 1: the first is left out. */
export function printShown(facts: Facts, question: number): string {
  return withQuestion(printFacts(facts), question);
}

/** The fragment that holds a whole record, packed, and the question that is looked at. */
export function printRecord(packed: string, question: number): string {
  return withQuestion(`record=${packed}`, question);
}

function withQuestion(subject: string, question: number): string {
  return [subject, ...(question > 1 ? [`question=${question}`] : [])].filter(Boolean).join('&');
}

/** The packed record that a fragment holds; null: it tells facts. */
export function parseRecord(fragment: string): string | null {
  return /(?:^|&)record=([^&]*)/.exec(fragment)?.[1] ?? null;
}

/** The question that a fragment tells, from 1; the first where it tells none. */
export function parseQuestion(fragment: string): number {
  return Number(/(?:^|&)question=([1-9]\d{0,5})(?:&|$)/.exec(fragment)?.[1] ?? 1);
}

/** The story that these facts make: one message into a small world. */
export function scenarioOf(facts: Facts): Scenario {
  const pieces: readonly Piece[] = CHOICES.map(
    ({ id, words }) => words.find(({ word }) => word === facts[id])!,
  );
  const merged = <K extends keyof Piece>(key: K) => Object.assign({}, ...pieces.map((piece) => piece[key]));
  const other = pieces.find(({ otherHost }) => otherHost !== undefined)?.otherHost;
  const policy = pieces.find((piece) => piece.policy !== undefined)?.policy;
  const world: World = {
    signedZones: pieces.flatMap(({ zones = [] }) => zones),
    dns: { [`MX ${DOMAIN}`]: [`10 ${HOST}`], [`A ${HOST}`]: [`@${HOST}`], ...merged('dns') },
    mail: { [HOST]: merged('host'), ...(other && { [OTHER_HOST]: other }) },
    ...(policy && { policy: { [`mta-sts.${DOMAIN}`]: policy } }),
  };
  const profile = facts.profile as 'rfc' | 'mox' | 'postfix';
  return {
    name: printFacts(facts) || 'the usual',
    world,
    settings: settingsOf(profile, { privateAddresses: 'allow', ...merged('settings') }),
    steps: [{ message: { to: [`user@${DOMAIN}`], ...merged('message') }, expect: [] }],
  };
}

/** One fact that is otherwise. */
export interface Change {
  readonly choice: string;
  readonly word: string;
  readonly owner: Owner;
  /** "STARTTLS is offered and works". */
  readonly says: string;
}

/** Every way in which one fact could be otherwise. */
export function changesOf(facts: Facts): readonly Change[] {
  return CHOICES.flatMap(({ id, about, owner, words }) =>
    words
      .filter(({ word }) => word !== facts[id])
      .map(({ word, says }) => ({ choice: id, word, owner, says: `${about}: ${says}` })),
  );
}

export function withChange(facts: Facts, { choice, word }: Pick<Change, 'choice' | 'word'>): Facts {
  return { ...facts, [choice]: word };
}
