/*
 * What programs call that have always called sendmail: a message on standard input, and recipients behind the options. The
 * options that say nothing about what becomes of it are taken, and change nothing.
 */
import { hostname, userInfo } from 'node:os';
import { domainToASCII } from 'node:url';
import { AdminRefusal } from '../../daemon/admin/admin-client.js';
import { errorText } from '../../effects/error-text.js';
import { MisuseError } from '../../effects/misuse.js';
import type { Notify, Ret } from '../../policy/dsn/index.js';
import { readNotify, readRet } from '../../policy/dsn/request.js';
import { latin1 } from '../../policy/smtp/latin1.js';
import { fieldsOf, recipientsIn } from '../../policy/smtp/submitted-header.js';
import { createIntake, newId, refuseSuppressed, submittedContent } from '../../services/queue/index.js';
import { misuse } from '../arguments.js';
import type { Command } from '../command.js';
import { readConfigFile } from '../config-file.js';
import { CommandError, EXIT } from '../exit.js';
import { bareAddress } from '../options.js';
import { complain, print, printable } from '../output/terminal.js';
import { remoteDesk } from '../queue-desk.js';
import { openQueueState, type QueueState, wakeNode } from '../queue-state.js';
import { readStandardInput } from '../read-file.js';

const HELP = `\
Usage: waxseal sendmail (--state DIR | --database URL | --admin URL) [OPTION]... [TO]...

Takes a message from standard input into the queue, and ends once it is safely kept.
Whoever runs the queue ("waxseal serve") delivers it.

  -t                     take the recipients from To, Cc and Bcc, too; Bcc is taken out
  -f FROM, -r FROM       the sender; '<>' is the null sender; default: this user, here
  -i, -oi                a line with a single dot does not end the message
  -O requiretls=yes      the message has the REQUIRETLS tag (RFC 8689)
  -O tlsrequired=no      its header says "TLS-Required: No", once
  -N NOTIFY, -R RET, -V ENVID
                         which notices are wanted, and what with them (RFC 3461)
  --state DIR            the queue is in this folder
  --database URL         it is in this PostgreSQL database
  --admin URL            hand it to the daemon at its admin interface, with the token in
                         --admin-token-file FILE or WAXSEAL_ADMIN_TOKEN
  --json                 print one JSON object {"id"}; default: nothing is printed
  --config FILE          where none of these is given: as this configuration says;
                         default: /etc/waxseal/waxseal.yaml

-F, -B, -o, -e, -m, -v and -bm are taken, and change nothing; so do other names behind -O,
which standard error says. Ends with 0 when the message is kept. 64: wrong use of the
command; 65: no recipient, or one that is no address; 75: it cannot be kept now; 78: the
queue cannot be used.
`;

const MESSAGE = {
  what: 'the message',
  octetsMax: 104_857_600,
  unreadable: EXIT.noInput,
  tooLarge: EXIT.noInput,
};

interface Wanted {
  readonly to: readonly string[];
  readonly from: string | null;
  readonly fromHeader: boolean;
  readonly dot: 'ends' | 'is-text';
  readonly requireTls: 'yes' | 'no';
  readonly tlsRequired: 'no' | 'as-it-says';
  readonly notify: Notify;
  readonly ret: Ret;
  readonly envelopeId: string | null;
  /** The long options by name. */
  readonly long: ReadonlyMap<string, string>;
}

export const sendmail: Command = {
  help: HELP,
  async run(args) {
    const wanted = readWanted(args);
    const octets = endedByDot(await readStandardInput(MESSAGE), wanted.dot);
    const recipients = [...wanted.to, ...(wanted.fromHeader ? recipientsOf(octets) : [])];
    if (recipients.length === 0) throw new CommandError(EXIT.badData, 'there is no recipient');
    const mail = { octets, to: [...new Set(recipients)], from: wanted.from ?? `${userName()}@${hostname()}` };
    const admin = wanted.long.get('admin');
    try {
      const id =
        admin === undefined
          ? await putInto(await stateOf(wanted.long), mail, wanted)
          : await handTo(admin, mail, wanted);
      if (wanted.long.has('json')) await print(`${JSON.stringify({ id })}\n`);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (error instanceof MisuseError) throw new CommandError(EXIT.badData, error.message);
      throw new CommandError(EXIT.deferred, `the message is not kept: ${errorText(error)}`);
    }
    return EXIT.ok;
  },
};

interface Mail {
  readonly octets: Uint8Array;
  readonly from: string;
  readonly to: readonly string[];
}

async function stateOf(long: Wanted['long']): Promise<QueueState> {
  const place = { state: long.get('state'), database: long.get('database') };
  if (place.state !== undefined || place.database !== undefined) return openQueueState(place);
  const { places } = (await readConfigFile(long.get('config'))).config;
  if (places.state === null && places.database === null)
    throw misuse(
      'nobody says where the queue is; give --state, --database or --admin, or "state" in the configuration',
    );
  return openQueueState({ state: places.state ?? undefined, database: places.database ?? undefined });
}

/** Answers its id. */
async function putInto(state: QueueState, { octets, from, to }: Mail, wanted: Wanted): Promise<string> {
  try {
    await refuseSuppressed(state.suppressions, to, domainToASCII);
    const intake = createIntake({ store: state.queue, bodies: state.bodies, toAscii: domainToASCII });
    const now = Date.now();
    const id = newId(now);
    await intake.enqueue({
      ...{ id, from, ret: wanted.ret },
      to: to.map((address) => ({ address, notify: wanted.notify })),
      content: submittedContent({
        ...{ octets: [octets], trace: '', from, messageId: `${id}@${hostname()}`, now },
        ...{ octetsMax: MESSAGE.octetsMax, lineEnds: 'made' },
        ...(wanted.tlsRequired === 'no' ? { tlsRequired: 'no' } : {}),
      }),
      facts: { requireTls: wanted.requireTls, report: 'none' },
      ...(wanted.envelopeId === null ? {} : { envelopeId: wanted.envelopeId }),
    });
    await wakeNode(state);
    return id;
  } finally {
    await state.close();
  }
}

async function handTo(url: string, { octets, from, to }: Mail, wanted: Wanted): Promise<string> {
  const { long, notify, ret, envelopeId, requireTls, tlsRequired } = wanted;
  const desk = await remoteDesk(url, {
    ...{ state: long.get('state'), database: long.get('database') },
    'admin-token-file': long.get('admin-token-file'),
  });
  const query = new URLSearchParams({ from });
  for (const address of to) query.append('to', address);
  if (requireTls === 'yes') query.set('requireTls', 'yes');
  if (tlsRequired === 'no') query.set('tlsRequired', 'no');
  if (notify !== 'absent') query.set('notify', typeof notify === 'string' ? notify : notify.join(','));
  if (ret !== 'absent') query.set('ret', ret === 'full' ? 'full' : 'hdrs');
  if (envelopeId !== null) query.set('envelopeId', envelopeId);
  try {
    return await desk.submit(octets, query);
  } catch (error) {
    const isRefused = error instanceof AdminRefusal && (error.status === 400 || error.status === 413);
    throw isRefused ? new CommandError(EXIT.badData, error.message) : error;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'nobody';
  }
}

function recipientsOf(octets: Uint8Array): readonly string[] {
  const text = latin1(octets.subarray(0, 1_048_576));
  return recipientsIn(
    fieldsOf(/^\r?\n/.test(text) ? '' : (text.split(/\r?\n\r?\n/, 1)[0] ?? '').concat('\n')),
  ).map((address) => Buffer.from(address, 'latin1').toString('utf8'));
}

/** Up to a line that is a single dot, where that ends it; and without the line by which mailbox files begin. */
function endedByDot(octets: Uint8Array, dot: Wanted['dot']): Uint8Array {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const begin = buffer.subarray(0, 5).toString('latin1') === 'From ' ? buffer.indexOf('\n') + 1 : 0;
  if (dot === 'is-text') return buffer.subarray(begin);
  const ends = ['\n.\n', '\n.\r\n'].map((mark) => buffer.indexOf(mark)).filter((at) => at >= 0);
  const isEmpty = /^\.\r?\n/.test(buffer.subarray(begin, begin + 3).toString('latin1'));
  if (isEmpty) return Buffer.alloc(0);
  return ends.length === 0 ? buffer.subarray(begin) : buffer.subarray(begin, Math.min(...ends) + 1);
}

const LONG: readonly string[] = ['state', 'database', 'admin', 'admin-token-file', 'config'];
/** Options of one letter: with a value, without one, and those that change nothing. */
const WITH_VALUE = 'frONRVFBoemhXCpLDdqMA';
const WITHOUT_VALUE = 'tivnGU';

/** As getopt reads them: letters may stand together, and a value with its letter or behind it. Throws a CommandError. */
function readWanted(args: readonly string[]): Wanted {
  const to: string[] = [];
  const long = new Map<string, string>();
  const letters = new Map<string, string[]>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--') {
      to.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith('--')) at += readLong(arg, args[at + 1], long);
    else if (arg.startsWith('-') && arg !== '-') at += readLetters(arg.slice(1), args[at + 1], letters);
    else to.push(arg);
  }
  return wantedOf(to, long, letters);
}

/** Answers how many arguments behind it went with it. */
function readLong(arg: string, next: string | undefined, long: Map<string, string>): 0 | 1 {
  const [name, ...value] = arg.slice(2).split('=') as [string, ...string[]];
  if (arg === '--json') {
    long.set(name, '');
    return 0;
  }
  if (!LONG.includes(name)) throw misuse(`there is no option --${name}`);
  if (long.has(name)) throw misuse(`--${name} is given twice`);
  const given = value.length > 0 ? value.join('=') : next;
  if (given === undefined) throw misuse(`--${name} needs a value`);
  long.set(name, given);
  return value.length > 0 ? 0 : 1;
}

function readLetters(text: string, next: string | undefined, letters: Map<string, string[]>): 0 | 1 {
  const put = (letter: string, value: string) => letters.set(letter, [...(letters.get(letter) ?? []), value]);
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    const rest = text.slice(at + 1);
    if (letter === 'b') {
      if (rest !== 'm') throw misuse(`-b${rest} is none of what this command does; it takes a message`);
      return 0;
    }
    if (WITHOUT_VALUE.includes(letter)) {
      put(letter, '');
      continue;
    }
    if (!WITH_VALUE.includes(letter)) throw misuse(`there is no option -${letter}`);
    // Those of old stand with their value, which may be missing.
    if ('oemvd'.includes(letter)) {
      put(letter, rest);
      return 0;
    }
    if (rest === '' && next === undefined) throw misuse(`-${letter} needs a value`);
    put(letter, rest === '' ? next! : rest);
    return rest === '' ? 1 : 0;
  }
  return 0;
}

function wantedOf(
  to: readonly string[],
  long: ReadonlyMap<string, string>,
  letters: ReadonlyMap<string, readonly string[]>,
): Wanted {
  const last = (letter: string) => letters.get(letter)?.at(-1);
  const from = last('f') ?? last('r');
  const notify = last('N');
  const ret = last('R');
  const read = {
    notify: notify === undefined ? ('absent' as const) : readNotify(notify),
    ret: ret === undefined ? ('absent' as const) : readRet(ret),
  };
  if (read.notify === null) throw misuse(`-N ${notify} is none of never and success,failure,delay`);
  if (read.ret === null) throw misuse(`-R ${ret} is neither full nor hdrs`);
  return {
    to: to.map(bareAddress),
    from: from === undefined ? null : bareAddress(from),
    fromHeader: letters.has('t'),
    dot: letters.has('i') || (letters.get('o') ?? []).includes('i') ? 'is-text' : 'ends',
    ...tlsIn(letters.get('O') ?? []),
    notify: read.notify,
    ret: read.ret,
    envelopeId: last('V') ?? null,
    long,
  };
}

/** Of the options that are called by name these alone have a meaning here. */
function tlsIn(options: readonly string[]): Pick<Wanted, 'requireTls' | 'tlsRequired'> {
  const known = ['requiretls', 'tlsrequired'];
  // Those of other sendmails are taken; who has misspelt one of ours is to know.
  for (const option of options.filter((each) => !known.includes(nameOf(each))))
    complain(`waxseal sendmail: -O ${printable(option)} changes nothing here; there is: ${known.join(', ')}`);
  const requireTls = yesOrNo('requiretls', options) ?? 'no';
  const tlsRequired = yesOrNo('tlsrequired', options) === 'no' ? 'no' : 'as-it-says';
  if (requireTls === 'yes' && tlsRequired === 'no')
    throw misuse('-O requiretls=yes and -O tlsrequired=no say the opposite of one another');
  return { requireTls, tlsRequired };
}

function nameOf(option: string): string {
  return option.split('=', 1)[0]!.trim().toLowerCase();
}

/** The last value of that name; null: it is not there. */
function yesOrNo(name: string, options: readonly string[]): 'yes' | 'no' | null {
  const values = options.flatMap((option) =>
    nameOf(option) === name
      ? [
          option
            .replace(/^[^=]*=?/, '')
            .trim()
            .toLowerCase(),
        ]
      : [],
  );
  const value = values.at(-1);
  if (value === undefined) return null;
  if (!['yes', 'no', 'true', 'false'].includes(value))
    throw misuse(`-O ${name}=${printable(value)} is neither yes nor no`);
  return value === 'yes' || value === 'true' ? 'yes' : 'no';
}
