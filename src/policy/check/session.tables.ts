/*
 * What a session with a mail host comes to for its owner, by what the domain has promised to senders. `dane` and `sts` are
 * promises: usable or unusable TLSA records that are secure, and a policy. The verdicts are findings.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const tlsFinding = defineTable({
  name: 'tls-finding',
  about: 'How bad it is that TLS could not be started at an address, by what the domain promises.',
  inputs: {
    tls: ['established', 'not-offered', 'refused', 'broken', 'injected'],
    dane: ['promised', 'not-promised'],
    sts: ['enforce', 'testing', 'none'],
  },
  verdicts: [
    'tls-works',
    'starttls-injected',
    'no-starttls-under-dane', 'no-starttls-under-enforce', 'no-starttls-under-testing', 'no-starttls',
    'tls-fails-under-dane', 'tls-fails-under-enforce', 'tls-fails-under-testing', 'tls-fails',
  ],
})([
  { id: 'CTLS-1',  when: { tls: 'established' },                                                           then: 'tls-works',
    why: 'The address speaks TLS.', refs: ['DANE-9.2-1'] },
  { id: 'CTLS-2',  when: { tls: 'injected' },                                                              then: 'starttls-injected',
    why: 'Octets in clear stand where only TLS may: a fault of the server, or somebody in between.', refs: ['CHOICE-8'] },
  { id: 'CTLS-3',  when: { tls: ['not-offered', 'refused'], dane: 'promised' },                            then: 'no-starttls-under-dane',
    why: 'TLSA records promise TLS; whoever believes them sends nothing.', refs: ['DANE-2.2-8', 'DANE-9.2-1'] },
  { id: 'CTLS-4',  when: { tls: ['not-offered', 'refused'], dane: 'not-promised', sts: 'enforce' },        then: 'no-starttls-under-enforce',
    why: 'The policy promises TLS; whoever believes it sends nothing.', refs: ['STS-4-1'] },
  { id: 'CTLS-5',  when: { tls: ['not-offered', 'refused'], dane: 'not-promised', sts: 'testing' },        then: 'no-starttls-under-testing',
    why: 'The mail still comes; it would not if the policy were enforced.', refs: ['STS-5-2'] },
  { id: 'CTLS-6',  when: { tls: ['not-offered', 'refused'], dane: 'not-promised', sts: 'none' },           then: 'no-starttls',
    why: 'Nothing is promised, so the mail comes in clear.', refs: ['DANE-2.2-3'] },
  { id: 'CTLS-7',  when: { tls: 'broken', dane: 'promised' },                                              then: 'tls-fails-under-dane',
    why: 'TLSA records promise TLS; whoever believes them sends nothing.', refs: ['DANE-2.2-8'] },
  { id: 'CTLS-8',  when: { tls: 'broken', dane: 'not-promised', sts: 'enforce' },                          then: 'tls-fails-under-enforce',
    why: 'The policy promises TLS; whoever believes it sends nothing.', refs: ['STS-4-1'] },
  { id: 'CTLS-9',  when: { tls: 'broken', dane: 'not-promised', sts: 'testing' },                          then: 'tls-fails-under-testing',
    why: 'The mail still comes; it would not if the policy were enforced.', refs: ['STS-5-2'] },
  { id: 'CTLS-10', when: { tls: 'broken', dane: 'not-promised', sts: 'none' },                             then: 'tls-fails',
    why: 'TLS is offered and does not work: some senders go on in clear, others give up.', refs: ['CHOICE-8'] },
]);

// biome-ignore format: a table
export const daneFinding = defineTable({
  name: 'dane-finding',
  about: 'What the TLSA records of a host come to against the certificates that an address of it presents.',
  inputs: {
    records: ['usable', 'unusable', 'absent'],
    match: ['not-tried', 'matched', 'mismatch', 'name-mismatch', 'expired', 'unfit', 'unfinished', 'unreadable'],
  },
  verdicts: ['nothing-to-match', 'tlsa-matches', 'tlsa-mismatch', 'tlsa-name-mismatch', 'tlsa-expired', 'tlsa-weak', 'tlsa-unfinished'],
})([
  { id: 'CDANE-1', when: { records: ['absent', 'unusable'] },                          then: 'nothing-to-match',
    why: 'No record that senders use names a key or a certificate.', refs: ['DANE-2.2-2', 'DANE-2.2-3'] },
  { id: 'CDANE-2', when: { records: 'usable', match: 'not-tried' },                    then: 'nothing-to-match',
    why: 'The address presented no certificate.', refs: ['DANE-2.2-8'] },
  { id: 'CDANE-3', when: { records: 'usable', match: 'matched' },                      then: 'tlsa-matches',
    why: 'A sender that believes the records reaches the right server.', refs: ['DANE-8.1-2'] },
  { id: 'CDANE-4', when: { records: 'usable', match: ['mismatch', 'unreadable'] },     then: 'tlsa-mismatch',
    why: 'A sender that believes the records takes the server for an impostor.', refs: ['DANE-8.1-2'] },
  { id: 'CDANE-5', when: { records: 'usable', match: 'name-mismatch' },                then: 'tlsa-name-mismatch',
    why: 'An issuer vouches for many; without the name any of them could stand in.', refs: ['DANE-3.1.2-1', 'DANE-3.2.3-4'] },
  { id: 'CDANE-6', when: { records: 'usable', match: 'expired' },                      then: 'tlsa-expired',
    why: 'Under usage 2 dates count, unlike under usage 3.', refs: ['DANE-3.1.2-1'] },
  { id: 'CDANE-7', when: { records: 'usable', match: 'unfit' },                        then: 'tlsa-weak',
    why: 'Under usage 2 the path must be strong, and the key used as its certificate allows, unlike under usage 3.', refs: ['TLS-4.5-1', 'CHOICE-21'] },
  { id: 'CDANE-8', when: { records: 'usable', match: 'unfinished' },                   then: 'tlsa-unfinished',
    why: 'What was not looked through is no match, and no proof of a mismatch.', refs: ['CHOICE-25'] },
]);

// biome-ignore format: a table
export const certificateFinding = defineTable({
  name: 'certificate-finding',
  about: 'How bad it is that a certificate would not pass without DANE, by who looks at it.',
  inputs: {
    pkix: ['passed', 'failed'],
    sts: ['enforce', 'testing', 'none'],
    dane: ['matched', 'not-matched'],
  },
  verdicts: ['certificate-passes', 'certificate-fails-under-enforce', 'certificate-fails-under-testing', 'certificate-not-asked-for', 'certificate-fails'],
})([
  { id: 'CCERT-1', when: { pkix: 'passed' },                                    then: 'certificate-passes',
    why: 'Every sender can check it.', refs: ['STS-4-1'] },
  { id: 'CCERT-2', when: { pkix: 'failed', sts: 'enforce' },                    then: 'certificate-fails-under-enforce',
    why: 'The policy promises a certificate that passes; whoever believes it sends nothing, whatever TLSA records say.', refs: ['STS-4-1', 'CHOICE-1'] },
  { id: 'CCERT-3', when: { pkix: 'failed', sts: 'testing' },                    then: 'certificate-fails-under-testing',
    why: 'The mail still comes; it would not if the policy were enforced.', refs: ['STS-5-2'] },
  { id: 'CCERT-4', when: { pkix: 'failed', sts: 'none', dane: 'matched' },      then: 'certificate-not-asked-for',
    why: 'TLSA records vouch for the server; nobody asks a CA.', refs: ['DANE-3.1-1'] },
  { id: 'CCERT-5', when: { pkix: 'failed', sts: 'none', dane: 'not-matched' },  then: 'certificate-fails',
    why: 'Nobody has promised anything, so senders encrypt to whoever answers.', refs: ['DANE-2.2-3'] },
]);
