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

/** Whether DNSSEC protects where answers to this sender would go: the status of the MX records of its domain. Never rejects. */
export async function senderDnssec(
  sender: string,
  { adapters, toAscii = () => '', deadlineMs = DEADLINE_MS, signal }: SenderDnssecOptions,
): Promise<SenderDnssec> {
  const destination = parseMailbox(sender, toAscii)?.destination;
  if (destination?.kind !== 'domain') return 'none';
  const asked = { name: destination.name, deadlineMs };
  const answer = await adapters['dns.mx'](asked, signal ?? new AbortController().signal);
  return answer.kind;
}
