import { access } from 'node:fs/promises';
import { domainToASCII } from 'node:url';
import { parseScenario } from '../../adapters/scripted/scenario.codec.js';
import type { Scenario } from '../../adapters/scripted/scenario.js';
import {
  type ComparedRecipient,
  compare as compareAttempts,
  type Play,
  playRecord,
} from '../../audit/compare.js';
import type { AttemptJournal } from '../../effects/journal.js';
import { MisuseError } from '../../effects/misuse.js';
import { programs } from '../../machine/programs.js';
import { parseDomain } from '../../policy/names/mailbox.js';
import { simulateScenario } from '../../testing/scenario/simulate-scenario.js';
import { misuse, readArguments } from '../arguments.js';
import { attemptBy } from '../attempt.js';
import type { Command } from '../command.js';
import { CommandError, EXIT } from '../exit.js';
import { readJournal } from '../journal-input.js';
import { readCount } from '../numbers.js';
import { ATTEMPT_OPTIONS, ATTEMPT_OPTIONS_HELP, readAttemptSetup } from '../options.js';
import { renderComparison } from '../output/compare-text.js';
import { print } from '../output/terminal.js';
import { readProfiles } from '../profile.js';
import { readText } from '../read-file.js';
import { readScenario } from '../scenario-file.js';

/** What a file says of itself: how its message was sent, and by which rules. */
const OF_A_DOMAIN = ['policy', 'requiretls', 'no-cleartext-retry', 'from', 'attempt', 'journal'] as const;

const OPTIONS = { ...ATTEMPT_OPTIONS, with: { type: 'string' }, step: { type: 'string' } } as const;

type AttemptValues = Parameters<typeof readAttemptSetup>[0];

const STEP_OF_A_SCENARIO = '--step has a meaning only with a scenario';

/** `--json` is told above, and there is nothing to show more of. */
const LOOK_HELP = ATTEMPT_OPTIONS_HELP.replace(/^ {2}--(?:json|verbose) .*\n/gm, '');

const HELP = `\
Usage: waxseal compare DOMAIN | SCENARIO.json | JOURNAL [OPTION]...

Says what other mail systems would have made of the same facts, beside ours: of a domain
that is looked at as by "waxseal explain", of a story, or of a record. What is not known
of one is said, and is no verdict; each verdict names where it is from.

  --with NAME,...        whom: postfix, postfix-alone (without a helper for MTA-STS),
                         exim, mox, kumomta, stalwart, maddy (all but postfix-alone)
  --step N               of a scenario: this step; default: the last one
  --json                 print one JSON object {"subject","recipients":[...]}

Of a domain, taken as by "waxseal explain":
${LOOK_HELP}
Ends with 0 if everybody whose verdict is known comes to the same outcome, 1 if somebody
does not. 64: wrong use of the command; 65: neither a scenario nor a journal; 66: it
cannot be read.
`;

export const compare: Command = {
  help: HELP,
  async run(args) {
    const { values: all, positionals } = readArguments(args, OPTIONS);
    const { with: names, step, ...values } = all;
    const [subject, second] = positionals;
    if (subject === undefined)
      throw misuse('what is to be compared is missing; give a domain, a scenario or a journal');
    if (second !== undefined)
      throw misuse(`there can be one subject only, and ${JSON.stringify(second)} is a second`);
    const profiles = readProfiles(names);
    const ofStep = readCount('--step', step);
    const given = (await isFile(subject))
      ? await readFileOf(subject, ofStep, values)
      : await lookAt(subject, ofStep, values);
    const recipients = inOrder(compareAttempts(given.play, profiles), given.places);
    await print(
      values.json === true ? `${JSON.stringify({ subject, recipients })}\n` : renderComparison(recipients),
    );
    return recipients.some(isDifferent) ? EXIT.different : EXIT.ok;
  },
};

interface Given {
  readonly play: Play;
  /** Where each recipient stood in the order in which it was named. */
  readonly places: readonly number[];
}

function inOrder(
  compared: readonly ComparedRecipient[],
  places: readonly number[],
): readonly ComparedRecipient[] {
  return compared
    .map((each, at) => ({ each, place: places[at] ?? at }))
    .sort((left, right) => left.place - right.place)
    .map(({ each }) => each);
}

function isDifferent({ verdicts }: ComparedRecipient): boolean {
  return verdicts.some(({ known, outcome }) => known && outcome !== verdicts[0]!.outcome);
}

/** A name with a dot may be a file as well as a domain: what is there counts. */
async function isFile(subject: string): Promise<boolean> {
  const isThere = await access(subject).then(
    () => true,
    () => false,
  );
  return isThere || parseDomain(subject, domainToASCII) === null || subject.endsWith('.json');
}

async function readFileOf(path: string, step: number | undefined, values: AttemptValues): Promise<Given> {
  const inVain = OF_A_DOMAIN.find((name) => values[name] !== undefined);
  if (inVain !== undefined)
    throw misuse(`--${inVain} has a meaning only with a domain: ${path} says how its own message was sent`);
  const text = await readText(path, {
    what: 'the scenario or journal',
    octetsMax: 16_777_216,
    unreadable: EXIT.noInput,
    tooLarge: EXIT.noInput,
    malformed: EXIT.badData,
  });
  if (!/"format"\s*:/.test(text) || parseScenario(text).ok)
    return ofScenario(await readScenario(path), path, step);
  if (step !== undefined) throw misuse(STEP_OF_A_SCENARIO);
  return ofRecord((await readJournal(path)).attempts);
}

function ofRecord(attempts: readonly AttemptJournal[]): Given {
  return { play: playRecord(attempts, programs), places: attempts.flatMap(({ places }) => places) };
}

/** Everybody plays the whole story, because what one step learns is known to the next. */
function ofScenario(scenario: Scenario, path: string, step: number | undefined): Given {
  if (step !== undefined && step > scenario.steps.length)
    throw misuse(`there is no step ${step}; the scenario has ${scenario.steps.length}`);
  const at = (step ?? scenario.steps.length) - 1;
  const attemptsUnder: (settings: Parameters<Play>[0]) => readonly AttemptJournal[] = (settings) => {
    try {
      const { steps } = simulateScenario({ ...scenario, settings: { ...scenario.settings, ...settings } });
      return steps[at]!.journal.attempts;
    } catch (error) {
      throw error instanceof MisuseError
        ? new CommandError(EXIT.badData, `${path} is not a valid scenario: ${error.message}`)
        : error;
    }
  };
  return {
    play: (settings) => attemptsUnder(settings).map(({ result }) => ({ result, unasked: [] })),
    places: attemptsUnder({}).flatMap(({ places }) => places),
  };
}

async function lookAt(domain: string, step: number | undefined, values: AttemptValues): Promise<Given> {
  if (step !== undefined) throw misuse(STEP_OF_A_SCENARIO);
  const setup = await readAttemptSetup(values);
  const { journal } = await attemptBy(setup, (engine, options) =>
    engine.explain(domain, { facts: { requireTls: setup.requireTls } }, options),
  );
  return ofRecord(journal.attempts);
}
