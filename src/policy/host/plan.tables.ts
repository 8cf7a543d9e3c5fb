/*
 * From all demands to one plan for a host. First a recipient's policies may be overridden by the message; then each demand
 * stands for itself, and these tables join them: whether to connect, who must authenticate, what name to ask for, and
 * whether broken TLS may be answered with a second connection in clear.
 */

import { STRICTNESS } from '../kernel/scale.js';
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const recipientPolicy = defineTable({
  name: 'recipient-policy',
  about: 'Whether what a recipient\'s policy demands stands, or is overridden by the message. Asked once for each policy, so that every override can be counted.',
  inputs: {
    demand: ['no-demand', 'observe', 'encrypt', 'authenticate', 'unreachable'],
    message: ['requires-tls', 'prefers-requiretls', 'tls-optional', 'ordinary'],
  },
  verdicts: ['stands', 'overridden'],
})([
  { id: 'OPT-1', when: { demand: ['no-demand', 'observe'] },                                                               then: 'stands',
    why: 'There is nothing to override.', refs: ['RTLS-8.4-1'] },
  { id: 'OPT-2', when: { demand: ['encrypt', 'authenticate', 'unreachable'], message: 'tls-optional' },                    then: 'overridden',
    why: 'The sender asked for delivery whatever the recipient\'s policies say.', refs: ['RTLS-3-2', 'RTLS-8.4-1', 'CHOICE-9'] },
  { id: 'OPT-3', when: { demand: ['encrypt', 'authenticate', 'unreachable'], message: ['requires-tls', 'prefers-requiretls', 'ordinary'] }, then: 'stands',
    why: 'A policy binds everybody who did not expressly set it aside.', refs: ['DANE-2.2-1', 'STS-5-1'] },
]);

// biome-ignore format: a table
export const hostBarrier = defineTable({
  name: 'host-barrier',
  about: 'Whether a host may be connected to at all. A barrier is definitive for REQUIRETLS only if no missing answer could lift it.',
  inputs: {
    message: ['open', 'impossible', 'impossible-for-now'],
    dane: ['open', 'unreachable'],
    operator: ['open', 'unreachable'],
    sts: ['open', 'unreachable'],
    stsFreshness: ['fresh', 'stale'],
  },
  verdicts: ['connect', 'skip', 'skip-for-now'],
})([
  { id: 'BAR-1', when: { message: 'open', dane: 'open', operator: 'open', sts: 'open' },                                  then: 'connect',
    why: 'Nothing forbids the connection.', refs: ['DANE-10-1'] },
  { id: 'BAR-2', when: { message: 'impossible', dane: 'open', stsFreshness: 'fresh' },                                    then: 'skip',
    why: 'The message may not go to a host that cannot be validated.', refs: ['RTLS-2-3', 'RTLS-4.2.1-8', 'CHOICE-7'] },
  { id: 'BAR-8', when: { message: 'impossible', dane: 'unreachable' },                                                    then: 'skip-for-now',
    why: 'The host cannot be validated as things stand, and a lookup about it failed.', refs: ['RTLS-4.2.1-8', 'DANE-2.1.2-4', 'X-18', 'CHOICE-7'] },
  { id: 'BAR-9', when: { message: 'impossible', dane: 'open', stsFreshness: 'stale' },                                    then: 'skip-for-now',
    why: 'What is known of the domain may be out of date.', refs: ['RTLS-4.2.1-8', 'X-18', 'CHOICE-7'] },
  { id: 'BAR-3', when: { message: 'impossible-for-now' },                                                                 then: 'skip-for-now',
    why: 'The message may not go to a host that is not validated yet.', refs: ['RTLS-4.2.1-8', 'X-18', 'CHOICE-7'] },
  { id: 'BAR-4', when: { message: 'open', dane: 'unreachable' },                                                          then: 'skip-for-now',
    why: 'Whether TLSA records bind the host could not be learned; connected to without them it could be anybody.', refs: ['DANE-2.1.2-4', 'DANE-10-1', 'STS-2-1', 'X-3', 'CHOICE-3'] },
  { id: 'BAR-5', when: { message: 'open', dane: 'open', operator: 'unreachable', sts: 'open' },                           then: 'skip-for-now',
    why: 'The operator\'s rule may be changed while the message waits.', refs: ['DANE-2.2-6'] },
  { id: 'BAR-6', when: { message: 'open', dane: 'open', sts: 'unreachable', stsFreshness: 'fresh' },                      then: 'skip',
    why: 'The owner\'s current policy does not know this host.', refs: ['STS-5-1', 'STS-8.4-1', 'CHOICE-6'] },
  { id: 'BAR-7', when: { message: 'open', dane: 'open', sts: 'unreachable', stsFreshness: 'stale' },                      then: 'skip-for-now',
    why: 'The kept policy does not know this host; a newer one may.', refs: ['STS-5-1', 'STS-3.3-12', 'CHOICE-7'] },
]);

// biome-ignore format: a table
export const daneMatching = defineTable({
  name: 'dane-matching',
  about: 'Whether the chain must match the TLSA records. `available`: usable records whose demand the message overrides, and which still can prove to the operator who answers.',
  inputs: {
    dane: ['authenticate', 'available', 'other'],
    operator: ['authenticate', 'authenticate-domain', 'authenticate-by-dane', 'other'],
  },
  verdicts: ['required', 'sufficient', 'not-required'],
})([
  { id: 'MATCH-1', when: { dane: 'authenticate' },                                       then: 'required',
    why: 'The host has usable TLSA records, and nothing has set them aside.', refs: ['DANE-3.2-1'] },
  { id: 'MATCH-2', when: { dane: 'available', operator: 'authenticate-by-dane' },        then: 'required',
    why: 'The operator insists on them, whatever the message says.', refs: ['DANE-2.2-6', 'CHOICE-9'] },
  { id: 'MATCH-3', when: { dane: 'available', operator: 'authenticate' },                then: 'sufficient',
    why: 'The operator wants to know who answers, and a message that asks for less protection must not fail for that.', refs: ['STLS-6-1', 'CHOICE-9'] },
  { id: 'MATCH-4', when: { dane: 'available', operator: 'other' },                       then: 'not-required',
    why: 'The message has set the records aside, and the operator does not ask for them.', refs: ['RTLS-8.4-1'] },
  { id: 'MATCH-7', when: { dane: 'available', operator: 'authenticate-domain' },         then: 'not-required',
    why: 'The records of a host that anybody may have named say nothing of the domain that the operator asks for.', refs: ['TLS-7.1-1', 'CHOICE-20'] },
  { id: 'MATCH-6', when: { dane: 'other', operator: 'authenticate-by-dane' },            then: 'required',
    why: 'The operator insists on records, and none can be matched: nobody may pass.', refs: ['DANE-2.2-6'] },
  { id: 'MATCH-5', when: { dane: 'other', operator: ['authenticate', 'authenticate-domain', 'other'] }, then: 'not-required',
    why: 'There is nothing to match.', refs: ['DANE-2.2-2', 'DANE-2.2-3'] },
]);

// biome-ignore format: a table
export const pkixDemand = defineTable({
  name: 'pkix-demand',
  about: 'Whether the certificate must pass PKIX: a path to the trust store and a name. `required`: the name of the host; `required-of-either`: that or the recipient\'s domain; `required-of-domain`: the domain alone. '
    + 'A rule that asks for the domain asks for it beside whatever else is required. `observed`: judged for the report only. `dane`: whether the chain must match TLSA records.',
  inputs: {
    sts: ['authenticate', 'observe', 'other'],
    dane: ['required', 'sufficient', 'not-required'],
    message: ['authenticate', 'authenticate-by-pkix', 'other'],
    operator: ['authenticate', 'authenticate-domain', 'authenticate-by-pkix', 'other'],
    whenDanePasses: ['require-sts', 'skip-pkix'],
  },
  verdicts: ['required', 'required-of-either', 'required-of-domain', 'observed', 'ignored'],
})([
  { id: 'PKIX-1', when: { message: 'authenticate-by-pkix', dane: ['sufficient', 'not-required'] },                        then: 'required',
    why: 'The policy that named the host is enforced for this message, certificate included.', refs: ['X-4'] },
  { id: 'PKIX-2', when: { message: 'authenticate-by-pkix', dane: 'required', whenDanePasses: 'require-sts' },             then: 'required',
    why: 'The policy that named the host is enforced for this message, certificate included.', refs: ['X-4', 'CHOICE-1'] },
  { id: 'PKIX-3', when: { message: 'authenticate-by-pkix', dane: 'required', whenDanePasses: 'skip-pkix', sts: ['authenticate', 'other'] }, then: 'ignored',
    why: 'The operator lets DANE stand in for the certificate of the policy.', refs: ['X-1', 'CHOICE-1'] },
  { id: 'PKIX-13', when: { message: 'authenticate-by-pkix', dane: 'required', whenDanePasses: 'skip-pkix', sts: 'observe' }, then: 'observed',
    why: 'DANE stands in for the certificate of the policy, whose owner is told all the same how it would have fared.', refs: ['X-1', 'STS-5-2', 'CHOICE-1'] },
  { id: 'PKIX-4', when: { sts: 'authenticate', message: ['authenticate', 'other'], dane: ['sufficient', 'not-required'] }, then: 'required',
    why: 'The policy demands a valid certificate for the host.', refs: ['STS-4-1', 'STS-4.2-1', 'STS-4.2-2'] },
  { id: 'PKIX-5', when: { sts: 'authenticate', message: ['authenticate', 'other'], dane: 'required', whenDanePasses: 'require-sts' }, then: 'required',
    why: 'DANE and MTA-STS are demands of their own; meeting one does not lift the other.', refs: ['X-1', 'CHOICE-1'] },
  { id: 'PKIX-6', when: { sts: 'authenticate', message: ['authenticate', 'other'], dane: 'required', whenDanePasses: 'skip-pkix' }, then: 'ignored',
    why: 'The operator lets DANE stand in for the certificate of the policy.', refs: ['X-1', 'CHOICE-1'] },
  { id: 'PKIX-7', when: { sts: ['observe', 'other'], dane: ['sufficient', 'not-required'], message: 'authenticate' },     then: 'required',
    why: 'Without DANE a valid certificate is how the peer proves itself to a REQUIRETLS message.', refs: ['RTLS-2-4', 'RTLS-4.2.1-3'] },
  { id: 'PKIX-15', when: { sts: ['observe', 'other'], dane: 'not-required', message: 'other', operator: 'authenticate' }, then: 'required-of-either',
    why: 'Without DANE a valid certificate is how the peer proves itself to the operator, under a name that nobody could forge.', refs: ['STLS-6-1', 'CHOICE-20'] },
  { id: 'PKIX-16', when: { sts: ['observe', 'other'], dane: 'sufficient', message: 'other', operator: ['authenticate', 'other'] }, then: 'required-of-either',
    why: 'Where DANE is one of two ways to prove oneself, this is the other.', refs: ['STLS-6-1', 'CHOICE-9', 'CHOICE-20'] },
  { id: 'PKIX-17', when: { sts: ['observe', 'other'], dane: ['sufficient', 'not-required'], message: 'other', operator: 'authenticate-domain' }, then: 'required-of-domain',
    why: 'The operator wants to know who answers, and only a certificate for the domain can tell where anybody may have named the host.', refs: ['TLS-7.1-1', 'CHOICE-20'] },
  { id: 'PKIX-18', when: { sts: ['observe', 'other'], dane: 'required', message: ['authenticate', 'other'], operator: 'authenticate-domain' }, then: 'required-of-domain',
    why: 'TLSA records prove the host, and anybody may have named it; the operator asks for the domain.', refs: ['TLS-7.1-1', 'CHOICE-20'] },
  { id: 'PKIX-19', when: { sts: ['observe', 'other'], dane: ['sufficient', 'not-required'], message: 'other', operator: 'authenticate-by-pkix' }, then: 'required',
    why: 'The operator asks for a certificate for the very host that he named.', refs: ['SID-7817-3-1', 'AUTH-14-1'] },
  { id: 'PKIX-20', when: { sts: ['observe', 'other'], dane: 'required', message: ['authenticate', 'other'], operator: 'authenticate-by-pkix' }, then: 'required',
    why: 'The records of the host bind by themselves, and do not stand in for the certificate that the operator asks for.', refs: ['SID-7817-3-1', 'CHOICE-1'] },
  { id: 'PKIX-9', when: { sts: 'observe', dane: 'required', message: ['authenticate', 'other'], operator: ['authenticate', 'other'] }, then: 'observed',
    why: 'The owner is told how an enforced policy would have fared.', refs: ['STS-5-2'] },
  { id: 'PKIX-10', when: { sts: 'observe', dane: 'not-required', message: 'other', operator: 'other' },                    then: 'observed',
    why: 'The owner is told how an enforced policy would have fared.', refs: ['STS-5-2'] },
  { id: 'PKIX-11', when: { sts: 'other', dane: 'required', message: ['authenticate', 'other'], operator: ['authenticate', 'other'] }, then: 'ignored',
    why: 'DANE authenticates by itself; certification authorities have no say.', refs: ['DOPS-5.1-1', 'DANE-3.1.3-2'] },
  { id: 'PKIX-12', when: { sts: 'other', dane: 'not-required', message: 'other', operator: 'other' },                      then: 'ignored',
    why: 'Nobody asks who answers; failing on a certificate would only lose the encryption.', refs: ['OS-3-2', 'X-20'] },
]);

// biome-ignore format: a table
export const serverName = defineTable({
  name: 'server-name',
  about: 'Which name the TLS handshake asks for (SNI).',
  inputs: {
    target: ['name', 'literal'],
    dane: ['applies', 'does-not-apply'],
  },
  verdicts: ['tlsa-base', 'mx-name', 'none'],
})([
  { id: 'SNI-1', when: { target: 'literal' },                          then: 'none',
    why: 'An address is not a server name.', refs: ['TLS-6066-1', 'CHOICE-15'] },
  { id: 'SNI-2', when: { target: 'name', dane: 'applies' },            then: 'tlsa-base',
    why: 'The server chooses its certificate by the name whose records will judge it.', refs: ['DANE-8.1-1', 'DOPS-10.2-1', 'CHOICE-12'] },
  { id: 'SNI-3', when: { target: 'name', dane: 'does-not-apply' },     then: 'mx-name',
    why: 'The name by which the domain refers to its host.', refs: ['STS-7.1-1', 'CHOICE-12'] },
]);

// biome-ignore format: a table
export const cleartextRetry = defineTable({
  name: 'cleartext-retry',
  about: 'Whether TLS that could not be started may be answered with a new connection in clear (RFC 7435, Section 3).',
  inputs: {
    strictness: STRICTNESS,
    report: ['none', 'dmarc', 'tls'],
    setting: ['at-once', 'after', 'never'],
    attempt: ['first', 'later'],
  },
  verdicts: ['allowed', 'forbidden'],
})([
  { id: 'RETRY-1', when: { strictness: ['encrypted', 'authenticated', 'unreachable'] },                                     then: 'forbidden',
    why: 'TLS is demanded of this session, or it was not to be begun at all.', refs: ['X-7', 'OS-3-1', 'CHOICE-8'] },
  { id: 'RETRY-2', when: { strictness: 'opportunistic', report: 'dmarc' },                                                  then: 'forbidden',
    why: 'A DMARC report tells of mail that others sent: it can wait for TLS, and nobody has to see it on the way.', refs: ['CHOICE-8'] },
  { id: 'RETRY-3', when: { strictness: 'opportunistic', report: ['none', 'tls'], setting: 'never' },                        then: 'forbidden',
    why: 'The operator prefers waiting to cleartext after broken TLS.', refs: ['OS-3-5', 'CHOICE-8'] },
  { id: 'RETRY-4', when: { strictness: 'opportunistic', report: ['none', 'tls'], setting: 'at-once' },                      then: 'allowed',
    why: 'Nothing was promised; mail is better delivered in clear than not at all.', refs: ['DANE-2.2-4', 'OS-3-2', 'CHOICE-8'] },
  { id: 'RETRY-5', when: { strictness: 'opportunistic', report: 'none', setting: 'after', attempt: 'first' },               then: 'forbidden',
    why: 'TLS that is broken now may work at the next attempt.', refs: ['DANE-2.2-4', 'CHOICE-8'] },
  { id: 'RETRY-6', when: { strictness: 'opportunistic', report: 'none', setting: 'after', attempt: 'later' },               then: 'allowed',
    why: 'Only the first attempt waits for TLS to be repaired.', refs: ['DANE-2.2-4', 'CHOICE-8'] },
  { id: 'RETRY-7', when: { strictness: 'opportunistic', report: 'tls', setting: 'after' },                                  then: 'allowed',
    why: 'A report on broken TLS must not wait for TLS to be repaired.', refs: ['RPT-3-10'] },
]);
