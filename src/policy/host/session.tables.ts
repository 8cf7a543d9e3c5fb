/*
 * From a plan through a session: whether to start TLS, what a failed start means, whether the peer is who it must be,
 * and what the server's replies mean. In the order in which a session asks them.
 */

import { STRICTNESS } from '../kernel/scale.js';
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const connectionOutcome = defineTable({
  name: 'connection-outcome',
  about: 'What it means how a connection was made, up to the greeting. A retry in clear goes to the very address whose TLS failed.',
  inputs: {
    outcome: ['greeted', 'connected', 'failed', 'lost'],
    channel: ['first', 'cleartext-retry'],
    addresses: ['left', 'none'],
  },
  verdicts: ['go-on', 'next-address', 'next-host'],
})([
  { id: 'CONN-1', when: { outcome: 'greeted' },                                                     then: 'go-on',
    why: 'The server answers; what it says is judged next.', refs: ['SMTP-5.1-9'] },
  { id: 'CONN-5', when: { outcome: 'connected' },                                                   then: 'go-on',
    why: 'Nothing is said in clear on this connection; TLS comes first, and the greeting under it.', refs: ['AUTH-8314-1'] },
  { id: 'CONN-2', when: { outcome: ['failed', 'lost'], channel: 'first', addresses: 'left' },       then: 'next-address',
    why: 'The host has another address, and nothing was said yet.', refs: ['SMTP-5.1-9', 'SMTP-5.1-12'] },
  { id: 'CONN-3', when: { outcome: ['failed', 'lost'], channel: 'first', addresses: 'none' },       then: 'next-host',
    why: 'No address of this host is left to be tried.', refs: ['DUAL-3-5'] },
  { id: 'CONN-4', when: { outcome: ['failed', 'lost'], channel: 'cleartext-retry' },                then: 'next-host',
    why: 'The second connection was the last thing to try with this host.', refs: ['DUAL-3-5', 'CHOICE-8'] },
]);

// biome-ignore format: a table
export const startTls = defineTable({
  name: 'start-tls',
  about: 'What to do after the first EHLO reply (RFC 3207). `channel` tells the second connection, made in clear on purpose, from the first; `in-clear`: to a relay with which the operator wants none.',
  inputs: {
    channel: ['first', 'cleartext-retry', 'in-clear'],
    offered: ['offered', 'not-offered'],
    strictness: STRICTNESS,
  },
  verdicts: ['start', 'stay-in-clear', 'give-up'],
})([
  { id: 'TLS-1', when: { channel: 'first', offered: 'offered', strictness: ['opportunistic', 'encrypted', 'authenticated'] }, then: 'start',
    why: 'TLS is used wherever it is offered, whoever answers.', refs: ['STLS-6-2', 'RTLS-3-3'] },
  { id: 'TLS-2', when: { channel: 'first', offered: 'not-offered', strictness: 'opportunistic' },                 then: 'stay-in-clear',
    why: 'Nobody was promised TLS.', refs: ['DANE-2.2-3', 'STLS-6-2'] },
  { id: 'TLS-3', when: { channel: 'first', offered: 'not-offered', strictness: ['encrypted', 'authenticated'] },  then: 'give-up',
    why: 'A missing offer under a demand for TLS is what a stripping attacker shows.', refs: ['STS-5-1', 'DANE-2.2-2', 'DANE-2.2-1', 'CHOICE-6'] },
  { id: 'TLS-4', when: { channel: 'cleartext-retry', strictness: 'opportunistic' },                               then: 'stay-in-clear',
    why: 'TLS with this host was tried a moment ago and could not be started.', refs: ['DANE-2.2-4', 'CHOICE-8'] },
  { id: 'TLS-5', when: { channel: 'cleartext-retry', strictness: ['encrypted', 'authenticated'] },                then: 'give-up',
    why: 'A demand for TLS is never answered in clear.', refs: ['X-7'] },
  { id: 'TLS-7', when: { channel: 'in-clear', strictness: 'opportunistic' },                                      then: 'stay-in-clear',
    why: 'The operator knows the way to this relay, and wants nothing else on it.', refs: ['OS-3-5'] },
  { id: 'TLS-8', when: { channel: 'in-clear', strictness: ['encrypted', 'authenticated'] },                       then: 'give-up',
    why: 'TLS is demanded of this session, and the operator wants none with this relay.', refs: ['X-7'] },
  { id: 'TLS-6', when: { strictness: 'unreachable' },                                                             then: 'give-up',
    why: 'This host was not to be connected to.', refs: ['DANE-10-1'] },
]);

// biome-ignore format: a table
export const tlsOutcome = defineTable({
  name: 'tls-outcome',
  about: 'What it means how STARTTLS and the handshake went. After anything but success the connection is left (RFC 3207, Section 4).',
  inputs: {
    outcome: ['established', 'refused-for-now', 'refused', 'injected', 'handshake-failed'],
    cleartextRetry: ['allowed', 'forbidden'],
  },
  verdicts: ['inspect', 'retry-in-clear', 'give-up', 'give-up-for-now'],
})([
  { id: 'TOUT-1', when: { outcome: 'established' },                                                                      then: 'inspect',
    why: 'Whether the peer will do is judged at once, before anything is said.', refs: ['STLS-4.1-1'] },
  { id: 'TOUT-2', when: { outcome: ['refused-for-now', 'refused', 'handshake-failed'], cleartextRetry: 'allowed' },      then: 'retry-in-clear',
    why: 'Nobody was promised TLS, and this connection is not fit for use any more.', refs: ['STLS-4-2', 'STLS-4-3', 'DANE-2.2-4', 'CHOICE-8'] },
  { id: 'TOUT-3', when: { outcome: ['refused-for-now', 'handshake-failed'], cleartextRetry: 'forbidden' },               then: 'give-up-for-now',
    why: 'TLS may not be done without, and may work later.', refs: ['STS-5-1', 'DANE-2.2-2', 'CHOICE-6'] },
  { id: 'TOUT-4', when: { outcome: 'refused', cleartextRetry: 'forbidden' },                                             then: 'give-up',
    why: 'The server says for good that it does no TLS; another host may, and the owner can repair it.', refs: ['STS-5-1', 'DANE-2.2-2', 'CHOICE-6', 'CHOICE-7'] },
  { id: 'TOUT-5', when: { outcome: 'injected' },                                                                         then: 'give-up-for-now',
    why: "Octets in clear behind that reply are how words are put into a server's mouth; such a path is not used in any way.", refs: ['STLS-4-5', 'CHOICE-8'] },
]);

// biome-ignore format: a table
export const peerAuthentication = defineTable({
  name: 'peer-authentication',
  about: 'Whether the peer is who it must be. Verdicts name what was demanded and passed. `sts`: whether a kept policy is in force whose currency is not confirmed.',
  inputs: {
    dane: ['not-demanded', 'passed', 'failed', 'suffices', 'does-not-suffice'],
    pkix: ['not-demanded', 'passed', 'failed'],
    sts: ['fresh', 'stale'],
  },
  verdicts: ['none', 'pkix', 'dane', 'dane+pkix', 'refuse', 'refuse-for-now'],
})([
  { id: 'PEER-1', when: { dane: 'not-demanded', pkix: 'not-demanded' },                                     then: 'none',
    why: 'Nobody asked who answers.', refs: ['OS-3-2', 'CHOICE-13'] },
  { id: 'PEER-2', when: { dane: ['not-demanded', 'does-not-suffice'], pkix: 'passed' },                     then: 'pkix',
    why: 'The certificate is valid for the name that was asked for.', refs: ['STS-4.2-1', 'STS-4.2-2', 'RTLS-4.2.1-3'] },
  { id: 'PEER-3', when: { dane: 'passed', pkix: 'not-demanded' },                                           then: 'dane',
    why: 'The chain matches a TLSA record.', refs: ['DANE-3.2-1'] },
  { id: 'PEER-4', when: { dane: 'passed', pkix: 'passed' },                                                 then: 'dane+pkix',
    why: 'Both demands are met.', refs: ['X-1', 'CHOICE-1'] },
  { id: 'PEER-5', when: { dane: 'suffices' },                                                               then: 'dane',
    why: 'The chain matches a TLSA record, which is all that the operator asks for.', refs: ['STLS-6-1', 'CHOICE-9'] },
  { id: 'PEER-6', when: { dane: 'failed', sts: 'fresh' },                                                   then: 'refuse',
    why: 'No TLSA record vouches for what the host presented, and nothing else rescues it.', refs: ['DANE-3.2-1', 'DANE-9.1-2', 'STS-2-1'] },
  { id: 'PEER-7', when: { dane: ['not-demanded', 'passed', 'does-not-suffice'], pkix: 'failed', sts: 'fresh' }, then: 'refuse',
    why: 'The host presented no certificate that is trusted here, in its dates and for the name that was asked for, and nothing else rescues it.', refs: ['STS-5-1', 'RTLS-4.2.1-3', 'X-1'] },
  { id: 'PEER-8', when: { dane: 'failed', sts: 'stale' },                                                   then: 'refuse-for-now',
    why: 'No TLSA record vouches for what the host presented, and what is known of its domain may be out of date.', refs: ['DANE-3.2-1', 'CHOICE-7'] },
  { id: 'PEER-9', when: { dane: ['not-demanded', 'passed', 'does-not-suffice'], pkix: 'failed', sts: 'stale' }, then: 'refuse-for-now',
    why: 'The host presented no certificate that is trusted here, in its dates and for the name that was asked for, and a newer policy may see it otherwise.', refs: ['STS-5-1', 'CHOICE-7'] },
  { id: 'PEER-10', when: { dane: 'does-not-suffice', pkix: 'not-demanded' },                                then: 'refuse',
    why: 'Somebody asked who answers, and nothing tells.', refs: ['STLS-6-1'] },
]);

// biome-ignore format: a table
export const messageFit = defineTable({
  name: 'message-fit',
  about: 'Whether the server can take this message, by what it offers in the EHLO reply that counts. `body`: whether the message has octets beyond ASCII, and 8BITMIME for them. `leniency`: the message set a policy aside that this host may fail.',
  inputs: {
    size: ['fits', 'too-large'],
    utf8: ['not-needed', 'offered', 'missing'],
    body: ['seven-bit', 'offered', 'missing'],
    setting: ['return', 'send'],
    purpose: ['deliver', 'explain'],
    leniency: ['no', 'overridden'],
  },
  verdicts: ['send', 'stop-here', 'too-large', 'too-large-here', 'utf8-missing', 'eight-bit-missing'],
})([
  { id: 'FIT-1', when: { size: 'fits', utf8: ['not-needed', 'offered'], body: ['seven-bit', 'offered'], purpose: 'deliver' },   then: 'send',
    why: 'The server offers what the message needs.', refs: ['SMTP-4.1.1.2-1', 'U8-3.4-1', '8BIT-3-1'] },
  { id: 'FIT-7', when: { size: 'fits', utf8: ['not-needed', 'offered'], body: 'missing', setting: 'send', purpose: 'deliver' },   then: 'send',
    why: 'Servers that say nothing of 8BITMIME take such mail all the same, by what the operator has seen.', refs: ['8BIT-3-2'] },
  { id: 'FIT-5', when: { size: 'too-large', leniency: 'overridden' },       then: 'too-large-here',
    why: 'Under its policy the message might never have come to this host, so another one may still take it.', refs: ['SIZE-7-1', 'CHOICE-9'] },
  { id: 'FIT-2', when: { size: 'too-large', leniency: 'no' },               then: 'too-large',
    why: 'The server said how much it takes; sending would be refused after all the octets.', refs: ['SIZE-7-1'] },
  { id: 'FIT-3', when: { size: 'fits', utf8: 'missing' },                   then: 'utf8-missing',
    why: 'Addresses or headers beyond ASCII may not be sent here; another host may take them.', refs: ['U8-3.2-2'] },
  { id: 'FIT-6', when: { size: 'fits', utf8: ['not-needed', 'offered'], body: 'missing', setting: 'return' },       then: 'eight-bit-missing',
    why: 'Octets beyond ASCII are never sent to a server that did not offer to take them; another host may.', refs: ['8BIT-3-2', 'SMTP-2.4-2'] },
  { id: 'FIT-4', when: { size: 'fits', utf8: ['not-needed', 'offered'], body: ['seven-bit', 'offered'], purpose: 'explain' },   then: 'stop-here',
    why: 'All that was to be learned is learned; no mail is sent.', refs: ['STLS-4.1-1'] },
  { id: 'FIT-8', when: { size: 'fits', utf8: ['not-needed', 'offered'], body: 'missing', setting: 'send', purpose: 'explain' },   then: 'stop-here',
    why: 'All that was to be learned is learned, and the operator would have it sent; no mail is.', refs: ['8BIT-3-2'] },
]);

// biome-ignore format: a table
export const replyMeaning = defineTable({
  name: 'reply-meaning',
  about: 'What a server\'s reply means for the recipients it speaks of. `ehlo` is the first EHLO, which HELO may follow; `hello` is HELO, or EHLO under TLS. `leniency`: `out-of-step`, where among the replies to a transaction is one that answers none of its commands; `login`, where a relay wants AUTH or TLS first (530; RFC 4954, Section 6); `other-family`, at the first attempt at a host with addresses of both families, when it refuses for policy reasons (X.7.X); `overridden`, where the message set a policy aside that this host may fail.',
  inputs: {
    stage: ['greeting', 'ehlo', 'hello', 'mail', 'rcpt', 'data', 'end'],
    reply: ['positive', '4yz', '5yz', 'lost'],
    leniency: ['no', 'out-of-step', 'login', 'other-family', 'overridden'],
  },
  verdicts: ['go-on', 'delivered', 'say-helo', 'next-host', 'refused-here', 'bounce'],
})([
  { id: 'REPLY-1', when: { stage: ['greeting', 'ehlo', 'hello', 'mail', 'rcpt', 'data'], reply: 'positive' },                 then: 'go-on',
    why: 'The server agrees to this step.', refs: ['SMTP-4.2-1'] },
  { id: 'REPLY-2', when: { stage: 'end', reply: 'positive' },                                                         then: 'delivered',
    why: 'The server has taken responsibility for the message.', refs: ['SMTP-4.2-1'] },
  { id: 'REPLY-3', when: { stage: ['greeting', 'hello'], reply: ['4yz', '5yz', 'lost'] },                             then: 'next-host',
    why: 'The message had not come up yet, so nothing was said about it.', refs: ['SMTP-3.1-1', 'RC-3-1', 'DUAL-3-6'] },
  { id: 'REPLY-7', when: { stage: 'ehlo', reply: ['4yz', 'lost'] },                                                   then: 'next-host',
    why: 'The message had not come up yet, so nothing was said about it, and the server may serve us later.', refs: ['SMTP-3.8-1', 'DUAL-3-6'] },
  { id: 'REPLY-8', when: { stage: 'ehlo', reply: '5yz' },                                                             then: 'say-helo',
    why: 'A server from before EHLO may still know HELO.', refs: ['SMTP-2.2.1-1'] },
  { id: 'REPLY-4', when: { stage: ['mail', 'rcpt', 'data', 'end'], reply: ['4yz', 'lost'] },                          then: 'next-host',
    why: 'Another host may take it now; if none does, this one may later.', refs: ['SMTP-3.8-1', 'DUAL-3-6', 'CHOICE-15'] },
  { id: 'REPLY-11', when: { stage: ['mail', 'rcpt', 'data', 'end'], reply: '5yz', leniency: 'out-of-step' },           then: 'next-host',
    why: 'One of the replies answers no command that was given, so that nobody can tell which of them, and so whom, this refusal is for.', refs: ['PIPE-3.1-2', 'SMTP-4.3.2-1'] },
  { id: 'REPLY-10', when: { stage: ['mail', 'rcpt', 'data', 'end'], reply: '5yz', leniency: 'login' },                 then: 'next-host',
    why: 'It is the way in that the relay does not like, in clear or without a name; the operator can mend that, and the message is good.', refs: ['AUTH-6-1'] },
  { id: 'REPLY-5', when: { stage: ['mail', 'rcpt', 'data', 'end'], reply: '5yz', leniency: 'no' },                    then: 'bounce',
    why: 'The server has refused it for good; saying it again would change nothing.', refs: ['DUAL-3-6', 'CHOICE-15'] },
  { id: 'REPLY-6', when: { stage: ['mail', 'rcpt', 'data', 'end'], reply: '5yz', leniency: 'other-family' },                   then: 'next-host',
    why: 'Block lists judge by address: the other address family may be welcome at the next attempt.', refs: ['CHOICE-10'] },
  { id: 'REPLY-9', when: { stage: ['mail', 'rcpt', 'data', 'end'], reply: '5yz', leniency: 'overridden' },            then: 'refused-here',
    why: 'Under its policy the message might never have come to this host, so another one may still take it.', refs: ['CHOICE-9', 'RTLS-3-2'] },
]);
