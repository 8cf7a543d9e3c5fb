/*
 * Whether and how we say to a relay who we are (RFC 4954), asked behind the EHLO reply that counts: which of the operator's
 * mechanisms will do here, what to do if none does, and what the answer means. A refusal is a matter between the relay and
 * the operator, and no message is returned for it.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const authMechanism = defineTable({
  name: 'auth-mechanism',
  about: 'Whether a mechanism that the operator allows will do in this session; asked for each of them in his order, and the first that will is used. '
    + '`session`: in clear, under TLS with somebody who proved nothing, or under TLS with a relay that is who it must be. '
    + '`kind`: `bound`, a proof bound to the TLS session (SCRAM-...-PLUS); `proof`, one that is not (SCRAM); `digest`, a digest of the password (CRAM-MD5); `secret`, the password or a token itself; `external`, nothing but a name.',
  inputs: {
    offered: ['yes', 'no'],
    session: ['clear', 'unverified', 'verified'],
    kind: ['bound', 'proof', 'digest', 'secret', 'external'],
  },
  verdicts: ['usable', 'not-offered', 'not-here'],
})([
  { id: 'AMECH-1', when: { offered: 'no' },                                                                     then: 'not-offered',
    why: 'The relay does not know it.', refs: ['AUTH-4-2'] },
  { id: 'AMECH-2', when: { offered: 'yes', session: 'clear' },                                                  then: 'not-here',
    why: 'Whoever listens could use what he hears, or learn the password from it.', refs: ['AUTH-14-1', 'SCRAM-9-2'] },
  { id: 'AMECH-3', when: { offered: 'yes', session: ['unverified', 'verified'], kind: ['bound', 'proof'] },     then: 'usable',
    why: 'It shows that the password is known on both sides, and shows it to nobody.', refs: ['SCRAM-7677-3-1', 'SCRAM-5-1'] },
  { id: 'AMECH-4', when: { offered: 'yes', session: 'unverified', kind: ['digest', 'secret', 'external'] },     then: 'not-here',
    why: 'It would be given to whoever answers.', refs: ['AUTH-14-1', 'SID-7817-3-1', 'SCRAM-9-2'] },
  { id: 'AMECH-5', when: { offered: 'yes', session: 'verified', kind: ['digest', 'secret', 'external'] },       then: 'usable',
    why: 'The relay has proved who it is, and the operator trusts it with this.', refs: ['AUTH-4-7', 'AUTH-14-1'] },
]);

// biome-ignore format: a table
export const authStep = defineTable({
  name: 'auth-step',
  about: 'Whether we say who we are before the message. `mechanism`: the first that will do here (table `auth-mechanism`).',
  inputs: {
    user: ['none', 'named'],
    mechanism: ['found', 'none'],
  },
  verdicts: ['go-on', 'authenticate', 'wait'],
})([
  { id: 'ASTEP-1', when: { user: 'none' },                          then: 'go-on',
    why: 'The operator named nobody to be known as.', refs: ['AUTH-4-1'] },
  { id: 'ASTEP-2', when: { user: 'named', mechanism: 'found' },     then: 'authenticate',
    why: 'The relay wants to know whose mail it takes.', refs: ['AUTH-4-1', 'AUTH-4-7'] },
  { id: 'ASTEP-3', when: { user: 'named', mechanism: 'none' },      then: 'wait',
    why: 'Without a way to say who we are that may be used here, the mail waits for the operator.', refs: ['AUTH-4-9', 'CHOICE-42'] },
]);

// biome-ignore format: a table
export const authOutcome = defineTable({
  name: 'auth-outcome',
  about: 'What the answer to AUTH means. `failed`: we broke it off, because the relay asked for what is not given, or there is nothing to give. '
    + '`proof`: whether the relay has shown that it knows the password as well (SCRAM); `not-due`: the mechanism has no such thing.',
  inputs: {
    answer: ['accepted', 'refused-for-now', 'refused', 'lost', 'failed'],
    proof: ['shown', 'not-due', 'missing'],
  },
  verdicts: ['go-on', 'wait', 'wait-for-operator'],
})([
  { id: 'AOUT-1', when: { answer: 'accepted', proof: ['shown', 'not-due'] },    then: 'go-on',
    why: 'The relay knows us.', refs: ['AUTH-6-1'] },
  { id: 'AOUT-2', when: { answer: 'accepted', proof: 'missing' },               then: 'wait-for-operator',
    why: 'Who accepts a password without knowing it is not the relay.', refs: ['SCRAM-5-1'] },
  { id: 'AOUT-3', when: { answer: ['refused-for-now', 'lost'] },                then: 'wait',
    why: 'It may know us the next time.', refs: ['AUTH-6-1'] },
  { id: 'AOUT-4', when: { answer: ['refused', 'failed'] },                      then: 'wait-for-operator',
    why: 'The mail is good, and what is wrong is between the relay and the operator, who can repair it.', refs: ['AUTH-6-1', 'CHOICE-42'] },
]);
