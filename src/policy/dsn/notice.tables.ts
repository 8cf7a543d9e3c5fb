/*
 * Who is told what about a message: whether a notice is due at all, how much of the message goes back with it, and in which
 * characters it is written. A notice of silence is a verdict too, so that each end of a message has a row.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const notice = defineTable({
  name: 'notice',
  about: 'Whether the sender is told what became of a recipient (RFC 3461, Section 5.2). `relayed`: handed to a server that does not send notices itself; '
    + '`passed-on`: to one that does; `delivered`: to where mail ends. `notify`: what the sender listed for that kind of event.',
  inputs: {
    event: ['failed', 'dropped', 'delayed', 'relayed', 'passed-on', 'delivered'],
    notify: ['absent', 'listed', 'not-listed', 'never'],
    sender: ['given', 'null'],
    origin: ['ordinary', 'report'],
  },
  verdicts: ['failed', 'delayed', 'relayed', 'delivered', 'none'],
})([
  { id: 'NOTE-1', when: { sender: 'null' },                                                                                  then: 'none',
    why: 'There is nobody to tell, and a notice about a notice would have no end.', refs: ['SMTP-3.6.3-2', 'SMTP-4.5.4-1', 'DSN-3461-5.2-1'] },
  { id: 'NOTE-2', when: { sender: 'given', notify: ['never', 'not-listed'], event: ['failed', 'delayed', 'relayed', 'passed-on', 'delivered'] }, then: 'none',
    why: 'The sender asked not to be told of this.', refs: ['DSN-3461-5.2.6-1', 'DSN-3461-5.2.5-1', 'DSN-3461-5.2.2-3'] },
  { id: 'NOTE-3', when: { sender: 'given', notify: ['absent', 'listed'], event: 'failed', origin: 'ordinary' },              then: 'failed',
    why: 'What was accepted is delivered or given back.', refs: ['SMTP-3.6.3-1', 'DSN-3461-5.2.6-1', 'RTLS-4.2.1-9'] },
  { id: 'NOTE-4', when: { sender: 'given', notify: ['absent', 'listed'], event: 'delayed', origin: 'ordinary' },             then: 'delayed',
    why: 'Who hears of it in time can choose another way.', refs: ['DSN-3461-5.2.5-1', 'DSN-3461-4.1-2'] },
  { id: 'NOTE-5', when: { sender: 'given', notify: 'listed', event: 'relayed' },                                             then: 'relayed',
    why: 'Success was asked for, and the next server will say nothing.', refs: ['DSN-3461-5.2.2-2', 'DSN-3464-2.3.3-1'] },
  { id: 'NOTE-6', when: { sender: 'given', notify: 'listed', event: 'delivered' },                                           then: 'delivered',
    why: 'Success was asked for, and nobody comes behind us who could tell of it.', refs: ['DSN-3461-5.2.6-1'] },
  { id: 'NOTE-7', when: { sender: 'given', notify: ['absent', 'listed'], event: ['failed', 'delayed'], origin: 'report' },   then: 'none',
    why: 'Software wrote it, and its own tally tells what became of it.', refs: ['SMTP-4.5.4-1'] },
  { id: 'NOTE-8', when: { sender: 'given', notify: 'absent', event: ['relayed', 'passed-on', 'delivered'] },                 then: 'none',
    why: 'Success is what a sender expects, unless he asks to hear of it.', refs: ['DSN-3464-2.3.3-1', 'DSN-3461-4.1-2'] },
  { id: 'NOTE-9', when: { sender: 'given', notify: 'listed', event: 'passed-on' },                                           then: 'none',
    why: 'The next server took over the request with the message, and two notices would contradict each other.', refs: ['DSN-3464-3-1'] },
  { id: 'NOTE-10', when: { sender: 'given', event: 'dropped' },                                                              then: 'none',
    why: 'The operator chose to end it in silence; to end it aloud there is another order.', refs: ['DSN-3461-5.2.6-1'] },
]);

// biome-ignore format: a table
export const noticeContent = defineTable({
  name: 'notice-content',
  about: 'How much of the message goes back with a notice (RFC 3461, Section 6.2; RFC 8689, Section 5).',
  inputs: {
    notice: ['failed', 'other'],
    ret: ['absent', 'full', 'headers'],
    requireTls: ['no', 'yes'],
    size: ['fits', 'too-large'],
  },
  verdicts: ['message', 'headers'],
})([
  { id: 'RET-1', when: { requireTls: 'yes' },                                                             then: 'headers',
    why: 'The way back may not be protected, so the content does not take it, whatever was asked for.', refs: ['RTLS-5-2', 'RTLS-5-3'] },
  { id: 'RET-2', when: { requireTls: 'no', notice: 'other' },                                             then: 'headers',
    why: 'Nothing was lost that would have to be given back.', refs: ['DSN-3461-6.2-1'] },
  { id: 'RET-3', when: { requireTls: 'no', notice: 'failed', ret: 'headers' },                            then: 'headers',
    why: 'The sender keeps a copy of his own.', refs: ['DSN-3461-6.2-1'] },
  { id: 'RET-4', when: { requireTls: 'no', notice: 'failed', ret: ['absent', 'full'], size: 'fits' },     then: 'message',
    why: 'The sender may have no other copy.', refs: ['DSN-3461-6.2-1'] },
  { id: 'RET-5', when: { requireTls: 'no', notice: 'failed', ret: ['absent', 'full'], size: 'too-large' }, then: 'headers',
    why: 'A notice that is too large to be delivered tells nobody anything.', refs: ['DSN-3461-6.2-1'] },
]);

// biome-ignore format: a table
export const noticeForm = defineTable({
  name: 'notice-form',
  about: 'In which characters a notice is written (RFC 6533). A return path beyond ASCII can only be reached by SMTPUTF8, so a notice to it may say everything in UTF-8; of any other way this is not known.',
  inputs: {
    returnPath: ['ascii', 'utf8'],
    content: ['ascii', 'utf8'],
  },
  verdicts: ['ascii', 'global', 'global-in-7bit'],
})([
  { id: 'FORM-1', when: { returnPath: 'ascii', content: 'ascii' }, then: 'ascii',
    why: 'Everybody can read it.', refs: ['DSN-3464-2.1-1'] },
  { id: 'FORM-2', when: { returnPath: 'utf8' },                    then: 'global',
    why: 'Whoever has such an address has a server for it.', refs: ['DSN-6533-3-1'] },
  { id: 'FORM-3', when: { returnPath: 'ascii', content: 'utf8' },  then: 'global-in-7bit',
    why: 'The way back may know ASCII only, and must not stop the notice.', refs: ['DSN-6533-3-1'] },
]);

export type NoticeEvent = (typeof notice.inputs.event)[number];
export type NoticeVerdict = (typeof notice.verdicts)[number];
/** What a notice says of a recipient: the word of its Action field (RFC 3464, Section 2.3.3). */
export type NoticeAction = Exclude<NoticeVerdict, 'none'>;
export type NoticeForm = (typeof noticeForm.verdicts)[number];
