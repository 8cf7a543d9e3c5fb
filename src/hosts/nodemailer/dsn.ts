/* `dsn` of a message as Nodemailer's users write it: in one for all recipients, each word in several spellings. */
import { type DsnRequest, type Notify, type Ret, readNotify } from '../../policy/dsn/index.js';
import { failure } from './outcome.js';

const RETS: ReadonlyMap<string, Ret> = new Map([
  ['', 'absent'],
  ['HDRS', 'headers'],
  ['HEADERS', 'headers'],
  ['FULL', 'full'],
  ['BODY', 'full'],
]);

/** What is asked of notices (RFC 3461). Throws a TransportError for what can be no request. */
export function dsnRequestOf(dsn: unknown, recipientCount: number): DsnRequest | null {
  if (dsn === undefined || dsn === null || dsn === false) return null;
  if (typeof dsn !== 'object') throw wrong('it must be an object');
  const said = new Map<string, unknown>(Object.entries(dsn));
  const text = (...keys: readonly string[]) => String(keys.map((key) => said.get(key)).find(Boolean) ?? '');
  const ret = RETS.get(text('ret', 'return').toUpperCase());
  if (ret === undefined) throw wrong(`return is "headers" or "full", not ${text('ret', 'return')}`);
  const envelopeId = text('envid', 'id') || null;
  const original = text('recipient', 'orcpt');
  const recipient = {
    notify: notifyOf(said.get('notify')),
    original: original === '' ? null : original.includes(';') ? original : `rfc822;${original}`,
  };
  return { ret, envelopeId, recipients: Array.from({ length: recipientCount }, () => recipient) };
}

function notifyOf(said: unknown): Notify {
  const words = (Array.isArray(said) ? said.map(String) : String(said || '').split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0) return 'absent';
  const notify = readNotify(words.join(','));
  if (notify === null)
    throw wrong(`notify is "never", or some of "success", "failure" and "delay", not ${words}`);
  return notify;
}

function wrong(problem: string): Error {
  return failure('EENVELOPE', `Invalid DSN: ${problem}`);
}
