/* The commands by which an operator changes what becomes of messages. */
import type { OperatorOrder, OrderAnswer, TlsWish } from '../../../services/queue/index.js';
import { misuse, type OptionTable, readArguments, type ValuesOf } from '../../arguments.js';
import type { Command } from '../../command.js';
import { EXIT, type Exit } from '../../exit.js';
import { renderAnswer } from '../../output/queue/message-text.js';
import { complain, painter, print } from '../../output/terminal.js';
import { actorName, DESK_OPTIONS, DESK_OPTIONS_HELP, withDesk } from '../../queue-desk.js';
import { readDomain } from '../sts/setup.js';
import { emptyWords, pagesOf } from './list.js';

const END = `\
${DESK_OPTIONS_HELP}
What was done is kept with the name of who did it, and "waxseal queue show" shows it. 64:
it cannot be done (what has ended stays as it ended); 66: there is no such message.
`;

const IDS = (name: string, does: string, own = '') => `\
Usage: waxseal queue ${name} ID... (--state DIR | --database URL | --admin URL)
                     [OPTION]...

${does}

${own}${END}`;

const TEXT = '  --text TEXT            what the sender is told as the reason\n';

export const hold = simple('hold', 'Holds messages: they are not tried, and their time does not pass.');
export const release = simple('release', 'Releases messages that were held; each is due at once.');
const KICK_OPTIONS = { ...DESK_OPTIONS, domain: { type: 'string' } } as const satisfies OptionTable;

export const kick: Command = {
  help: IDS(
    'kick',
    'Makes messages due now, and opens the way to their domains; what is held stays held.',
    '  --domain D             all recipients of that domain that wait, and no other of the same messages\n',
  ),
  async run(args) {
    const { values, positionals } = readArguments(args, KICK_OPTIONS);
    const { domain, ...where } = values;
    if (domain === undefined) return carryOut(where, positionals, { order: 'kick' });
    if (positionals.length > 0)
      throw misuse(`--domain says which messages are meant; leave out ${JSON.stringify(positionals[0])}`);
    const wanted = { ended: 'no', domain: readDomain(domain) } as const;
    const ids = await withDesk(where, async (desk) => {
      const found: string[] = [];
      for await (const page of pagesOf(desk, wanted)) found.push(...page.map(({ id }) => id));
      return found;
    });
    if (ids.length > 0) return carryOut(where, ids, { order: 'kick', domain: wanted.domain });
    await print(where.json === true ? '{"messages":[]}\n' : `${emptyWords(wanted)}\n`);
    return EXIT.ok;
  },
};
export const fail = ending('fail', 'Gives messages up: their senders are told that they were not delivered.');
export const drop = ending('drop', 'Drops messages in silence: nobody is told.');

export const setTls: Command = {
  help: `\
Usage: waxseal queue set-tls ID required|ordinary|optional --why TEXT [OPTION]...

Changes what a message asks of TLS (RFC 8689): as with REQUIRETLS, as without anything, or
as with "TLS-Required: No".

  --why TEXT             the reason, which is kept with the message
${END}`,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...DESK_OPTIONS, why: { type: 'string' } });
    const { why, ...where } = values;
    const [id, tls, third] = positionals;
    if (id === undefined) throw misuse('the id of a message is missing; "waxseal queue list" shows them');
    if (tls === undefined || !isTlsWish(tls))
      throw misuse(`${JSON.stringify(tls ?? '')} is none of required, ordinary and optional`);
    if (third !== undefined) throw misuse(`there is nothing to do with ${JSON.stringify(third)}`);
    if (why === undefined || why.trim() === '')
      throw misuse('--why is missing; say why, for whoever asks later');
    return carryOut(where, [id], { order: 'set-tls', tls, why });
  },
};

export const setTransport: Command = {
  help: `\
Usage: waxseal queue set-transport ID NAME [OPTION]...

Lets a message go by that transport of the configuration, whatever the routes say;
"direct" is the way to the hosts of its domains, and "-" leaves it to the routes again.

${END}`,
  async run(args) {
    const { values, positionals } = readArguments(args, DESK_OPTIONS);
    const [id, name, third] = positionals;
    if (id === undefined) throw misuse('the id of a message is missing; "waxseal queue list" shows them');
    if (name === undefined) throw misuse('the name of a transport is missing');
    if (third !== undefined) throw misuse(`there is nothing to do with ${JSON.stringify(third)}`);
    return carryOut(values, [id], { order: 'set-transport', transport: name === '-' ? null : name });
  },
};

function simple(name: 'hold' | 'release', does: string): Command {
  return {
    help: IDS(name, does),
    async run(args) {
      const { values, positionals } = readArguments(args, DESK_OPTIONS);
      return carryOut(values, positionals, { order: name });
    },
  };
}

function ending(name: 'fail' | 'drop', does: string): Command {
  const OPTIONS = { ...DESK_OPTIONS, text: { type: 'string' } } as const satisfies OptionTable;
  return {
    help: IDS(name, does, name === 'fail' ? TEXT : ''),
    async run(args) {
      const { values, positionals } = readArguments(args, name === 'fail' ? OPTIONS : DESK_OPTIONS);
      const { text, ...where } = values as ValuesOf<typeof OPTIONS>;
      return carryOut(where, positionals, { order: name, ...(text === undefined ? {} : { text }) });
    },
  };
}

/** In one transaction at most; the admin interface takes no more. */
const IDS_MAX = 500;

async function carryOut(
  values: ValuesOf<typeof DESK_OPTIONS>,
  ids: readonly string[],
  order: OperatorOrder,
): Promise<Exit> {
  if (ids.length === 0) throw misuse('the id of a message is missing; "waxseal queue list" shows them');
  const answers: OrderAnswer[] = [];
  await withDesk(values, async (desk) => {
    for (let from = 0; from < ids.length; from += IDS_MAX)
      answers.push(...(await desk.order(ids.slice(from, from + IDS_MAX), order, actorName())));
  });
  if (values.json === true) {
    const messages = answers.flatMap(({ message, verdict }) =>
      message === null ? [] : [{ ...message, order: verdict }],
    );
    await print(`${JSON.stringify({ messages })}\n`);
  } else
    for (const answer of answers) if (!isRefused(answer)) await print(renderAnswer(answer, order, painter()));
  for (const answer of answers.filter(isRefused))
    complain(
      answer.verdict === 'unknown'
        ? `waxseal queue: there is no message ${JSON.stringify(answer.id)} in the queue`
        : `waxseal queue: message ${answer.id} has ended, and stays as it ended`,
    );
  if (answers.some(({ verdict }) => verdict === 'unknown')) return EXIT.noInput;
  return answers.some(isRefused) ? EXIT.misuse : EXIT.ok;
}

function isRefused({ verdict }: OrderAnswer): boolean {
  return verdict === 'unknown' || verdict === 'refuse';
}

function isTlsWish(text: string): text is TlsWish {
  return text === 'required' || text === 'ordinary' || text === 'optional';
}
