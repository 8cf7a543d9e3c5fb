import { errorText } from '../../../effects/error-text.js';
import type { ReportOutcome } from '../../../services/tls-report/send/index.js';
import { misuse, readArguments, type ValuesOf } from '../../arguments.js';
import type { Command } from '../../command.js';
import { DEADLINE_HELP, Deadline } from '../../deadline.js';
import { CommandError, EXIT, type Exit } from '../../exit.js';
import { listenForSignals } from '../../interruption.js';
import { jsonText } from '../../output/json.js';
import { complain, painter, print } from '../../output/terminal.js';
import { renderOutcomes, renderPreviews } from '../../output/tlsrpt/sending-text.js';
import { fitted } from '../../output/wrap.js';
import { CHOICE_OPTIONS, readChoice } from './choice.js';
import {
  complainOfKeys,
  readSending,
  SENDING_OPTIONS,
  SENDING_OPTIONS_HELP,
  type SendingSetup,
} from './sending-options.js';

const HELP = `\
Usage: waxseal tlsrpt send (--state DIR | --database URL) --from ADDRESS
                           --organization NAME [OPTION]...

Sends the TLS reports (RFC 8460) whose time has come, once: those of days that are over,
to domains that ask for them. Reports leave over the first four hours of the next day,
and what fails is tried again at growing distances for a day: let cron run this every
quarter of an hour, or use "waxseal tlsrpt run".

  --dry-run              show what would be sent, and where to, and send nothing
  --now                  send reports of days that are over without the delay that spreads
                         them over the night
  --day YYYY-MM-DD       of this day (UTC) only
  --domain DOMAIN        to this domain only
${SENDING_OPTIONS_HELP}\
${DEADLINE_HELP}\
  --json                 print one JSON object {"reports":[...]}

Ends with 0 if nothing is left to be done now, 75 if a report is to be tried again, else
69 if one was given up that a domain had asked for. 64: wrong use of the command; 66: an
input cannot be read; 78: bad settings.
`;

const OPTIONS = {
  ...SENDING_OPTIONS,
  ...CHOICE_OPTIONS,
  'dry-run': { type: 'boolean' },
  now: { type: 'boolean' },
} as const;

export const send: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const choice = readChoice(values);
    const deadline = new Deadline(values.deadline);
    const setup = await readSending(values, values.now === true ? 'none' : 'night', deadline);
    const interruption = listenForSignals((name) =>
      complain(`waxseal tlsrpt: ${name}: what is not sent yet waits`),
    );
    try {
      return await pass(setup, values, choice, { deadline, interrupted: interruption.signal });
    } catch (error) {
      if (error instanceof CommandError) throw error;
      const reason = errorText(error);
      throw new CommandError(EXIT.deferred, `the reports wait: ${reason}`);
    } finally {
      deadline.clear();
      interruption.release();
      await setup.close();
    }
  },
};

async function pass(
  { ports, settings }: SendingSetup,
  values: ValuesOf<typeof OPTIONS>,
  choice: ReturnType<typeof readChoice>,
  { deadline, interrupted }: { readonly deadline: Deadline; readonly interrupted: AbortSignal },
): Promise<Exit> {
  const signal = AbortSignal.any([interrupted, deadline.signal]);
  deadline.tellAtEnd((words) => complain(`waxseal tlsrpt: ${words}`));
  const { checkKeys, previewReports, sendDue } = await import('../../../services/tls-report/send/index.js');
  complainOfKeys(await checkKeys(ports, settings, signal));
  if (values['dry-run'] === true) {
    const previews = await previewReports(ports, settings, signal, choice);
    await print(
      values.json === true
        ? `${jsonText({ reports: previews })}\n`
        : fitted(renderPreviews(previews, painter())),
    );
    return signal.aborted ? EXIT.deferred : EXIT.ok;
  }
  const outcomes = await sendDue(ports, settings, signal, choice);
  await print(
    values.json === true
      ? `${jsonText({ reports: outcomes })}\n`
      : fitted(renderOutcomes(outcomes, painter())),
  );
  return signal.aborted ? EXIT.deferred : exitOfReports(outcomes);
}

function exitOfReports(outcomes: readonly ReportOutcome[]): Exit {
  const has = (...words: readonly ReportOutcome['outcome'][]) =>
    outcomes.some(({ outcome }) => words.includes(outcome));
  if (has('waiting', 'failed')) return EXIT.deferred;
  return has('dropped') ? EXIT.bounced : EXIT.ok;
}
