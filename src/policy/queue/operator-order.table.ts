import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const operatorOrder = defineTable({
  name: 'operator-order',
  about: 'What becomes of an order of the operator about a queued message. `next-turn`: the message is taken up at once for it, or as soon as the attempt under way is over.',
  inputs: {
    order: ['hold', 'release', 'kick', 'fail', 'drop', 'set-tls', 'set-transport'],
    message: ['waiting', 'held', 'attempting', 'ended'],
    why: ['given', 'missing'],
  },
  verdicts: ['change', 'next-turn', 'nothing-to-do', 'refuse'],
})([
  { id: 'ORD-1', when: { message: 'ended' },                                                              then: 'refuse',
    why: 'What has ended has been told to its sender, and cannot end otherwise.', refs: ['SMTP-4.2.5-1'] },
  { id: 'ORD-2', when: { order: ['fail', 'drop'], message: ['waiting', 'held', 'attempting'] },           then: 'next-turn',
    why: 'An end is made in one place only, with the notice that it takes.', refs: ['SMTP-3.6.3-1'] },
  { id: 'ORD-3', when: { order: 'hold', message: ['waiting', 'attempting'] },                             then: 'change',
    why: 'What is under way cannot be called back, and what comes after it can.', refs: ['SMTP-4.5.4.1-4'] },
  { id: 'ORD-4', when: { order: 'hold', message: 'held' },                                                then: 'nothing-to-do',
    why: 'It is out of the way already.', refs: ['SMTP-4.5.4.1-4'] },
  { id: 'ORD-5', when: { order: 'release', message: 'held' },                                             then: 'change',
    why: 'Whoever releases it wants it to go.', refs: ['SMTP-4.5.4.1-4'] },
  { id: 'ORD-6', when: { order: 'release', message: ['waiting', 'attempting'] },                          then: 'nothing-to-do',
    why: 'Nobody keeps it from going.', refs: ['SMTP-4.5.4.1-4'] },
  { id: 'ORD-7', when: { order: 'kick', message: 'waiting' },                                             then: 'change',
    why: 'The operator may know that what stood in the way is gone.', refs: ['SMTP-4.5.4.1-4'] },
  { id: 'ORD-8', when: { order: 'kick', message: ['held', 'attempting'] },                                then: 'nothing-to-do',
    why: 'Held, it is not to go; under way, it goes already.', refs: ['SMTP-4.5.4.1-4'] },
  { id: 'ORD-9', when: { order: 'set-tls', message: ['waiting', 'held', 'attempting'], why: 'given' },    then: 'change',
    why: 'The operator answers for it, and his reason is kept with it.', refs: ['RTLS-4.1-1'] },
  { id: 'ORD-10', when: { order: 'set-tls', message: ['waiting', 'held', 'attempting'], why: 'missing' }, then: 'refuse',
    why: 'Setting aside what the sender asked for takes a reason that can be read later.', refs: ['RTLS-4.1-1'] },
  { id: 'ORD-11', when: { order: 'set-transport', message: ['waiting', 'held', 'attempting'] },           then: 'change',
    why: 'Another way may be open.', refs: ['SMTP-2.2.3-1'] },
]);

export type OrderName = (typeof operatorOrder.inputs.order)[number];
export type OrderVerdict = (typeof operatorOrder.verdicts)[number];
