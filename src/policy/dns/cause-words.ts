import type { DnsAnswer } from './answer.js';

const WORDS = {
  bogus: 'DNSSEC validation fails',
  servfail: 'the name servers fail (SERVFAIL or the like)',
  refused: 'the question is refused',
  timeout: 'no answer in time',
  malformed: 'the answer is malformed',
  unreachable: 'no resolver could be reached',
} as const;

/** Why a lookup failed, for people. */
export function causeInWords({
  cause,
  extendedError,
}: Extract<DnsAnswer<unknown>, { kind: 'failed' }>): string {
  return extendedError === null ? WORDS[cause] : `${WORDS[cause]}, extended error ${extendedError}`;
}
