/*
 * Journals of a process that serves: a file for each day (UTC), a journal on each line, so that one is found by what stands in it.
 * They are kept beside the mail and never in its way: nobody waits for them, and what cannot be written is told and left out.
 */
import { constants, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { printJournal } from '../effects/codecs/journal.codec.js';
import { errorText } from '../effects/error-text.js';
import type { Journal } from '../effects/journal.js';
import { notOursAlone } from '../effects/owner-only.js';
import { prepareFolder } from './state-directory.js';

export interface KeptJournals {
  /** Returns at once. */
  keep(journal: Journal): void;
  /** Resolves when what was handed in is written, or never can be. */
  close(): Promise<void>;
}

export interface KeptJournalsOptions {
  /** It is there. */
  readonly directory: string;
  readonly clock: () => number;
  readonly onFault: (message: string) => void;
  /** For how many days before today files are kept; default 30. */
  readonly days?: number;
}

const DAY_MS = 86_400_000;
const NAME = /^\d{4}-\d{2}-\d{2}\.jsonl$/;
/** Of what waits to be written, in UTF-16 code units. */
const WAITING_MAX = 33_554_432;

/** In the folder that `--journals` names, if it does. Throws a CommandError where it cannot be used. */
export async function openJournals(
  directory: string | undefined,
  onFault: (message: string) => void,
): Promise<KeptJournals | null> {
  if (directory === undefined) return null;
  await prepareFolder('--journals', directory);
  return keptJournals({ directory, clock: Date.now, onFault });
}

export function keptJournals({ directory, clock, onFault, days = 30 }: KeptJournalsOptions): KeptJournals {
  let waiting: string[] = [];
  let length = 0;
  let leftOut = 0;
  let writing: Promise<void> | null = null;
  let today = '';

  const write = async () => {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      length = 0;
      try {
        await turnTo(fileOf(clock()));
        await append(join(directory, today), lines.join(''));
      } catch (error) {
        onFault(`${lines.length} journals cannot be kept: ${errorText(error)}`);
      }
      if (leftOut > 0) onFault(`${leftOut} journals were not kept: the disk is too slow for them`);
      leftOut = 0;
    }
    writing = null;
  };

  /** With a new day the oldest go. */
  const turnTo = async (file: string) => {
    if (file === today) return;
    today = file;
    const oldest = fileOf(clock() - days * DAY_MS);
    for (const name of await readdir(directory))
      if (NAME.test(name) && name < oldest) await unlink(join(directory, name)).catch(() => undefined);
  };

  /** What was delivered is delivered, whatever becomes of its journal. */
  const lineOf = (journal: Journal): string | null => {
    try {
      // Line ends stand between the parts of a journal and never in its texts, where JSON escapes them.
      return `${printJournal(journal).replaceAll('\n', '')}\n`;
    } catch (error) {
      onFault(`a journal cannot be kept: ${errorText(error)}`);
      return null;
    }
  };

  return {
    keep(journal) {
      const line = lineOf(journal);
      if (line === null) return;
      if (length + line.length > WAITING_MAX) {
        leftOut += 1;
        return;
      }
      waiting.push(line);
      length += line.length;
      writing ??= write();
    },
    close: async () => void (await writing),
  };
}

/** Addresses stand in it: it is our own file or none, and nobody's link or FIFO leads elsewhere. */
async function append(path: string, text: string): Promise<void> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error(`${path} is not a file`);
    const problem = notOursAlone(path, found, process.getuid?.());
    if (problem !== null) throw new Error(problem);
    await file.appendFile(text);
  } finally {
    await file.close();
  }
}

function fileOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 10)}.jsonl`;
}
