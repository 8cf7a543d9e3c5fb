/*
 * What is taken into the queue, and from whom. Each stage of a transaction asks a table of its own, so that who is refused hears
 * of it as soon as it can be known.
 */

import { type Decision, decide, defineTable } from '../kernel/table.js';
import { domainPart } from '../names/mailbox.js';

// biome-ignore format: a table
export const submissionRight = defineTable({
  name: 'submission-right',
  about: 'Who may hand mail in. `local`: at this host, over loopback or a socket of the file system. Whoever is remote is never taken without a name, so that nobody finds an open relay here.',
  inputs: {
    peer: ['local', 'remote'],
    users: ['none', 'some'],
    login: ['none', 'done'],
  },
  verdicts: ['take', 'log-in-first', 'refuse'],
})([
  { id: 'RIGHT-1', when: { login: 'done' },                                   then: 'take',
    why: 'It is known who answers for the mail.', refs: ['SMTP-4.5.4.1-1'] },
  { id: 'RIGHT-2', when: { login: 'none', users: 'some' },                    then: 'log-in-first',
    why: 'Where there are users, everybody is to be one; a program at this host, too, may be somebody else\'s.', refs: ['AUTH-4-1'] },
  { id: 'RIGHT-3', when: { login: 'none', users: 'none', peer: 'local' },     then: 'take',
    why: 'Who is at this host already can send mail by other ways as well.', refs: ['SMTP-4.5.4.1-1'] },
  { id: 'RIGHT-4', when: { login: 'none', users: 'none', peer: 'remote' },    then: 'refuse',
    why: 'Nobody answers for it, and whoever sends for strangers ends on block lists.', refs: ['SMTP-4.2.1-2'] },
]);

// biome-ignore format: a table
export const senderRight = defineTable({
  name: 'sender-right',
  about: 'Whether who logged in may write from that address. `list`: the addresses and domains that are his.',
  inputs: {
    list: ['none', 'given'],
    sender: ['null', 'listed', 'not-listed'],
  },
  verdicts: ['take', 'refuse'],
})([
  { id: 'FROM-1', when: { list: 'none' },                                then: 'take',
    why: 'The operator has set him no bounds.', refs: ['SMTP-4.2.1-2'] },
  { id: 'FROM-2', when: { list: 'given', sender: ['null', 'listed'] },   then: 'take',
    why: 'It is his; and the null sender is nobody\'s, for answers that must not be answered.', refs: ['SMTP-4.5.4-1'] },
  { id: 'FROM-3', when: { list: 'given', sender: 'not-listed' },         then: 'refuse',
    why: 'The answers to it would go to somebody else.', refs: ['SMTP-4.2.1-2'] },
]);

// biome-ignore format: a table
export const envelopeLine = defineTable({
  name: 'envelope-line',
  about: 'What is said to MAIL or RCPT as it is written. `beyond-ascii`: an address that only SMTPUTF8 can carry, where it was not asked for (RFC 6531, Section 3.2).',
  inputs: {
    parameters: ['known', 'unknown', 'malformed', 'switched-off'],
    address: ['fit', 'beyond-ascii', 'malformed', 'suppressed'],
  },
  verdicts: ['take', 'refuse', 'bad-parameter', 'unknown-parameter', 'bad-address', 'ask-for-utf8'],
})([
  { id: 'LINE-1', when: { parameters: ['unknown', 'switched-off'] },              then: 'unknown-parameter',
    why: 'Who sets a parameter relies on what it means.', refs: ['SMTP-4.2.1-2'] },
  { id: 'LINE-2', when: { parameters: 'malformed' },                              then: 'bad-parameter',
    why: 'What cannot be read cannot be kept.', refs: ['DSN-3461-4.1-1', 'DSN-3461-4.2-1', 'DSN-3461-4.3-1', 'DSN-3461-4.4-1'] },
  { id: 'LINE-3', when: { parameters: 'known', address: 'malformed' },            then: 'bad-address',
    why: 'Nobody could be reached by it, and nobody told.', refs: ['SMTP-4.2.1-2'] },
  { id: 'LINE-4', when: { parameters: 'known', address: 'beyond-ascii' },         then: 'ask-for-utf8',
    why: 'The servers behind us have to be asked whether they can, and only the client can say that it knows.', refs: ['U8-3.2-2'] },
  { id: 'LINE-6', when: { parameters: 'known', address: 'suppressed' },           then: 'refuse',
    why: 'The operator wants nothing to be sent there, and who sends hears of it at once.', refs: ['SMTP-4.2.1-2'] },
  { id: 'LINE-5', when: { parameters: 'known', address: 'fit' },                  then: 'take',
    why: 'It can be written to others as it stands.', refs: ['SMTP-4.2.1-2'] },
]);

// biome-ignore format: a table
export const admission = defineTable({
  name: 'admission',
  about: 'Whether a message is taken over, judged when it is announced and again when it is there. `room`: whether the disk has enough left for it and for what is on its way; '
    + '`allowance`: what its user may still send; `content`: what its octets showed.',
  inputs: {
    door: ['open', 'closing'],
    room: ['enough', 'too-little'],
    allowance: ['left', 'spent'],
    content: ['fit', 'too-large', 'bare-line-ends', 'too-many-hops', 'header-too-large'],
  },
  verdicts: ['keep', 'come-again', 'no-room', 'slow-down', 'too-large', 'bare-line-ends', 'loop', 'header-too-large'],
})([
  { id: 'ADMIT-1', when: { door: 'closing' },                                                                       then: 'come-again',
    why: 'What is answered now must be kept before the end, and nobody knows how long that takes.', refs: ['SMTP-4.2.1-1'] },
  { id: 'ADMIT-2', when: { door: 'open', content: 'too-large' },                                                    then: 'too-large',
    why: 'It will be as large the next time.', refs: ['SIZE-7-1'] },
  { id: 'ADMIT-3', when: { door: 'open', content: 'bare-line-ends' },                                               then: 'bare-line-ends',
    why: 'Servers differ in what they take for the end of a line, and one message for some is two for others.', refs: ['SMTP-2.3.8-1'] },
  { id: 'ADMIT-4', when: { door: 'open', content: 'too-many-hops' },                                                then: 'loop',
    why: 'It has come by so many servers that it goes in a circle.', refs: ['SMTP-6.3-1'] },
  { id: 'ADMIT-5', when: { door: 'open', content: 'header-too-large' },                                             then: 'header-too-large',
    why: 'No program writes such a header, and none reads it.', refs: ['CHOICE-25'] },
  { id: 'ADMIT-6', when: { door: 'open', content: 'fit', room: 'too-little' },                                      then: 'no-room',
    why: 'The client can wait, and what is here already cannot.', refs: ['SMTP-4.2.1-1'] },
  { id: 'ADMIT-7', when: { door: 'open', content: 'fit', room: 'enough', allowance: 'spent' },                      then: 'slow-down',
    why: 'A password that was stolen shows first in how much is sent with it.', refs: ['SMTP-4.2.1-1'] },
  { id: 'ADMIT-8', when: { door: 'open', content: 'fit', room: 'enough', allowance: 'left' },                       then: 'keep',
    why: 'Nothing speaks against it.', refs: ['SMTP-4.5.4.1-1'] },
]);

/** What a client is answered. `text` begins with the enhanced status (RFC 3463). */
export interface AdmissionReply {
  readonly code: number;
  readonly text: string;
}

/** What each verdict that refuses is answered with. */
export const REFUSALS = {
  'log-in-first': { code: 530, text: '5.7.0 log in first; AUTH is offered under TLS' },
  refuse: {
    code: 550,
    text: '5.7.1 nobody may hand mail in from there; only this host may, where there are no users',
  },
  'not-yours': { code: 550, text: '5.7.1 this sender is not yours' },
  suppressed: { code: 550, text: '5.7.1 nothing is taken for this recipient any more' },
  'bad-parameter': { code: 501, text: '5.5.4 a parameter has a value that it cannot have' },
  'unknown-parameter': { code: 555, text: '5.5.4 a parameter is not known here' },
  'bad-sender': { code: 553, text: '5.1.7 the sender is no mail address' },
  'bad-recipient': { code: 553, text: '5.1.3 the recipient is no mail address' },
  'ask-for-utf8': { code: 553, text: '5.6.7 an address beyond ASCII takes SMTPUTF8' },
  'come-again': { code: 421, text: '4.3.2 closing; try again later' },
  'no-room': { code: 452, text: '4.3.1 there is no room left; try again later' },
  'slow-down': { code: 450, text: '4.7.1 you have sent as much as you may in an hour; try again later' },
  'too-large': { code: 552, text: '5.3.4 the message is larger than it may be' },
  'bare-line-ends': { code: 554, text: '5.6.0 lines end by CR and LF together, and nothing else may' },
  loop: { code: 554, text: '5.4.6 the message has come by too many servers' },
  'header-too-large': { code: 554, text: '5.6.0 the header is longer than any may be' },
} as const satisfies Readonly<Record<string, AdmissionReply>>;

/** Who may hand mail in. Total. */
export function judgeSubmitter(facts: {
  readonly peer: 'local' | 'remote';
  readonly users: 'none' | 'some';
  readonly login: 'none' | 'done';
}): Decision<(typeof submissionRight.verdicts)[number]> {
  return decide(submissionRight, facts);
}

/** Whether that sender is his. `sender`: without angle brackets; `list`: addresses, domains, and `.domain` for all below it. Total. */
export function judgeSender(sender: string, list: readonly string[]): Decision<'take' | 'refuse'> {
  const domain = domainPart(sender).toLowerCase();
  const isListed = list.some((each) => {
    const wanted = each.toLowerCase();
    if (wanted.includes('@')) return wanted === sender.toLowerCase();
    return wanted.startsWith('.') ? domain.endsWith(wanted) : domain === wanted;
  });
  return decide(senderRight, {
    list: list.length === 0 ? 'none' : 'given',
    sender: sender === '' ? 'null' : isListed ? 'listed' : 'not-listed',
  });
}

/** A line of the envelope. Total. */
export function judgeLine(facts: {
  readonly parameters: (typeof envelopeLine.inputs.parameters)[number];
  readonly address: (typeof envelopeLine.inputs.address)[number];
}): Decision<(typeof envelopeLine.verdicts)[number]> {
  return decide(envelopeLine, facts);
}

export interface AdmissionFacts {
  readonly door: 'open' | 'closing';
  readonly room: 'enough' | 'too-little';
  readonly allowance: 'left' | 'spent';
  readonly content: (typeof admission.inputs.content)[number];
}

/** Whether a message is taken over. Total. */
export function judgeAdmission(facts: AdmissionFacts): Decision<(typeof admission.verdicts)[number]> {
  return decide(admission, facts);
}
