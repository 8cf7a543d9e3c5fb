import { type Decision, decide } from '../kernel/table.js';
import { dnsReply } from './dns-reply.table.js';
import { kindOfError } from './extended-error.js';

export interface ReplyFacts {
  /** With the extended bits of OPT (RFC 6891, Section 6.1.3). */
  readonly rcode: number;
  readonly ad: 'set' | 'clear';
  readonly resolver: 'believed' | 'unbelieved';
  /** The most telling INFO-CODE, or null. */
  readonly extendedError: number | null;
}

/** What a response says about the data it holds or denies. */
export function judgeDnsReply({
  rcode,
  ad,
  resolver,
  extendedError,
}: ReplyFacts): Decision<(typeof dnsReply)['verdicts'][number]> {
  return decide(dnsReply, { rcode: wordFor(rcode), ad, resolver, error: kindOfError(extendedError) });
}

function wordFor(rcode: number) {
  switch (rcode) {
    case 0:
      return 'noerror';
    case 2:
      return 'servfail';
    case 3:
      return 'nxdomain';
    case 5:
      return 'refused';
    default:
      return 'other';
  }
}
