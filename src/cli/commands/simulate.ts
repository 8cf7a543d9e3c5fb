import type { Scenario } from '../../adapters/scripted/scenario.js';
import { JOURNAL_FORMAT, JOURNAL_VERSION } from '../../effects/journal.js';
import { MisuseError } from '../../effects/misuse.js';
import { explainDelivery } from '../../engine/explain-delivery.js';
import { renderDelivery } from '../../engine/text/render-delivery.js';
import type { ScenarioRun, StepRun } from '../../testing/scenario/run.js';
import { simulateScenario } from '../../testing/scenario/simulate-scenario.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { CommandError, EXIT } from '../exit.js';
import { checkJournalPath, writeJournal } from '../journal-file.js';
import { readCount } from '../numbers.js';
import { painter, print, printable } from '../output/terminal.js';
import { lineWidth } from '../output/wrap.js';
import { readScenario } from '../scenario-file.js';
import { simulateWorld } from './simulate-world.js';

const HELP = `\
Usage: waxseal simulate SCENARIO.json [OPTION]...
       waxseal simulate --world SEED [OPTION]...

Plays a scenario in memory: a world, messages sent into it, and how each is expected
to end. Or a whole internet for days: the queue and its machines among domains of every
kind, drawn from the seed, with every delivery held against the laws. Nothing outside is
asked.

  --step N               show this step only; all are played
  --journal FILE         write what was asked and answered, for "waxseal replay"
  --json                 print one JSON object {"name","steps":[...]}; each step has
                         its "step" (number), "results" and "differences"
  --verbose              show decisions that changed nothing too

  --world SEED           a whole number; the same seed and options give the same digest
                         everywhere
  --domains N            domains (default: 100)
  --messages N           messages that are handed in (default: 1000)
  --days N               days over which they are (default: 7)
  --faults SHARE         how often an attempt meets a fault, 0 to 1 (default: 0)
  --attacker none|active who stands on the path to others (default: none)
  --plan FILE            write the scenario that breaks a law, if one breaks

Ends with 0 if all is as expected and every law was held, 1 if not. 64: wrong use of the
command; 65: no valid scenario; 66: it cannot be read; 73: the journal cannot be written.
`;

const OPTIONS = {
  step: { type: 'string' },
  journal: { type: 'string' },
  json: { type: 'boolean' },
  verbose: { type: 'boolean' },
  world: { type: 'string' },
  domains: { type: 'string' },
  messages: { type: 'string' },
  days: { type: 'string' },
  faults: { type: 'string' },
  attacker: { type: 'string' },
  plan: { type: 'string' },
} as const;

export const simulate: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [path, second] = positionals;
    if (values.world !== undefined) {
      if (path !== undefined) throw misuse('--world makes its own internet; leave the scenario out');
      return simulateWorld({ ...values, world: values.world });
    }
    const stray = (['domains', 'messages', 'days', 'faults', 'attacker', 'plan'] as const).find(
      (option) => values[option] !== undefined,
    );
    if (stray !== undefined) throw misuse(`--${stray} goes with --world`);
    if (path === undefined) throw misuse('the scenario is missing; give its file');
    if (second !== undefined)
      throw misuse(`there can be one scenario only, and ${JSON.stringify(second)} is a second`);
    const only = readCount('--step', values.step);
    const scenario = await readScenario(path);
    if (only !== undefined && only > scenario.steps.length)
      throw misuse(`there is no step ${only}; the scenario has ${scenario.steps.length}`);
    if (values.journal !== undefined) await checkJournalPath(values.journal);
    const run = play(scenario, path);
    const shown = run.steps
      .map((step, at) => ({ ...step, step: at + 1 }))
      .filter(({ step }) => only === undefined || step === only);
    if (values.journal !== undefined) await writeJournal(values.journal, journalOf(shown));
    await print(
      values.json === true
        ? renderJson(run, shown)
        : renderText(run, shown, values.verbose === true ? 'full' : 'short', expectsSomething(scenario)),
    );
    return run.steps.every(({ differences }) => differences.length === 0) ? EXIT.ok : EXIT.different;
  },
};

type NumberedStep = StepRun & { readonly step: number };

function play(scenario: Scenario, path: string): ScenarioRun {
  try {
    return simulateScenario(scenario);
  } catch (error) {
    throw error instanceof MisuseError
      ? new CommandError(EXIT.badData, `${path} is not a valid scenario: ${error.message}`)
      : error;
  }
}

function journalOf(steps: readonly NumberedStep[]) {
  return {
    format: JOURNAL_FORMAT,
    version: JOURNAL_VERSION,
    attempts: steps.flatMap(({ journal }) => journal.attempts),
  } as const;
}

function renderJson({ name }: ScenarioRun, shown: readonly NumberedStep[]): string {
  return `${JSON.stringify({ name, steps: shown.map(({ step, journal, differences }) => ({ step, results: explainDelivery(journal), differences })) })}\n`;
}

function expectsSomething({ steps }: Scenario): boolean {
  return steps.some(({ expect, rows = [] }) => expect.length + rows.length > 0);
}

function renderText(
  run: ScenarioRun,
  shown: readonly NumberedStep[],
  detail: 'short' | 'full',
  isExpected: boolean,
): string {
  const paint = painter();
  const steps = shown.map(({ step, journal, differences }) => {
    const lines = differences.map((difference) =>
      paint('red', `  not as expected: ${printable(difference)}\n`),
    );
    return `${paint('bold', `Step ${step}`)}\n${renderDelivery(journal, { paint, detail, width: lineWidth() })}${lines.join('')}`;
  });
  const different = run.steps.flatMap(({ differences }, at) => (differences.length > 0 ? [at + 1] : []));
  const good = isExpected ? paint('green', 'all as expected') : 'nothing was expected';
  const end =
    different.length === 0
      ? good
      : paint('red', `not as expected: step${different.length > 1 ? 's' : ''} ${different.join(', ')}`);
  return `${paint('bold', printable(run.name))}\n\n${steps.join('\n')}\n${end}\n`;
}
