/* Addresses to which nothing is taken any more: shown, put in, taken out. */
import { PAGE_ENTRIES_MAX, suppressedAddress, suppressionView } from '../../daemon/admin/suppressions.js';
import type { SuppressionStore } from '../../effects/queue-stores.js';
import { misuse, readArguments, type ValuesOf } from '../arguments.js';
import type { Command } from '../command.js';
import { CommandError, EXIT } from '../exit.js';
import { bareAddress } from '../options.js';
import { print, printable } from '../output/terminal.js';
import { actorName, DESK_OPTIONS, deskOptionsHelp, refuse, remoteDesk } from '../queue-desk.js';
import { openQueueState } from '../queue-state.js';
import { reasonOf } from '../read-file.js';
import type { Presence } from '../state-directory.js';
import { commandOf } from '../subcommands.js';

const OPTIONS = DESK_OPTIONS;
const WHERE_HELP = deskOptionsHelp('suppressions');

const list: Command = {
  help: `\
Usage: waxseal suppress list (--state DIR | --database URL | --admin URL) [--json]

Lists the addresses for which nothing is taken any more: by SMTP (550 5.7.1), by "waxseal
sendmail" and by the admin interface. What waits for them already goes on.

${WHERE_HELP}`,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0) throw misuse(`there is nothing to do with ${JSON.stringify(positionals[0])}`);
    const isJson = values.json === true;
    await withList(values, 'found', async (suppressions) => {
      let before = isJson ? '{"suppressions":[' : '';
      for (let after: string | null = null; ; ) {
        const page = await suppressions.list({ after, entriesMax: PAGE_ENTRIES_MAX });
        for (const view of page.map(suppressionView)) {
          const line = `${printable(view.address)}  ${view.at}  ${printable(view.actor)}: ${printable(view.why)}\n`;
          await print(isJson ? `${before}${JSON.stringify(view)}` : line);
          before = isJson ? ',' : '';
        }
        if (page.length < PAGE_ENTRIES_MAX) break;
        after = page.at(-1)!.address;
      }
      if (isJson) await print(`${before === ',' ? '' : before}]}\n`);
    });
    return EXIT.ok;
  },
};

const add: Command = {
  help: `\
Usage: waxseal suppress add ADDRESS --why TEXT
                    (--state DIR | --database URL | --admin URL)

Puts an address on the suppression list, with the name of who does and the reason.

${WHERE_HELP}`,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...OPTIONS, why: { type: 'string' } });
    const address = oneAddress(positionals);
    const { why } = values;
    if (why === undefined || why.trim() === '')
      throw misuse('--why is missing; say why, for whoever asks later');
    const entry = { address, actor: actorName(), why, at: Date.now() };
    await withList(values, 'made', (suppressions) => suppressions.add(entry));
    if (values.json === true) await print(`${JSON.stringify({ suppressions: [suppressionView(entry)] })}\n`);
    return EXIT.ok;
  },
};

const remove: Command = {
  help: `\
Usage: waxseal suppress remove ADDRESS (--state DIR | --database URL | --admin URL)

Takes an address off the suppression list. 66: it is not on it.

${WHERE_HELP}`,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const address = oneAddress(positionals);
    const done = await withList(values, 'found', (suppressions) => suppressions.remove(address));
    if (done === 'unknown') throw new CommandError(EXIT.noInput, `${address} is not on the suppression list`);
    if (values.json === true) await print('{"suppressions":[]}\n');
    return EXIT.ok;
  },
};

export const suppress = commandOf('suppress', { list, add, remove });

/** In lower case, with its domain in A-labels. Throws a CommandError. */
function oneAddress([text, second]: readonly string[]): string {
  if (text === undefined) throw misuse('the address is missing');
  if (second !== undefined)
    throw misuse(`there can be one address only, and ${JSON.stringify(second)} is a second`);
  const address = suppressedAddress(bareAddress(text));
  if (address === null)
    throw misuse(`${JSON.stringify(text)} is not a mail address; give one like name@example.org`);
  return address;
}

async function withList<T>(
  values: ValuesOf<typeof OPTIONS>,
  presence: Presence,
  work: (list: Pick<SuppressionStore, 'list' | 'add' | 'remove'>) => Promise<T>,
): Promise<T> {
  if (values.admin !== undefined) {
    const { suppressions } = await remoteDesk(values.admin, values);
    return work(suppressions).catch(refuse);
  }
  const state = await openQueueState(values, presence);
  try {
    return await work(state.suppressions);
  } catch (error) {
    throw new CommandError(EXIT.badSettings, `the list in ${state.place} cannot be used: ${reasonOf(error)}`);
  } finally {
    await state.close();
  }
}
