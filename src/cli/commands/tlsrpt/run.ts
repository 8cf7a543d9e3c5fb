import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { Deadline } from '../../deadline.js';
import { EXIT } from '../../exit.js';
import { listenForSignals } from '../../interruption.js';
import { jsonText } from '../../output/json.js';
import { complain, painter, print } from '../../output/terminal.js';
import { renderOutcomes } from '../../output/tlsrpt/sending-text.js';
import { complainOfKeys, readSending, SENDING_OPTIONS, SENDING_OPTIONS_HELP } from './sending-options.js';

const HELP = `\
Usage: waxseal tlsrpt run (--state DIR | --database URL) --from ADDRESS
                          --organization NAME [OPTION]...

Sends TLS reports (RFC 8460) day after day, until it gets SIGTERM or SIGINT: each some
hours after its day is over, and again at growing distances for a day where that fails.
A line is printed for every report that something was done about. Several may run on one
state; each report is sent once.

${SENDING_OPTIONS_HELP}\
  --deadline is refused: this command goes on until it is told to end
  --json                 print a JSON object for every report, each on a line

Ends with 0 when told to end. 64: wrong use of the command; 66: an input cannot be read;
78: bad settings.
`;

export const run: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, SENDING_OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const { deadline, ...others } = values;
    if (deadline !== undefined)
      throw misuse('--deadline ends a command, and this one goes on until it is told to end');
    const { ports, settings, close } = await readSending(others, 'night', new Deadline(undefined));
    const interruption = listenForSignals((name) =>
      complain(`waxseal tlsrpt: ${name}: ends when what is under way has ended`),
    );
    const { checkKeys, runTlsReports } = await import('../../../services/tls-report/send/index.js');
    try {
      complainOfKeys(await checkKeys(ports, settings, interruption.signal));
      await runTlsReports(ports, settings, interruption.signal, {
        onOutcome: (outcome) =>
          void print(values.json === true ? `${jsonText(outcome)}\n` : renderOutcomes([outcome], painter())),
        onFailure: (message) => complain(`waxseal tlsrpt: the reports wait: ${message}`),
      });
      return EXIT.ok;
    } finally {
      interruption.release();
      await close();
    }
  },
};
