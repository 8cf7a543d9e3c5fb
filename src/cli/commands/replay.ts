import { JOURNAL_LENGTH_MAX, parseJournal } from '../../effects/codecs/journal.codec.js';
import type { AttemptJournal, Journal } from '../../effects/journal.js';
import { replay as replayAttempt } from '../../effects/replay.js';
import { explainDelivery } from '../../engine/explain-delivery.js';
import { programs } from '../../machine/programs.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { CommandError, EXIT, exitOf } from '../exit.js';
import { firstDifference } from '../first-difference.js';
import { printResults } from '../output/results.js';
import { complain } from '../output/terminal.js';
import { describeProblems } from '../problems.js';
import { readText } from '../read-file.js';

const HELP = `\
Usage: waxseal replay JOURNAL [OPTION]...

Decides again on what a journal recorded, without asking anybody, and compares each
question and the result with the recorded ones.

  --json                 print one JSON object {"results":[...]}, as "waxseal deliver"
  --verbose              show decisions that changed nothing too

Ends as "waxseal deliver" does if all is the same; 1 if something differs: the engine
has changed since, or the journal. 64: wrong use of the command; 65: no valid
journal; 66: it cannot be read.
`;

const OPTIONS = {
  json: { type: 'boolean' },
  verbose: { type: 'boolean' },
} as const;

export const replay: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [path, second] = positionals;
    if (path === undefined) throw misuse('the journal is missing; give its file');
    if (second !== undefined)
      throw misuse(`there can be one journal only, and ${JSON.stringify(second)} is a second`);
    const { attempts } = await readJournal(path);
    const replayed = attempts.map((attempt, at) => replayOne(attempt, at + 1));
    const followed = { attempts: attempts.filter((_, at) => replayed[at]!.wasFollowed) };
    const differences = replayed.flatMap((each) => each.differences);
    const format = {
      format: values.json === true ? 'json' : 'text',
      detail: values.verbose === true ? 'full' : 'short',
    } as const;
    await printResults(followed, format, differences.length === 0 ? {} : { differences });
    for (const difference of differences) complain(`waxseal replay: ${difference}`);
    return differences.length === 0 ? exitOf(explainDelivery(followed)) : EXIT.different;
  },
};

async function readJournal(path: string): Promise<Journal> {
  const text = await readText(path, {
    what: 'the journal',
    octetsMax: JOURNAL_LENGTH_MAX,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.noInput,
    malformed: EXIT.badData,
  });
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

interface Replayed {
  /** To its end; else nothing is said of its results. */
  readonly wasFollowed: boolean;
  readonly differences: readonly string[];
}

function replayOne(attempt: AttemptJournal, number: number): Replayed {
  const { destination } = attempt.input;
  const place = `attempt ${number} (${destination.kind === 'domain' ? destination.name : `[${destination.address}]`})`;
  const ended = replayAttempt(programs, attempt);
  if (ended.kind === 'diverged')
    return { wasFollowed: false, differences: [`${place} goes another way: ${ended.message}`] };
  const difference = ended.kind === 'same' ? null : firstDifference(attempt.result, ended.result);
  return {
    wasFollowed: true,
    differences:
      ended.kind === 'same' ? [] : [`${place} ends otherwise: ${difference ?? 'in the order of keys'}`],
  };
}
