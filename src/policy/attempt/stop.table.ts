/*
 * What it means that we stop, and not the world: an attempt may be stopped by its caller, or by its own deadline. A stop is
 * no answer to what was asked, so nothing is learned from it: no host is blamed, nothing is counted, and nobody is bounced.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const stopped = defineTable({
  name: 'stopped',
  about: 'What it means that an attempt was stopped, by its caller or by its own deadline, while that was asked. Whoever has no outcome yet waits, and nobody is blamed. '
    + '`lookup`: what is asked before a host is dialled; `dialogue`: from the greeting to the transaction; `end-of-data`: the message had been sent with its final dot.',
  inputs: {
    during: ['lookup', 'connection', 'dialogue', 'transaction', 'end-of-data'],
  },
  verdicts: ['not-tried', 'broken-off', 'reply-not-heard'],
})([
  { id: 'STOP-1', when: { during: 'lookup' },                                  then: 'not-tried',
    why: 'The attempt was stopped while the way was being looked up, so no host further on was tried.', refs: ['CHOICE-18'] },
  { id: 'STOP-2', when: { during: ['connection', 'dialogue', 'transaction'] }, then: 'broken-off',
    why: 'The attempt was stopped before the message was handed over; what the host would have said is not known.', refs: ['CHOICE-18'] },
  { id: 'STOP-3', when: { during: 'end-of-data' },                             then: 'reply-not-heard',
    why: 'The host has the whole message, and its reply was not waited for: it may have been taken, and is sent again all the same.', refs: ['CHOICE-18'] },
]);

// biome-ignore format: a table
export const attemptDeadline = defineTable({
  name: 'attempt-deadline',
  about: 'How long an answer is waited for where the attempt as a whole has a deadline. `until-then`: no longer than that, and nothing new is asked behind it; `until-sent`: as long as the final dot is not sent.',
  inputs: {
    deadline: ['none', 'set'],
    question: ['lookup', 'policy', 'connection', 'dialogue', 'transaction', 'farewell'],
  },
  verdicts: ['own-time', 'until-then', 'until-sent'],
})([
  { id: 'ADL-1', when: { deadline: 'none' },                                                        then: 'own-time',
    why: 'Every answer has a time of its own, and nobody waits for their sum.', refs: ['CHOICE-17'] },
  { id: 'ADL-2', when: { deadline: 'set', question: ['lookup', 'policy', 'connection', 'dialogue'] }, then: 'until-then',
    why: 'Whoever waits for the attempt has no use for another host by then; the next attempt can try it.', refs: ['CHOICE-17', 'CHOICE-18'] },
  { id: 'ADL-3', when: { deadline: 'set', question: 'transaction' },                                then: 'until-sent',
    why: 'Half a message can be given up, but a whole one may be taken already: who leaves before the reply sends it twice.', refs: ['CHOICE-17', 'CHOICE-18'] },
  { id: 'ADL-4', when: { deadline: 'set', question: 'farewell' },                                   then: 'own-time',
    why: 'Everything is decided by then, and a farewell is short.', refs: ['CHOICE-17'] },
]);

export type StopMoment = (typeof stopped.inputs.during)[number];
export type StopVerdict = (typeof stopped.verdicts)[number];
export type DeadlineQuestion = (typeof attemptDeadline.inputs.question)[number];
