/*
 * Journals as text: JSON, an entry a line, so that two of them can be compared and one be searched with the tools
 * at hand. Reading is strict, because a journal of which a part is overlooked would be replayed as another story.
 */
import {
  type AttemptJournal,
  JOURNAL_FORMAT,
  JOURNAL_VERSION,
  type Journal,
  type JournalEntry,
} from '../journal.js';
import { AnsweredCodec } from './answers.codec.js';
import { AskCodec } from './asks.codec.js';
import { AttemptInputCodec } from './attempt.codec.js';
import { type Decoded, decodeWith, describeValue, type Problem, parseJson, refused } from './result.js';
import { strictObject, tagged } from './strict-object.js';
import { type Codec, Finite, listOf, oneOf, orNull, such, Text } from './values.js';
import { WrittenResultCodec, withHostsOnce } from './written-result.codec.js';

/** The longest journal that is read: 16 MiB, in UTF-16 code units. Made up to do harm, one may take 1 GB of memory. */
export const JOURNAL_LENGTH_MAX = 16_777_216;

/** Reads a journal that {@link printJournal} wrote. Never throws. Of another format or version nothing else is looked at. */
export function parseJournal(text: string): Decoded<Journal> {
  const json = parseJson(text, JOURNAL_LENGTH_MAX);
  if (!json.ok) return json;
  const problem = foreignness(json.value);
  return problem === null ? decodeWith(JournalCodec, json.value) : refused([problem]);
}

/** A journal as JSON, each entry, input and result on a line of its own. Equal journals, with keys in equal order, give equal texts. */
export function printJournal({ format, version, attempts }: Journal): string {
  const head = JSON.stringify({ format, version }).slice(0, -1);
  return `${head},"attempts":${linesOf(attempts.map(printAttempt))}}\n`;
}

function printAttempt({ input, places, entries, result }: AttemptJournal): string {
  const lines = linesOf(entries.map((entry) => JSON.stringify(entry)));
  return `{"input":${JSON.stringify(input)},"places":${JSON.stringify(places)},"entries":${lines},\n"result":${JSON.stringify(result && withHostsOnce(result))}}`;
}

function linesOf(items: readonly string[]): string {
  return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n]`;
}

const EntryCodec: Codec<JournalEntry> = tagged<JournalEntry, 'kind'>('an entry', 'kind', {
  ask: strictObject<Extract<JournalEntry, { kind: 'ask' }>>('a question asked', {
    kind: oneOf('ask'),
    ask: AskCodec,
  }),
  answer: strictObject<Extract<JournalEntry, { kind: 'answer' }>>('an answer given', {
    kind: oneOf('answer'),
    event: AnsweredCodec,
  }),
  run: strictObject<Extract<JournalEntry, { kind: 'run' }>>('the start of a host run', {
    kind: oneOf('run'),
    id: Finite,
    host: Text,
  }),
  end: strictObject<Extract<JournalEntry, { kind: 'end' }>>('the end of a host run', {
    kind: oneOf('end'),
    id: Finite,
    at: Finite,
  }),
});

const AttemptCodec = strictObject<AttemptJournal>('the journal of an attempt', {
  input: AttemptInputCodec,
  places: listOf('a list of places', Finite),
  entries: listOf('a list of entries', EntryCodec),
  result: orNull(WrittenResultCodec),
});

const JournalCodec = strictObject<Journal>('a journal', {
  format: oneOf(JOURNAL_FORMAT),
  version: such('the version', (value): value is typeof JOURNAL_VERSION => value === JOURNAL_VERSION),
  attempts: listOf('a list of attempts', AttemptCodec),
});

/** Whether a file is another's, or of another time: then everything else in it would look wrong, too. */
function foreignness(value: unknown): Problem | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { format, version } = value as { readonly format?: unknown; readonly version?: unknown };
  if (format !== JOURNAL_FORMAT) {
    return { path: 'format', expected: JSON.stringify(JOURNAL_FORMAT), actual: describeValue(format) };
  }
  if (version === JOURNAL_VERSION) return null;
  return {
    path: 'version',
    expected: `version ${JOURNAL_VERSION}`,
    actual: `version ${describeValue(version)}`,
  };
}
