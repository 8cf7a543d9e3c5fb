import { domainToASCII } from 'node:url';
import { MisuseError } from '../../effects/misuse.js';
import { parseEnvelope } from '../../engine/attempt-inputs.js';
import { readMessage } from '../../engine/read-message.js';
import { DIRECT_NAME, transportNamed } from '../../policy/relay/index.js';
import { misuse, readArguments } from '../arguments.js';
import { carryOut } from '../attempt.js';
import type { Command } from '../command.js';
import { readConfigFile } from '../config-file.js';
import { EXIT } from '../exit.js';
import { openStores } from '../kept-state.js';
import {
  ATTEMPT_OPTIONS,
  ATTEMPT_OPTIONS_HELP,
  bareAddress,
  readAttemptSetup,
  readSender,
} from '../options.js';
import { readOctets, readStandardInput } from '../read-file.js';
import { readWays } from '../ways.js';

const HELP = `\
Usage: waxseal deliver --from ADDRESS --to ADDRESS [OPTION]... [MESSAGE.eml | -]

Makes one attempt to deliver a message, and says why it went as it did. Without
MESSAGE, or with -, the message is read from standard input.

  --from ADDRESS         the sender; '<>' is the null sender
  --to ADDRESS           a recipient; may be given several times
  --config FILE          its transports and routes say which way mail takes (YAML)
  --via TRANSPORT        take that transport of FILE, or direct, whatever the routes say
${ATTEMPT_OPTIONS_HELP}
Ends with 0 if all recipients were delivered, 75 if any is to be tried again (also
after a fault of ours), else 69 if any was refused for good. 64: wrong use of the
command; 66: an input cannot be read; 78: bad settings; 73: the journal cannot be
written there, and nothing was sent.
`;

const OPTIONS = {
  ...ATTEMPT_OPTIONS,
  to: { type: 'string', multiple: true },
  config: { type: 'string' },
  via: { type: 'string' },
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

/** Which way the message takes. Throws a CommandError. */
async function readWay({ config, via }: { readonly config?: string; readonly via?: string }) {
  const way = via === undefined ? {} : { via };
  if (config === undefined) {
    if (via !== undefined && via !== DIRECT_NAME)
      throw misuse(`--via ${via} needs --config FILE, which says what that is`);
    return way;
  }
  const ways = await readWays((await readConfigFile(config)).config);
  if (via !== undefined && transportNamed(via, ways.transports) === null)
    throw misuse(`${config} has no transport ${JSON.stringify(via)}`);
  return { ...way, ways };
}

/** The engine would say the same, but only after the message was read. */
function checkAddresses(from: string, to: readonly string[]): void {
  if (to.length === 0) throw misuse('--to is missing; give at least one recipient');
  try {
    parseEnvelope({ from, to }, domainToASCII);
  } catch (error) {
    throw error instanceof MisuseError ? misuse(error.message) : error;
  }
}
