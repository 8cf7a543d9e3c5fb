import type { DeskPage, MessageView, QueueDesk } from '../../../services/queue/index.js';
import { misuse, readArguments } from '../../arguments.js';
import type { Command } from '../../command.js';
import { EXIT } from '../../exit.js';
import { renderMessage } from '../../output/queue/message-text.js';
import { painter, print } from '../../output/terminal.js';
import { DESK_OPTIONS, DESK_OPTIONS_HELP, withDesk } from '../../queue-desk.js';
import { readDomain } from '../sts/setup.js';

const HELP = `\
Usage: waxseal queue list (--state DIR | --database URL | --admin URL) [OPTION]...

Lists the messages of which somebody still waits, in order of their ids, which is that of
their age.

  --ended                those that have ended too, as long as they are kept
  --domain D             only those with a recipient of that domain
${DESK_OPTIONS_HELP}`;

const OPTIONS = { ...DESK_OPTIONS, ended: { type: 'boolean' }, domain: { type: 'string' } } as const;
const PAGE_MESSAGES = 500;

export const list: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    if (positionals.length > 0)
      throw misuse(`${JSON.stringify(positionals[0])} is too much; "waxseal queue show" shows one message`);
    const { ended, domain, ...where } = values;
    const wanted = {
      ended: ended === true ? ('yes' as const) : ('no' as const),
      ...(domain === undefined ? {} : { domain: readDomain(domain) }),
    };
    const isJson = values.json === true;
    await withDesk(where, async (desk) => {
      let isEmpty = true;
      let before = isJson ? '{"messages":[' : '';
      for await (const page of pagesOf(desk, wanted)) {
        const items = page.map((each) => (isJson ? JSON.stringify(each) : renderMessage(each, painter())));
        await print(`${before}${items.join(isJson ? ',' : '')}`);
        before = isJson ? ',' : '';
        isEmpty = false;
      }
      if (isJson) await print(`${before === ',' ? '' : before}]}\n`);
      else if (isEmpty) await print(`${emptyWords(wanted)}\n`);
    });
    return EXIT.ok;
  },
};

/** Page by page: a queue may hold more than is good to hold at once. */
export async function* pagesOf(
  desk: QueueDesk,
  wanted: Omit<DeskPage, 'after' | 'messagesMax'>,
): AsyncGenerator<readonly MessageView[]> {
  let after: string | null = null;
  for (;;) {
    const page = await desk.list({ ...wanted, after, messagesMax: PAGE_MESSAGES });
    if (page.length > 0) yield page;
    if (page.length < PAGE_MESSAGES) return;
    after = page.at(-1)!.id;
  }
}

export function emptyWords({ ended, domain }: Omit<DeskPage, 'after' | 'messagesMax'>): string {
  const whose = domain === undefined ? '' : ` for ${domain}`;
  return ended === 'yes'
    ? `nothing is kept${whose}`
    : `nothing waits${whose}; --ended shows what has ended, too`;
}
