import { readMessage } from '../../engine/read-message.js';
import { misuse, readArguments } from '../arguments.js';
import { carryOut } from '../attempt.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { openStores } from '../kept-state.js';
import {
  ATTEMPT_OPTIONS,
  ATTEMPT_OPTIONS_HELP,
  bareAddress,
  checkAddresses,
  readAttemptSetup,
  readSender,
} from '../options.js';
import { readOctets, readStandardInput } from '../read-file.js';
import { readWay, WAY_OPTIONS, WAY_OPTIONS_HELP } from '../ways.js';

const HELP = `\
Usage: waxseal deliver --from ADDRESS --to ADDRESS [OPTION]... [MESSAGE.eml | -]

Makes one attempt to deliver a message, and says why it went as it did. Without
MESSAGE, or with -, the message is read from standard input.

  --from ADDRESS         the sender; '<>' is the null sender
  --to ADDRESS           a recipient; may be given several times
${WAY_OPTIONS_HELP}\
${ATTEMPT_OPTIONS_HELP}
Ends with 0 if all recipients were delivered, 75 if any is to be tried again (also
after a fault of ours), else 69 if any was refused for good. 64: wrong use of the
command; 66: an input cannot be read; 78: bad settings; 73: the journal cannot be
written there, and nothing was sent.
`;

const OPTIONS = {
  ...ATTEMPT_OPTIONS,
  to: { type: 'string', multiple: true },
  ...WAY_OPTIONS,
} as const;

const MESSAGE = {
  what: 'the message',
  octetsMax: 104_857_600,
  unreadable: EXIT.noInput,
  tooLarge: EXIT.noInput,
};

export const deliver: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const from = readSender(values.from);
    const to = (values.to ?? []).map(bareAddress);
    if (to.length === 0) throw misuse('--to is missing; give at least one recipient');
    checkAddresses(from, to);
    if (positionals.length > 1)
      throw misuse(`there can be one message only, and ${JSON.stringify(positionals[1])} is a second`);
    const setup = { ...(await readAttemptSetup(values)), ...(await readWay(values)) };
    // What is wrong with them is told before the message is read: it may be typed.
    const stores = await openStores(setup.places);
    try {
      const [path = '-'] = positionals;
      const octets = await (path === '-' ? readStandardInput(MESSAGE) : readOctets(path, MESSAGE));
      const { content, facts } = readMessage(octets, [from, ...to]);
      const mail = {
        from,
        to,
        content,
        facts: { ...facts, requireTls: setup.requireTls, report: 'none' },
      } as const;
      return await carryOut({ ...setup, stores }, (engine, options) => engine.deliver(mail, options));
    } finally {
      await stores.close();
    }
  },
};
