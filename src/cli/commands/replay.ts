import type { AttemptJournal } from '../../effects/journal.js';
import { replay as replayAttempt } from '../../effects/replay.js';
import { explainDelivery } from '../../engine/explain-delivery.js';
import { programs } from '../../machine/programs.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { EXIT, exitOf } from '../exit.js';
import { firstDifference } from '../first-difference.js';
import { readJournal } from '../journal-input.js';
import { printResults } from '../output/results.js';
import { complain } from '../output/terminal.js';
import { PROFILE_NAMES, readProfile, settingsOnly } from '../profile.js';
import { replayAs } from '../replay-as.js';
import { readSettingsFile } from '../settings.js';

const HELP = `\
Usage: waxseal replay JOURNAL [OPTION]...

Decides again on what a journal recorded, without asking anybody, and compares each
question and the result with the recorded ones.

  --as PROFILE           say where that profile goes another way, row by row, and what
                         would have come of it as far as the record reaches; there is:
                         ${PROFILE_NAMES.join(', ').replace(/(.{60}[^,]*,) /, '$1\n                         ')}
  --policy FILE          the same for settings in JSON
  --json                 print one JSON object {"results":[...]}, as "waxseal deliver"
  --verbose              show decisions that changed nothing too

Ends as "waxseal deliver" does if all is the same; 1 if something differs: the engine
has changed since, or the journal. 64: wrong use of the command; 65: no valid
journal; 66: it cannot be read.
`;

const OPTIONS = {
  as: { type: 'string' },
  policy: { type: 'string' },
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
    if (values.as !== undefined && values.policy !== undefined)
      throw misuse('--as and --policy are two ways to say the same; give one of them');
    const profile =
      values.as !== undefined
        ? readProfile('--as', values.as)
        : values.policy !== undefined
          ? settingsOnly(values.policy, await readSettingsFile(values.policy))
          : null;
    const { attempts } = await readJournal(path);
    if (profile !== null) return replayAs(attempts, profile, values.json === true ? 'json' : 'text');
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
