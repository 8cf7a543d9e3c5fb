import { MisuseError } from '../../effects/misuse.js';
import type { RecipientSignals, SignalsAnswer } from '../../engine/signals.js';
import { SIGNALS, type Signal } from '../../policy/signals/sighting.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { openStores, requirePlace, STATE_OPTIONS } from '../kept-state.js';
import { type Paint, painter, print } from '../output/terminal.js';

const HELP = `\
Usage: waxseal signals [--scope NAME] (--state DIR | --database URL) [--json] RECIPIENT...

Says what the recipients' domains were seen to support by mail sent before, and whether
REQUIRETLS can be switched on for a message to all of them. Nobody is asked.

  --scope NAME           whose mail has seen it; default: that of no one in particular
  --state DIR            the folder in which it is kept
  --database URL         the PostgreSQL database in which it is kept
  --json                 print one JSON object {"recipients":[...],"requireTlsForAll"}

Exit code 0: answered; 64: wrong use of the command; 78: what is kept cannot be read.
`;

const OPTIONS = {
  scope: { type: 'string' },
  ...STATE_OPTIONS,
  json: { type: 'boolean' },
} as const;

export const signals: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals: recipients } = readArguments(args, OPTIONS);
    if (recipients.length === 0) throw misuse('a recipient is missing; give at least one');
    requirePlace(values, 'it is kept');
    const stores = await openStores(values, 'found');
    try {
      const { createNodeEngine, signalMemory } = await import('../../node.js');
      const engine = createNodeEngine({ signals: signalMemory(stores.signals) });
      try {
        const answer = await engine.signals(recipients, values.scope ?? '');
        await print(
          values.json === true ? `${JSON.stringify(inIsoTime(answer))}\n` : render(answer, painter()),
        );
      } finally {
        await engine.close();
      }
    } catch (error) {
      throw error instanceof MisuseError ? misuse(error.message) : error;
    } finally {
      await stores.close();
    }
    return EXIT.ok;
  },
};

function inIsoTime({ recipients, requireTlsForAll }: SignalsAnswer) {
  return {
    recipients: recipients.map(({ seenAt, ...answer }) => ({
      ...answer,
      seenAt: Object.fromEntries(SIGNALS.map((signal) => [signal, timeOf(seenAt[signal])])),
    })),
    requireTlsForAll,
  };
}

const timeOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const NAMES: Readonly<Record<Signal, string>> = {
  starttls: 'STARTTLS',
  mtaSts: 'MTA-STS',
  dnssec: 'DNSSEC',
  dane: 'DANE',
  requireTls: 'REQUIRETLS',
};

function render({ recipients, requireTlsForAll }: SignalsAnswer, paint: Paint): string {
  const verdict = requireTlsForAll
    ? 'REQUIRETLS can be switched on for a message to all of them.'
    : 'REQUIRETLS cannot be counted on for a message to all of them.';
  return [...recipients.map((each) => renderOne(each, paint)), verdict, ''].join('\n');
}

function renderOne({ recipient, seenAt, ...answer }: RecipientSignals, paint: Paint): string {
  const lines = SIGNALS.map((signal) => {
    const word = answer[signal];
    const style = word === 'yes' ? 'green' : word === 'no' ? 'red' : 'dim';
    const time = timeOf(seenAt[signal]);
    return `  ${NAMES[signal].padEnd(10)} ${paint(style, word.padEnd(7))}${time === null ? '' : `  seen ${time}`}`;
  });
  return [paint('bold', recipient), ...lines, ''].join('\n');
}
