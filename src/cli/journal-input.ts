import { JOURNAL_LENGTH_MAX, parseJournal } from '../effects/codecs/journal.codec.js';
import type { AttemptJournal, Journal } from '../effects/journal.js';
import { CommandError, EXIT } from './exit.js';
import { describeProblems } from './problems.js';
import { readText } from './read-file.js';

/** A journal of at least one attempt, with a place for each recipient. Throws a CommandError. */
export async function readJournal(path: string): Promise<Journal> {
  const text = await readText(path, {
    what: 'the journal',
    octetsMax: JOURNAL_LENGTH_MAX,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.noInput,
    malformed: EXIT.badData,
  });
  return journalFrom(text, path);
}

/** The same of a text. */
function journalFrom(text: string, path: string): Journal {
  const decoded = parseJournal(text);
  if (decoded.ok) {
    const { attempts } = decoded.value;
    if (attempts.length > 0 && attempts.every(isPlaced)) return decoded.value;
    const lacks = attempts.length === 0 ? 'an attempt' : 'a place for each recipient';
    throw new CommandError(EXIT.badData, `${path} is not a valid journal: it lacks ${lacks}`);
  }
  throw new CommandError(EXIT.badData, describeProblems(`${path} is not a valid journal`, decoded.problems));
}

function isPlaced({ input, places }: AttemptJournal): boolean {
  return places.length === input.recipients.length;
}
