/*
 * Replay: the recorded answers are given again, in the recorded order, and every question is compared with the recorded
 * one. A difference means that the engine has changed since, or that the journal was altered; it is reported, never guessed around.
 */
import type { AttemptResult } from '../policy/attempt/types.js';
import type { Ask } from './catalog.js';
import type { AttemptJournal, JournalEntry } from './journal.js';
import { type Onlookers, type Player, type Programs, simulate } from './simulate.js';

export type Replay =
  | { readonly kind: 'same'; readonly result: AttemptResult }
  /** All questions were the same, and the result is not. */
  | { readonly kind: 'different'; readonly result: AttemptResult }
  | { readonly kind: 'diverged'; readonly message: string };

class Divergence extends Error {}

/** Replays one attempt, before the eyes of onlookers where there are some. Never throws. */
export function replay(programs: Programs, journal: AttemptJournal, onlookers?: Onlookers): Replay {
  try {
    const ended = simulate(programs, journal.input, new Recording(journal.entries), onlookers);
    if (ended.kind === 'fault') return { kind: 'diverged', message: ended.message };
    const isSame = journal.result === null || isAsRecorded(ended.output, journal.result);
    return { kind: isSame ? 'same' : 'different', result: ended.output };
  } catch (cause) {
    if (cause instanceof Divergence) return { kind: 'diverged', message: cause.message };
    throw cause;
  }
}

/** What results began to say when there were journals already; read as null or empty where a journal does not have it. */
const LATER_FIELDS: ReadonlySet<string> = new Set(['input', 'because', 'command', 'cause']);

/**
 * Whether a result would be written as it was recorded, in the order of its keys, as far as the record tells. What was compared is
 * not compared again: the result of a host stands in that of each of its recipients.
 */
function isAsRecorded(result: AttemptResult, recorded: AttemptResult): boolean {
  const alike = new Map<object, Set<object>>();
  const isAs = (own: unknown, there: unknown): boolean => {
    if (typeof own !== 'object' || typeof there !== 'object' || own === null || there === null)
      return own === there;
    const known = alike.get(own) ?? new Set();
    if (known.has(there)) return true;
    const [ours, theirs] = [toldIn(own), toldIn(there)];
    const isAlike =
      Array.isArray(own) === Array.isArray(there) &&
      ours.length === theirs.length &&
      ours.every(([key, value], at) => {
        const [recordedKey, recordedValue] = theirs[at]!;
        return key === recordedKey && (isLeftOpen(key, recordedValue) || isAs(value, recordedValue));
      });
    if (isAlike) alike.set(own, known.add(there));
    return isAlike;
  };
  return isAs(result, recorded);
}

function toldIn(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, each]) => each !== undefined);
}

/** Reasons may be put better, and decide nothing; and a record from before a field tells nothing of it. */
function isLeftOpen(key: string, recorded: unknown): boolean {
  if (key === 'why') return true;
  if (!LATER_FIELDS.has(key)) return false;
  return recorded === null || (typeof recorded === 'object' && Object.keys(recorded).length === 0);
}

class Recording implements Player {
  readonly #asks = new Map<number, Ask>();
  readonly #answers = new Map<number, Extract<JournalEntry, { kind: 'answer' }>['event']>();
  readonly #ends = new Map<number, number>();
  readonly #hosts = new Map<number, string>();
  /** Place of each answer in the journal. */
  readonly #order = new Map<number, number>();

  constructor(entries: readonly JournalEntry[]) {
    for (const [at, entry] of entries.entries()) {
      switch (entry.kind) {
        case 'ask':
          this.#asks.set(entry.ask.id, entry.ask);
          break;
        case 'answer':
          this.#answers.set(entry.event.id, entry.event);
          this.#order.set(entry.event.id, at);
          break;
        case 'run':
          this.#hosts.set(entry.id, entry.host);
          break;
        case 'end':
          this.#ends.set(entry.id, entry.at);
          this.#order.set(entry.id, at);
          break;
      }
    }
  }

  answer(ask: Exclude<Ask, { type: 'host.run' }>) {
    const recorded = this.#asks.get(ask.id);
    if (recorded === undefined)
      throw new Divergence(`question ${ask.id} (${ask.type}) is not in the journal`);
    if (!isSame(recorded, ask))
      throw new Divergence(`question ${ask.id} was ${canonical(recorded)}, and is now ${canonical(ask)}`);
    const event = this.#answers.get(ask.id);
    if (event?.type === 'aborted') return { at: event.at, answer: 'aborted' } as const;
    if (event === undefined || event.type !== `${ask.type}.answered`) {
      throw new Divergence(`question ${ask.id} (${ask.type}) has no answer of its kind in the journal`);
    }
    return { at: event.at, answer: event.answer };
  }

  choose(open: readonly Ask[]): Ask {
    const place = (ask: Ask) => this.#order.get(ask.id) ?? Number.POSITIVE_INFINITY;
    return open.reduce((first, ask) => (place(ask) < place(first) ? ask : first));
  }

  beginRun(id: number, host: string): void {
    const recorded = this.#hosts.get(id);
    if (recorded !== host)
      throw new Divergence(`run ${id} was with ${recorded ?? 'nobody'}, and is now with ${host}`);
  }

  endRun(id: number): number {
    const at = this.#ends.get(id);
    if (at === undefined) throw new Divergence(`run ${id} has no end in the journal`);
    return at;
  }
}

/** Whether two values would be written alike, whatever the order of their fields; a field that is undefined is none. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other))
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((each, at) => isSame(each, other[at]))
    );
  const [own, their] = [one, other] as readonly Readonly<Record<string, unknown>>[];
  for (const key in own)
    if (!isSame(own[key], Object.hasOwn(their!, key) ? their![key] : undefined)) return false;
  for (const key in their) if (their[key] !== undefined && !Object.hasOwn(own!, key)) return false;
  return true;
}

/** Equal questions give equal text, whatever the order of their fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}
