/*
 * What a session adds to the TLS report of a domain (RFC 8460). A session is one connection that came as far as the
 * STARTTLS decision, or that a policy stopped before it was made; it counts once under each policy that applied. A retry in
 * clear is no session of its own, and a network that fails before that decision says nothing about TLS (RFC 8460,
 * Section 4.3.4).
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const sessionReport = defineTable({
  name: 'session-report',
  about: 'Whether a session counts under a policy, and as what. `sts-testing`: a policy in mode testing; `ended`: how far it came, `barred` if it was not made at all; `judged`: whether it met this very policy, as far as that was seen.',
  inputs: {
    policy: ['sts', 'sts-testing', 'tlsa', 'none'],
    ended: ['barred', 'not-offered', 'refused', 'handshake-failed', 'injected', 'established'],
    judged: ['passed', 'failed', 'not-judged'],
  },
  verdicts: ['success', 'failure', 'not-counted'],
})([
  { id: 'RPT-2', when: { ended: ['not-offered', 'refused', 'handshake-failed', 'injected'] },                      then: 'failure',
    why: 'There was no TLS session to be had.', refs: ['RPT-4.2.2-1', 'STS-6-3'] },
  { id: 'RPT-3', when: { ended: 'established', judged: 'passed' },                                                 then: 'success',
    why: 'The session was as the policy wants it, whatever became of the message.', refs: ['RPT-4.2.1-1', 'X-10'] },
  { id: 'RPT-9', when: { ended: 'established', judged: ['not-judged', 'failed'], policy: 'none' },                 then: 'success',
    why: 'Without a policy there is nothing to judge, and TLS is all that can be asked for.', refs: ['RPT-4.4-4'] },
  { id: 'RPT-10', when: { ended: 'established', judged: 'not-judged', policy: ['sts', 'sts-testing', 'tlsa'] },    then: 'not-counted',
    why: 'Nobody looked whether the session met this policy, so nobody can tell.', refs: ['RPT-4.2.1-1', 'RPT-4.2.2-1'] },
  { id: 'RPT-4', when: { ended: 'established', judged: 'failed', policy: ['sts', 'sts-testing', 'tlsa'] },         then: 'failure',
    why: 'The session fell short of the policy, even if testing mode let the mail pass.', refs: ['RPT-4.2.2-1', 'STS-5-2', 'STS-6-3'] },
  { id: 'RPT-6', when: { ended: 'barred', judged: 'failed', policy: ['sts', 'tlsa'] },                             then: 'failure',
    why: 'The policy itself stopped the session.', refs: ['RPT-4.2.2-1'] },
  { id: 'RPT-7', when: { ended: 'barred', judged: ['passed', 'not-judged'], policy: ['sts', 'tlsa'] },             then: 'not-counted',
    why: 'Something else stopped the session; this policy has no part in it.', refs: ['RPT-4.2.2-1'] },
  { id: 'RPT-11', when: { ended: 'barred', policy: 'sts-testing' },                                                then: 'not-counted',
    why: 'A policy under test stops nothing, so it was something else that did.', refs: ['STS-5-2', 'RPT-4.2.2-1', 'CHOICE-24'] },
  { id: 'RPT-8', when: { ended: 'barred', policy: 'none' },                                                        then: 'not-counted',
    why: 'Without a policy nothing of the domain\'s stopped the session.', refs: ['RPT-4.4-4'] },
]);

// biome-ignore format: a table
export const discoveryReport = defineTable({
  name: 'discovery-report',
  about: 'What is told of how a domain\'s MTA-STS policy was looked for (RFC 8461, Section 6). '
    + '`kept`: the policy that the attempt holds to, if there is one; `record`: the TXT record; `fetched`: what came of asking the policy host.',
  inputs: {
    kept: ['in-force', 'mode-none', 'none'],
    record: ['found', 'absent', 'invalid', 'failed'],
    fetched: ['not-asked', 'policy', 'failed'],
  },
  verdicts: ['tell-fetch', 'tell-record', 'not-told'],
})([
  { id: 'DISC-1', when: { fetched: 'failed', kept: ['in-force', 'none'] },                                          then: 'tell-fetch',
    why: 'There is a policy, announced or kept, that its host did not hand out.', refs: ['STS-6-1', 'STS-6-2'] },
  { id: 'DISC-2', when: { fetched: 'failed', kept: 'mode-none' },                                                   then: 'not-told',
    why: 'What was lost is a policy that asks for nothing, or its successor.', refs: ['STS-6-2'] },
  { id: 'DISC-3', when: { fetched: 'policy' },                                                                      then: 'not-told',
    why: 'The live policy was had.', refs: ['STS-6-2'] },
  { id: 'DISC-4', when: { fetched: 'not-asked', record: ['absent', 'invalid', 'failed'], kept: 'in-force' },        then: 'tell-record',
    why: 'The policy is looked for by its record first, and whoever hides that must not stay unseen.', refs: ['STS-6-2', 'STS-3.3-12', 'CHOICE-24'] },
  { id: 'DISC-5', when: { fetched: 'not-asked', record: ['absent', 'invalid', 'failed'], kept: ['mode-none', 'none'] }, then: 'not-told',
    why: 'Nothing says that there is a policy to be missed.', refs: ['STS-6-1', 'STS-6-2'] },
  { id: 'DISC-6', when: { fetched: 'not-asked', record: 'found' },                                                  then: 'not-told',
    why: 'The policy is the kept one; or a fetch failed a while ago, and was told of then.', refs: ['STS-6-2', 'STS-3.3-8'] },
]);

// biome-ignore format: a table
export const lookupReport = defineTable({
  name: 'lookup-report',
  about: 'Whether a lookup counts as a failure of DANE that failed before any session, of MX records or of a host\'s addresses. '
    + '`dane`: whether TLSA records would have been looked for; `zone`: `signed` if the answer that named the host was secure.',
  inputs: {
    dane: ['looked-for', 'not-looked-for'],
    zone: ['signed', 'unproven'],
    cause: ['bogus', 'timeout', 'other'],
  },
  verdicts: ['failure', 'not-counted'],
})([
  { id: 'LKUP-1', when: { dane: 'looked-for', cause: 'bogus' },                       then: 'failure',
    why: 'Only what is signed can be bogus, and its owner has to hear of it.', refs: ['RPT-4.3.2.1-2', 'CHOICE-24'] },
  { id: 'LKUP-2', when: { dane: 'looked-for', zone: 'signed', cause: 'other' },       then: 'failure',
    why: 'DANE begins with the address, and no valid one came back for a host that may well have TLSA records.', refs: ['RPT-4.3.2.1-2', 'CHOICE-24'] },
  { id: 'LKUP-3', when: { dane: 'looked-for', zone: 'unproven', cause: 'other' },     then: 'not-counted',
    why: 'Nothing speaks for DANE there; name servers that are broken are no matter of TLS.', refs: ['RPT-4.3.4-1'] },
  { id: 'LKUP-4', when: { dane: 'looked-for', cause: 'timeout' },                     then: 'not-counted',
    why: "An answer that does not come in time may well be our own resolver's trouble.", refs: ['RPT-4.3.4-1'] },
  { id: 'LKUP-5', when: { dane: 'not-looked-for' },                                   then: 'not-counted',
    why: 'No policy of DANE is defined against an address, nor against a host that nothing secure has named.', refs: ['RPT-1.1-1'] },
]);

// biome-ignore format: a table
export const reportResultType = defineTable({
  name: 'report-result-type',
  about: 'Under which of the registered result types a failure is reported (RFC 8460, Section 4.3).',
  inputs: {
    failure: [
      'starttls-not-offered', 'starttls-refused', 'injected', 'handshake-failed',
      'certificate-expired', 'certificate-name', 'certificate-not-trusted', 'certificate-unreadable', 'certificate-unfinished', 'tlsa-mismatch',
      'mx-not-listed', 'tlsa-unusable', 'tlsa-lookup-failed', 'tlsa-lookup-timeout', 'dane-missing',
      'policy-fetch-failed', 'policy-invalid', 'policy-host-certificate', 'policy-record-failed', 'lookup-failed',
    ],
  },
  verdicts: [
    'starttls-not-supported', 'certificate-host-mismatch', 'certificate-not-trusted', 'certificate-expired', 'validation-failure',
    'tlsa-invalid', 'dnssec-invalid', 'dane-required', 'sts-policy-fetch-error', 'sts-policy-invalid', 'sts-webpki-invalid', 'not-reported',
  ],
})([
  { id: 'TYPE-1',  when: { failure: ['starttls-not-offered', 'starttls-refused'] },           then: 'starttls-not-supported',
    why: 'The host did not offer or accept STARTTLS.', refs: ['RPT-4.3.1-1'] },
  { id: 'TYPE-2',  when: { failure: ['injected', 'handshake-failed', 'certificate-unreadable', 'certificate-unfinished'] }, then: 'validation-failure',
    why: 'No more telling type is registered; the reason code tells.', refs: ['RPT-4.3.1-5'] },
  { id: 'TYPE-3',  when: { failure: 'certificate-expired' },                                  then: 'certificate-expired',
    why: 'A certificate on the path is out of its dates.', refs: ['RPT-4.3.1-3'] },
  { id: 'TYPE-4',  when: { failure: 'certificate-name' },                                     then: 'certificate-host-mismatch',
    why: 'No name of the certificate is the name that was looked for.', refs: ['RPT-4.3.1-2'] },
  { id: 'TYPE-5',  when: { failure: ['certificate-not-trusted', 'tlsa-mismatch'] },           then: 'certificate-not-trusted',
    why: 'The certificate leads to nothing that is trusted, here or in DNS.', refs: ['RPT-4.3.1-4'] },
  { id: 'TYPE-6',  when: { failure: 'mx-not-listed' },                                        then: 'validation-failure',
    why: 'No type is registered for a host that the policy does not know; the reason code tells.', refs: ['RPT-4.3.1-5'] },
  { id: 'TYPE-7',  when: { failure: 'tlsa-unusable' },                                        then: 'tlsa-invalid',
    why: 'None of the TLSA records could be used.', refs: ['RPT-4.3.2.1-1'] },
  { id: 'TYPE-8',  when: { failure: 'tlsa-lookup-failed' },                                   then: 'dnssec-invalid',
    why: 'No valid answer came back for the TLSA records.', refs: ['RPT-4.3.2.1-2', 'EDE-4-1'] },
  { id: 'TYPE-15', when: { failure: 'lookup-failed' },                                        then: 'dnssec-invalid',
    why: 'No valid answer came back for what leads to the TLSA records.', refs: ['RPT-4.3.2.1-2', 'CHOICE-24'] },
  { id: 'TYPE-9',  when: { failure: 'tlsa-lookup-timeout' },                                  then: 'not-reported',
    why: "An answer that does not come in time may well be our own resolver's trouble.", refs: ['RPT-4.3.4-1'] },
  { id: 'TYPE-10', when: { failure: 'dane-missing' },                                         then: 'dane-required',
    why: 'DANE is mandatory for the destination by our own rule, and the host has none.', refs: ['RPT-4.3.2.1-3'] },
  { id: 'TYPE-11', when: { failure: 'policy-fetch-failed' },                                  then: 'sts-policy-fetch-error',
    why: 'A policy is announced or kept, and could not be retrieved.', refs: ['RPT-4.3.2.2-1', 'STS-6-1'] },
  { id: 'TYPE-14', when: { failure: 'policy-record-failed' },                                 then: 'sts-policy-fetch-error',
    why: 'Without its record a policy cannot be retrieved, and no type is registered for the record.', refs: ['RPT-4.3.2.2-1', 'STS-6-2'] },
  { id: 'TYPE-12', when: { failure: 'policy-invalid' },                                       then: 'sts-policy-invalid',
    why: 'What the policy host serves is no policy.', refs: ['RPT-4.3.2.2-2'] },
  { id: 'TYPE-13', when: { failure: 'policy-host-certificate' },                              then: 'sts-webpki-invalid',
    why: 'The policy host could not prove itself.', refs: ['RPT-4.3.2.2-3'] },
]);

export type ReportedFailure = (typeof reportResultType.inputs.failure)[number];
export type SessionEnd = (typeof sessionReport.inputs.ended)[number];
