/*
 * From what each host needs to the one policy that Postfix takes for all hosts of a next hop. Postfix judges DANE for each host by
 * itself, and nothing else: so `dane` and `dane-only` are the only words under which hosts may differ. Where no word says
 * everything, what is said may do without a host, never without what DANE demands of a validated one; and where no word is strict
 * enough, the mail waits.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const postfixLevel = defineTable({
  name: 'postfix-level',
  about: 'Which level of TLS Postfix is told for a next hop. `mx`: `proven` where DNSSEC validated the MX records, or none stands between. `dane`: whether some host has TLSA records that bind. '
    + '`others`: the most that may be said of all hosts without such records; `mixed`: TLS of some, nothing of others. `closed`: hosts that may not be used now; `unknown`: because something about them could not be learned. '
    + 'Postfix reads `none` as its own default, and leaves under `dane-only` every host alone whose records it cannot match. `secure` names the hosts that need a certificate, `secure-all` those with records as well.',
  inputs: {
    known: ['hosts', 'no-mail', 'unknown'],
    mx: ['proven', 'insecure'],
    policy: ['enforced', 'other'],
    dane: ['some', 'none'],
    others: ['none', 'nothing', 'records-tls', 'mixed', 'tls', 'pkix'],
    closed: ['none', 'unknown', 'closed', 'dane-closed'],
  },
  verdicts: ['none', 'encrypt', 'dane', 'dane-only', 'secure', 'secure-all', 'wait'],
})([
  { id: 'PFL-1', when: { known: 'unknown' },                                                                             then: 'wait',
    why: 'What the domain demands could not be learned, and an error must not be a downgrade.', refs: ['DANE-2.1.2-4', 'CHOICE-5'] },
  { id: 'PFL-2', when: { known: 'no-mail', policy: 'enforced' },                                                         then: 'wait',
    why: 'A policy is kept and there is no host; whoever finds one elsewhere was sent there by nobody we know.', refs: ['STS-5.1-1', 'STS-5-1'] },
  { id: 'PFL-3', when: { known: 'no-mail', policy: 'other' },                                                            then: 'none',
    why: 'The domain takes no mail, which Postfix finds for itself.', refs: ['NULLMX-3-1', 'CHOICE-14'] },
  { id: 'PFL-4', when: { known: 'hosts', dane: 'none', others: 'none' },                                                 then: 'wait',
    why: 'No host is left that mail may go to as things stand.', refs: ['DANE-2.1.2-4', 'CHOICE-6'] },
  { id: 'PFL-5', when: { known: 'hosts', dane: 'none', others: 'nothing', closed: 'none' },                              then: 'none',
    why: 'Nobody demands anything, so Postfix does as it does by itself.', refs: ['OS-3-2', 'DANE-2.2-3'] },
  { id: 'PFL-6', when: { known: 'hosts', dane: 'none', others: ['records-tls', 'tls'], closed: 'none' },                 then: 'encrypt',
    why: 'TLS is demanded of every host, and of none that it prove itself.', refs: ['DANE-2.2-2', 'STLS-6-1'] },
  { id: 'PFL-7', when: { known: 'hosts', dane: 'none', others: 'mixed', closed: 'none' },                                then: 'dane',
    why: 'Hosts differ by their records, which Postfix reads for each of them.', refs: ['DANE-2.2-2', 'DANE-2.2-3'] },
  { id: 'PFL-8', when: { known: 'hosts', dane: 'none', others: ['nothing', 'records-tls', 'mixed'], closed: 'unknown' }, then: 'dane',
    why: 'Under DANE Postfix leaves a host whose records it cannot look up, and goes to the others.', refs: ['DANE-2.1.2-4', 'CHOICE-3'] },
  { id: 'PFL-9', when: { known: 'hosts', dane: 'none', others: 'tls', closed: ['unknown', 'closed', 'dane-closed'] },    then: 'wait',
    why: 'No word of Postfix demands TLS of all hosts and keeps away from one of them.', refs: ['STLS-6-1', 'CHOICE-3'] },
  { id: 'PFL-10', when: { known: 'hosts', dane: 'none', others: ['nothing', 'records-tls', 'mixed'], closed: ['closed', 'dane-closed'] }, then: 'wait',
    why: 'No word of Postfix keeps away from a host without asking something of the others.', refs: ['CHOICE-6'] },
  { id: 'PFL-11', when: { known: 'hosts', mx: 'proven', dane: 'none', others: 'pkix' },                                  then: 'secure',
    why: 'A certificate for one of the names that may be used is demanded, which no other host can show.', refs: ['STS-4-1', 'STS-4.2-1', 'STLS-6-1'] },
  { id: 'PFL-12', when: { known: 'hosts', mx: 'insecure', policy: 'enforced', dane: 'none', others: 'pkix' },            then: 'secure',
    why: 'The policy vouches for the names, and a certificate for one of them is demanded.', refs: ['STS-4-1', 'STS-4.2-1'] },
  { id: 'PFL-13', when: { known: 'hosts', mx: 'insecure', policy: 'other', dane: 'none', others: 'pkix', closed: 'none' }, then: 'secure',
    why: 'Nobody vouches for the names of hosts, so a certificate for the domain itself is demanded.', refs: ['STLS-6-1'] },
  { id: 'PFL-14', when: { known: 'hosts', mx: 'insecure', policy: 'other', dane: 'none', others: 'pkix', closed: ['unknown', 'closed', 'dane-closed'] }, then: 'wait',
    why: 'A certificate for the domain does not tell the host that may not be used from the others.', refs: ['STLS-6-1', 'CHOICE-3'] },
  { id: 'PFL-15', when: { known: 'hosts', mx: 'proven', dane: 'some', others: 'pkix', closed: 'dane-closed' },           then: 'secure',
    why: 'Only the names of hosts without records can be told from the one that the policy does not list.', refs: ['STS-4.1-1', 'STS-2-1'] },
  { id: 'PFL-16', when: { known: 'hosts', mx: 'proven', dane: 'some', others: ['none', 'nothing', 'records-tls', 'mixed', 'tls'], closed: 'dane-closed' }, then: 'wait',
    why: 'Postfix, left to DANE, would go to a host that mail may not go to.', refs: ['STS-4.1-1', 'STS-5-1', 'CHOICE-1'] },
  { id: 'PFL-17', when: { known: 'hosts', mx: 'proven', dane: 'some', others: ['none', 'tls', 'pkix'], closed: ['none', 'unknown', 'closed'] }, then: 'dane-only',
    why: 'DANE binds, and the hosts that it does not speak of must not be used for less.', refs: ['DANE-2.2-1', 'STS-2-1', 'X-3'] },
  { id: 'PFL-18', when: { known: 'hosts', mx: 'proven', dane: 'some', others: ['nothing', 'records-tls', 'mixed'], closed: ['none', 'unknown'] }, then: 'dane',
    why: 'DANE binds the hosts that have records, and nothing the others.', refs: ['DANE-2.2-1', 'DANE-2.2-3'] },
  { id: 'PFL-19', when: { known: 'hosts', mx: 'proven', dane: 'some', others: ['nothing', 'records-tls', 'mixed'], closed: 'closed' }, then: 'dane-only',
    why: 'Of hosts without records some may not be used, and only by their records can Postfix tell hosts apart.', refs: ['DANE-2.2-1', 'DANE-2.2-6'] },
  { id: 'PFL-20', when: { known: 'hosts', mx: 'insecure', policy: 'enforced', dane: 'some' },                            then: 'secure-all',
    why: 'Where nobody proved the way to a host, only the policy says whose host it is.', refs: ['DANE-2.2.1-4', 'STS-4-1', 'STS-5-1'] },
  { id: 'PFL-21', when: { known: 'hosts', mx: 'insecure', policy: 'other', dane: 'some', others: ['none', 'nothing', 'records-tls', 'mixed'], closed: ['none', 'unknown'] }, then: 'dane',
    why: 'Postfix matches the records of hosts that insecure MX records name, if it is told to by its own setting.', refs: ['DANE-2.2.1-5', 'CHOICE-4'] },
  { id: 'PFL-22', when: { known: 'hosts', mx: 'insecure', policy: 'other', dane: 'some', others: ['tls', 'pkix'], closed: ['none', 'unknown'] }, then: 'wait',
    why: 'No word of Postfix matches records below an insecure MX and asks something of the hosts without.', refs: ['DANE-2.2.1-5', 'STLS-6-1'] },
  { id: 'PFL-23', when: { known: 'hosts', mx: 'insecure', policy: 'other', dane: 'some', closed: ['closed', 'dane-closed'] }, then: 'wait',
    why: 'Below an insecure MX no word of Postfix keeps away from one host and goes to another.', refs: ['DANE-2.2.1-5', 'DANE-2.2-6'] },
]);

export type PostfixLevel = (typeof postfixLevel.verdicts)[number];
