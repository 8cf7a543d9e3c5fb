/* Addresses to which nothing is taken any more: shown, put in, taken out. */
import { domainToASCII } from 'node:url';
import { parseMailbox } from '../../policy/names/mailbox.js';
import { misuse, readArguments } from '../arguments.js';
import type { Command } from '../command.js';
import { CommandError, EXIT } from '../exit.js';
import { bareAddress } from '../options.js';
import { print, printable } from '../output/terminal.js';
import { actorName } from '../queue-desk.js';
import { openQueueState, type QueueState, STATE_OPTIONS, STATE_OPTIONS_HELP } from '../queue-state.js';
import { reasonOf } from '../read-file.js';
import { commandOf } from '../subcommands.js';

const OPTIONS = { ...STATE_OPTIONS, json: { type: 'boolean' } } as const;
const PAGE_ENTRIES = 500;
const JSON_HELP = '  --json                 print one JSON object {"suppressions":[...]}\n';

const list: Command = {
  help: `\
Usage: waxseal suppress list (--state DIR | --database URL) [--json]

Lists the addresses for which nothing is taken any more: by SMTP (550 5.7.1), by "waxseal
sendmail" and by the admin interface. What waits for them already goes on.

${STATE_OPTIONS_HELP}${JSON_HELP}`,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const isJson = values.json === true;
    await withState(values, 'found', async ({ suppressions }) => {
      let before = isJson ? '{"suppressions":[' : '';
      for (let after: string | null = null; ; ) {
        const page = await suppressions.list({ after, entriesMax: PAGE_ENTRIES });
        for (const view of page.map(viewOf)) {
          const line = `${printable(view.address)}  ${view.at}  ${printable(view.actor)}: ${printable(view.why)}\n`;
          await print(isJson ? `${before}${JSON.stringify(view)}` : line);
          before = isJson ? ',' : '';
        }
        if (page.length < PAGE_ENTRIES) break;
        after = page.at(-1)!.address;
      }
      if (isJson) await print(`${before === ',' ? '' : before}]}\n`);
    });
    return EXIT.ok;
  },
};

const add: Command = {
  help: `\
Usage: waxseal suppress add ADDRESS --why TEXT (--state DIR | --database URL)

Puts an address on the suppression list, with the name of who does and the reason.

${STATE_OPTIONS_HELP}${JSON_HELP}`,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...OPTIONS, why: { type: 'string' } });
    const address = oneAddress(positionals);
    const { why } = values;
    if (why === undefined || why.trim() === '')
      throw misuse('--why is missing; say why, for whoever asks later');
    const entry = { address, actor: actorName(), why, at: Date.now() };
    await withState(values, 'made', ({ suppressions }) => suppressions.add(entry));
    if (values.json === true) await print(`${JSON.stringify({ suppressions: [viewOf(entry)] })}\n`);
    return EXIT.ok;
  },
};

const remove: Command = {
  help: `\
Usage: waxseal suppress remove ADDRESS (--state DIR | --database URL)

Takes an address off the suppression list. 66: it is not on it.

${STATE_OPTIONS_HELP}${JSON_HELP}`,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const address = oneAddress(positionals);
    const done = await withState(values, 'found', ({ suppressions }) => suppressions.remove(address));
    if (done === 'unknown') throw new CommandError(EXIT.noInput, `${address} is not on the suppression list`);
    if (values.json === true) await print('{"suppressions":[]}\n');
    return EXIT.ok;
  },
};

export const suppress = commandOf('suppress', { list, add, remove });

function viewOf<E extends { readonly at: number }>(entry: E) {
  return { ...entry, at: new Date(entry.at).toISOString() };
}

/** In lower case, with its domain in A-labels. Throws a CommandError. */
function oneAddress([text, second]: readonly string[]): string {
  if (text === undefined) throw misuse('the address is missing');
  if (second !== undefined)
    throw misuse(`there can be one address only, and ${JSON.stringify(second)} is a second`);
  const mailbox = parseMailbox(bareAddress(text), domainToASCII);
  if (mailbox === null)
    throw misuse(`${JSON.stringify(text)} is not a mail address; give one like name@example.org`);
  return mailbox.address.toLowerCase();
}

async function withState<T>(
  values: { readonly state?: string | undefined; readonly database?: string | undefined },
  presence: 'found' | 'made',
  work: (state: QueueState) => Promise<T>,
): Promise<T> {
  const state = await openQueueState(values, presence);
  try {
    return await work(state);
  } catch (error) {
    throw new CommandError(EXIT.badSettings, `the list in ${state.place} cannot be used: ${reasonOf(error)}`);
  } finally {
    await state.close();
  }
}
