import { printJournal } from '../effects/codecs/journal.codec.js';
import type { Journal } from '../effects/journal.js';
import { checkWritable, writeWhole } from './write-file.js';

/** Finds out before anything is sent whether a journal can be written there. Throws a CommandError. */
export function checkJournalPath(path: string): Promise<void> {
  return checkWritable(path, 'the journal');
}

/** Writes a journal as a whole or not at all. Throws a CommandError. */
export function writeJournal(path: string, journal: Journal): Promise<void> {
  return writeWhole(path, 'the journal', printJournal(journal));
}
