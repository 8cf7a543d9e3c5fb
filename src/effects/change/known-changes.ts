/*
 * What would have helped an attempt would have helped the next one that heard the same answers and decided on the same words. A
 * destination that is out of order stops one message after the other in the same way, and a search costs some hundred times as
 * much as to see that. Only what was found is kept, and only whoever heard the very same is told of it: names, keys and dates are in
 * what was heard, so that no sentence speaks of another's. Messages differ in what is left out of the comparison: who it
 * is from and for, how long it is, and when it was.
 */
import { ageOfCache } from '../../policy/mta-sts/discover.js';
import type { CacheAnswer } from '../catalog.js';
import type { AttemptJournal, JournalEntry } from '../journal.js';
import type { Programs } from '../simulate.js';
import { type Change, type SearchBounds, smallestChanges } from './smallest-changes.js';

/** Characters of what is compared, in all. */
const CHARACTERS_MAX = 4_000_000;
/** Settings whose text is kept; of which there are more are counted as others. */
const SETTINGS_MAX = 8;
/** Kinds of ends of one attempt that are looked into; a message for thousands is not worth a search for each. */
const ENDS_MAX = 8;

/** What is heard in an attempt is long, and the same for all its recipients: it is looked up as it is, and never copied for one of them. */
interface Found {
  readonly byEnd: Map<string, readonly Change[]>;
  characters: number;
}

interface Attempt {
  readonly heard: string;
  readonly found: Found;
  searches: number;
}

export class KnownChanges {
  /** What was found by who heard that, by how it ended; the least recently asked for first. */
  readonly #known = new Map<string, Found>();
  readonly #settings = new WeakMap<object, number>();
  readonly #settingsByText = new Map<string, number>();
  #settingsSeen = 0;
  /** What was found for one is found again for its other recipients, also where it is too much to be kept for others. */
  readonly #attempts = new WeakMap<AttemptJournal, Attempt>();
  readonly #bounds: Pick<SearchBounds, 'by'>;
  #characters = 0;

  /** `by`: whose changes are asked for; default: everybody's. */
  constructor(bounds: Pick<SearchBounds, 'by'> = {}) {
    this.#bounds = bounds;
  }

  /** As `smallestChanges` finds them, for the recipient at that place. */
  changesFor(journal: AttemptJournal, place: number, programs: Programs): readonly Change[] {
    const attempt = this.#attempts.get(journal) ?? this.#begin(journal);
    const { heard, found } = attempt;
    const end = endOf(journal, place);
    const known = found.byEnd.get(end);
    if (known === undefined && ++attempt.searches > ENDS_MAX) return [];
    const changes = known ?? smallestChanges(journal, place, programs, this.#bounds).changes;
    const before = this.#known.get(heard)?.characters ?? 0;
    if (known === undefined) found.characters += end.length;
    found.byEnd.set(end, changes);
    this.#keep(heard, found, found.characters - before);
    return changes;
  }

  #begin(journal: AttemptJournal): Attempt {
    const heard = this.#heardBy(journal);
    const found = this.#known.get(heard) ?? { byEnd: new Map(), characters: heard.length };
    const attempt = { heard, found, searches: 0 };
    this.#attempts.set(journal, attempt);
    return attempt;
  }

  #keep(heard: string, found: Found, characters: number): void {
    this.#characters += characters;
    this.#known.delete(heard);
    this.#known.set(heard, found);
    for (const [oldest, { characters }] of this.#known) {
      if (this.#characters <= CHARACTERS_MAX) break;
      this.#known.delete(oldest);
      this.#characters -= characters;
    }
  }

  #heardBy({ input, entries, result }: AttemptJournal): string {
    // Which addresses come first is seen in who was dialled.
    const { startedAt, deadlineAt, recipients, message, settings, dialled, attempt, ...rest } = input;
    const { sender, sizeBytes, ...facts } = message;
    return JSON.stringify([
      ...[
        rest,
        facts,
        sender === '',
        attempt <= 1,
        deadlineAt === undefined,
        this.#numberOf(settings),
        recipients.length,
      ],
      result?.decisions.map(({ mx, row, input }) => [mx, row, Object.values(input)]),
      heardIn(entries),
    ]);
  }

  /** Settings are long, and nearly always those of before. Equal ones have one number, as long as their text is kept. */
  #numberOf(settings: object): number {
    const known = this.#settings.get(settings);
    if (known !== undefined) return known;
    const text = JSON.stringify(settings);
    const number = this.#settingsByText.get(text) ?? ++this.#settingsSeen;
    if (this.#settingsByText.size >= SETTINGS_MAX) this.#settingsByText.clear();
    this.#settingsByText.set(text, number);
    this.#settings.set(settings, number);
    return number;
  }
}

/** Those who ended alike for the same reason need the same change. */
function endOf({ result }: AttemptJournal, place: number): string {
  const { outcome, status, state, because } = result?.recipients[place] ?? {};
  return JSON.stringify([outcome, status, state?.reply, because?.mx, because?.row, because?.input]);
}

/** Which questions were asked, in order, and what was answered to each. */
function heardIn(entries: readonly JournalEntry[]): readonly unknown[] {
  return entries.map((entry) => {
    if (entry.kind === 'ask') return askedIn(entry.ask);
    if (entry.kind !== 'answer') return entry.kind === 'run' ? entry.host : null;
    const { event } = entry;
    // What was drawn is seen in who was asked first.
    if (event.type === 'random.draw.answered') return 'drawn';
    if (event.type === 'policy-cache.read.answered') return keptIn(event.answer, event.at);
    return event.type === 'aborted' ? 'aborted' : event.answer;
  });
}

/** A policy that is in force is the same whenever it was fetched: no sentence tells of it. */
function keptIn(answer: CacheAnswer, at: number): unknown {
  if (answer.kind === 'unreadable' || answer.cached === null) return answer;
  const { fetchedAt, ...cached } = answer.cached;
  return { ...answer, cached, age: ageOfCache(answer, at) };
}

function askedIn(ask: Extract<JournalEntry, { kind: 'ask' }>['ask']): readonly unknown[] {
  const { name, host, address, alternate } = ask as {
    readonly name?: string;
    readonly host?: string;
    readonly address?: string;
    readonly alternate?: unknown;
  };
  return [ask.type, name, host, address, alternate];
}
