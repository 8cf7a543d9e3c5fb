import type { AddressesAnswer } from '../dns/answer.js';
import { type Decision, decide, defineTable } from '../kernel/table.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import type { HostInput } from './types.js';

// biome-ignore format: a table
export const hostWithoutAddress = defineTable({
  name: 'host-without-address',
  about: 'What it means that no address of a host is known, by definitive answers (`none`) or because none came (`failed`). `answers`: whether all that led here was validated, the MX answer and the denial of both kinds of addresses.',
  inputs: {
    addresses: ['none', 'failed'],
    source: ['mx', 'implicit', 'literal', 'relay'],
    answers: ['secure', 'insecure'],
    policy: ['enforced', 'other'],
  },
  verdicts: ['no-target', 'lookup-failed'],
})([
  { id: 'HADR-1', when: { addresses: 'failed' },                                         then: 'lookup-failed',
    why: 'Whether the host has an address could not be learned.', refs: ['DANE-2.1.2-2', 'DANE-2.1.1-6'] },
  { id: 'HADR-4', when: { addresses: 'none', source: ['mx', 'implicit', 'literal'], answers: 'secure' }, then: 'no-target',
    why: 'The host that mail for the recipient leads to has no address, and only the domain can have said so.', refs: ['DANE-2.2.2-3', 'CHOICE-14', 'CHOICE-22'] },
  { id: 'HADR-5', when: { addresses: 'none', source: ['mx', 'implicit', 'literal'], answers: 'insecure', policy: 'other' }, then: 'no-target',
    why: 'The host that mail for the recipient leads to has no address.', refs: ['DANE-2.2.2-3', 'CHOICE-14'] },
  { id: 'HADR-6', when: { addresses: 'none', source: ['mx', 'implicit', 'literal'], answers: 'insecure', policy: 'enforced' }, then: 'lookup-failed',
    why: 'Anybody could have forged an answer that leaves no address, and an enforced policy says that the domain has hosts that take mail.', refs: ['CHOICE-22'] },
  { id: 'HADR-3', when: { addresses: 'none', source: 'relay' },                          then: 'lookup-failed',
    why: 'A relay that does not resolve is a mistake in our own settings or network, and no fault of the recipients.', refs: ['CHOICE-6'] },
]);

/** What it means that no address of a host is known, after those answers. Total; never throws. */
export function judgeMissingAddress(
  addresses: 'none' | 'failed',
  answer: AddressesAnswer,
  { candidate, mxSecurity, sts }: Pick<HostInput, 'candidate' | 'mxSecurity' | 'sts'>,
): Decision<(typeof hostWithoutAddress.verdicts)[number]> {
  const isProven = mxSecurity === 'secure' && answer.a.kind === 'secure' && answer.aaaa.kind === 'secure';
  return decide(hostWithoutAddress, {
    addresses,
    source: candidate.source,
    answers: isProven ? 'secure' : 'insecure',
    policy: isEnforced(sts) ? 'enforced' : 'other',
  });
}

function isEnforced(sts: StsKnowledge): boolean {
  return sts.kind === 'policy' && sts.policy.mode === 'enforce';
}
