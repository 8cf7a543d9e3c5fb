/*
 * Several transactions with one host: what a refusal means on a connection that has carried mail before, and how the recipients
 * come to it who were more than the server takes at a time. Asked behind each transaction, in this order.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const usedConnection = defineTable({
  name: 'used-connection',
  about: 'Whether a connection is left for a fresh one because of the answer to MAIL. `carried`: what went over it before. '
    + '`mail`: the answer; `not-now`: 421 or 452; `closed`: the connection ended instead. Once it is asked for, a fresh connection is one.',
  inputs: {
    carried: ['nothing', 'mail'],
    mail: ['taken', 'not-now', 'closed', 'other'],
  },
  verdicts: ['judge', 'fresh-connection'],
})([
  { id: 'USED-1', when: { carried: 'nothing' },                               then: 'judge',
    why: 'Whatever the server says of a first transaction, it says of the message or of itself.', refs: ['SMTP-4.2-1'] },
  { id: 'USED-2', when: { carried: 'mail', mail: ['taken', 'other'] },        then: 'judge',
    why: 'That is no complaint about how long the connection has been used.', refs: ['SMTP-4.2-1'] },
  { id: 'USED-3', when: { carried: 'mail', mail: ['not-now', 'closed'] },     then: 'fresh-connection',
    why: 'A server that has had enough of a connection has said nothing of the message, which nobody has seen yet.', refs: ['SMTP-3.8-1', 'LIMITS-4.1-1'] },
]);

// biome-ignore format: a table
export const nextTransaction = defineTable({
  name: 'next-transaction',
  about: 'What comes behind a transaction. `waiting`: recipients who were too many for it (452 or 552 behind accepted ones), or were not named in it because the server said how many it takes. '
    + '`message`: whether it was taken, came up for nobody because every recipient was refused, was refused, or got no answer. '
    + '`room`: whether another transaction may follow on this connection, on another one, or not at all in this attempt.',
  inputs: {
    waiting: ['none', 'some'],
    message: ['taken', 'for-nobody', 'refused', 'unanswered'],
    room: ['here', 'elsewhere', 'none'],
  },
  verdicts: ['leave', 'same-connection', 'fresh-connection'],
})([
  { id: 'NTX-1', when: { waiting: 'none' },                                                             then: 'leave',
    why: 'Every recipient has an answer.', refs: ['CHOICE-15'] },
  { id: 'NTX-2', when: { waiting: 'some', message: ['taken', 'for-nobody'], room: 'here' },             then: 'same-connection',
    why: 'The server takes them, only not so many at a time.', refs: ['SMTP-4.5.3.1.10-1', 'LIMITS-4.2-1'] },
  { id: 'NTX-3', when: { waiting: 'some', message: ['taken', 'for-nobody'], room: 'elsewhere' },        then: 'fresh-connection',
    why: 'The server takes them, only not on this connection any more.', refs: ['LIMITS-4.1-1', 'SMTP-4.5.3.1.10-1'] },
  { id: 'NTX-4', when: { waiting: 'some', message: ['refused', 'unanswered'] },                         then: 'leave',
    why: 'What was said of the message, or was not said, would be the same for them.', refs: ['CHOICE-15', 'SMTP-3.8-1'] },
  { id: 'NTX-5', when: { waiting: 'some', message: ['taken', 'for-nobody'], room: 'none' },             then: 'leave',
    why: 'An attempt has to end; who was not named yet comes first in the next one.', refs: ['SMTP-4.5.3.1.10-1'] },
]);
