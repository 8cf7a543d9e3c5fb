import { methods, strictObject } from '../../effects/codecs/strict-object.js';
import { callable, Signal, Text, wholeFrom } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';
import type { Adapters } from '../../effects/ports.js';
import { parseMailbox } from '../../policy/names/mailbox.js';

/**
 * `secure`: signed, and the signatures hold, also where it says that there is none; `insecure`: not signed; `failed`: not known,
 * which is no `insecure`; `none`: there is no domain.
 */
export type SenderDnssec = 'secure' | 'insecure' | 'failed' | 'none';

export interface SenderDnssecOptions {
  /** Of `nodeAdapters()`, whose resolver has to be one that is believed, or `dnssec: { validate: 'here' }`. */
  readonly adapters: Pick<Adapters, 'dns.mx'>;
  /** A domain with U-labels to A-labels, or "" where that cannot be done; `domainToASCII` of `node:url` does. Default: such a domain is `none`. */
  readonly toAscii?: (domain: string) => string;
  /** In milliseconds. Default 10 s. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

const DEADLINE_MS = 10_000;

const OptionsCodec = strictObject<SenderDnssecOptions>(
  'an object with options',
  {
    adapters: methods<SenderDnssecOptions['adapters']>('adapters with dns.mx', { 'dns.mx': true }),
    toAscii: callable<(domain: string) => string>(),
    deadlineMs: wholeFrom(1, 2 ** 31 - 1),
    signal: Signal,
  },
  ['adapters'],
);

/**
 * Whether DNSSEC protects where answers to this sender would go: the status of the MX records of its domain. Rejects with a
 * {@link MisuseError} for what is no sender and for options that say nothing sensible, and else never.
 */
export async function senderDnssec(sender: string, options: SenderDnssecOptions): Promise<SenderDnssec> {
  checked(Text, sender, 'WAXSEAL_BAD_ADDRESS', 'sender');
  const {
    adapters,
    toAscii = () => '',
    deadlineMs = DEADLINE_MS,
    signal,
  } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
  const destination = parseMailbox(sender, toAscii)?.destination;
  if (destination?.kind !== 'domain') return 'none';
  const asked = { name: destination.name, deadlineMs };
  const answer = await adapters['dns.mx'](asked, signal ?? new AbortController().signal);
  return answer.kind;
}
