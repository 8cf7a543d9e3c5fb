/*
 * The life of a queued message, a turn at a time. A turn begins with what the operator wants, makes one attempt, and ends
 * with what each recipient has come to. Only an attempt ends a message by itself: time that passes, be it by an outage or by
 * a clock that jumps, never does.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const beginTurn = defineTable({
  name: 'begin-turn',
  about: 'What is done with a message whose time has come. `review`: the way to its domain is closed, and the queue wants to know whether its sender has to hear of it; `claims`: how often in a row it was taken up and nothing more was heard of it; '
    + '`way`: whether it waited on the way that it takes by the routes as they are now.',
  inputs: {
    order: ['none', 'fail', 'drop', 'review'],
    hold: ['no', 'held'],
    claims: ['few', 'too-many'],
    way: ['same', 'other'],
  },
  verdicts: ['attempt', 'fail', 'drop', 'review', 'put-back', 'park', 'change-lane'],
})([
  { id: 'TURN-1', when: { order: 'drop' },                                    then: 'drop',
    why: 'The operator wants it gone.', refs: ['SMTP-4.5.4.1-4'] },
  { id: 'TURN-2', when: { order: 'fail' },                                    then: 'fail',
    why: 'The operator wants its sender to know that it will not be delivered.', refs: ['SMTP-3.6.3-1'] },
  { id: 'TURN-3', when: { order: ['none', 'review'], hold: 'held' },                      then: 'put-back',
    why: 'The operator took it up in between, and what he holds is not sent.', refs: ['SMTP-4.5.4.1-4'] },
  { id: 'TURN-4', when: { order: ['none', 'review'], hold: 'no', claims: 'too-many' }, then: 'park',
    why: 'Whatever ended those turns would end the next one, and those of other messages with it; somebody has to look.', refs: ['SMTP-4.5.4.1-1'] },
  { id: 'TURN-5', when: { order: 'none', hold: 'no', claims: 'few', way: 'same' },  then: 'attempt',
    why: 'It was accepted to be delivered.', refs: ['SMTP-4.5.4.1-1'] },
  { id: 'TURN-6', when: { order: 'none', hold: 'no', claims: 'few', way: 'other' }, then: 'change-lane',
    why: 'What is known of a way, and how much may go over it at once, would be counted for another.', refs: ['SMTP-4.5.4.1-5', 'CHOICE-41'] },
  { id: 'TURN-7', when: { order: 'review', hold: 'no', claims: 'few' },       then: 'review',
    why: 'Others were tried on its way and got no further, so an attempt of its own would learn nothing; but its sender has waited all the same.', refs: ['SMTP-4.5.4.1-5', 'SMTP-4.5.4.1-2'] },
]);

// biome-ignore format: a table
export const messageOutcome = defineTable({
  name: 'message-outcome',
  about: 'What an attempt means for a recipient of a queued message. `stopped`: we broke off ourselves; `fault`: something of ours failed; neither says anything about the message. `deferred`: also who was not served in the time that an attempt may take. '
    + '`look`: what the last look at the domain\'s MTA-STS policy said, which is asked for only before a message is given up (table `last-look`).',
  inputs: {
    result: ['delivered', 'rejected', 'deferred', 'fault', 'stopped'],
    attempts: ['left', 'spent'],
    lifetime: ['left', 'over'],
    look: ['not-looked', 'grant-another-attempt', 'wait', 'may-bounce'],
  },
  verdicts: ['delivered', 'bounced', 'expired', 'look', 'wait', 'wait-for-policy', 'try-new-policy', 'try-again'],
})([
  { id: 'OUT-1', when: { result: 'delivered' },                                              then: 'delivered',
    why: 'Another server has taken over.', refs: ['SMTP-4.2.5-1'] },
  { id: 'OUT-2', when: { result: 'rejected' },                                               then: 'bounced',
    why: 'Asking again would get the same answer.', refs: ['SMTP-4.2.1-2', 'SMTP-4.2.5-2', 'NULLMX-4.1-1'] },
  { id: 'OUT-3', when: { result: 'stopped' },                                                then: 'try-again',
    why: 'Nobody else has said anything, so the message has lost nothing but our time.', refs: ['CHOICE-18'] },
  { id: 'OUT-4', when: { result: 'fault', lifetime: 'left' },                                then: 'wait',
    why: 'What is wrong with us is repaired by us, and does not use up what the recipient has left.', refs: ['CHOICE-18', 'SMTP-4.5.4.1-1'] },
  { id: 'OUT-5', when: { result: 'fault', lifetime: 'over' },                                then: 'expired',
    why: 'The sender has waited as long as anybody can be left without an answer.', refs: ['ESC-3463-3-1'] },
  { id: 'OUT-6', when: { result: 'deferred', attempts: 'left', lifetime: 'left' },           then: 'wait',
    why: 'What stands in the way may pass.', refs: ['SMTP-4.2.1-1', 'STS-5-5', 'STLS-6-4'] },
  { id: 'OUT-7', when: { result: 'deferred', attempts: 'spent', look: 'not-looked' },        then: 'look',
    why: 'A policy that was repaired in the meantime must not cost the message.', refs: ['STS-5-4', 'STS-5.1-3'] },
  { id: 'OUT-8', when: { result: 'deferred', attempts: 'left', lifetime: 'over', look: 'not-looked' }, then: 'look',
    why: 'A policy that was repaired in the meantime must not cost the message.', refs: ['STS-5-4', 'STS-5.1-3'] },
  { id: 'OUT-9', when: { result: 'deferred', attempts: 'spent', look: 'grant-another-attempt' }, then: 'try-new-policy',
    why: 'What stopped it holds no more.', refs: ['STS-5-4'] },
  { id: 'OUT-10', when: { result: 'deferred', attempts: 'left', lifetime: 'over', look: 'grant-another-attempt' }, then: 'try-new-policy',
    why: 'What stopped it holds no more.', refs: ['STS-5-4'] },
  { id: 'OUT-11', when: { result: 'deferred', attempts: 'spent', look: 'wait' },             then: 'wait-for-policy',
    why: 'Whether what stopped it still holds cannot be seen at the moment.', refs: ['STS-5.1-3'] },
  { id: 'OUT-12', when: { result: 'deferred', attempts: 'left', lifetime: 'over', look: 'wait' }, then: 'wait-for-policy',
    why: 'Whether what stopped it still holds cannot be seen at the moment.', refs: ['STS-5.1-3'] },
  { id: 'OUT-13', when: { result: 'deferred', attempts: 'spent', look: 'may-bounce' },       then: 'expired',
    why: 'It was tried as often as the operator wants, and no policy that is new earns it another attempt.', refs: ['STS-5.1-4', 'DANE-6-1', 'SMTP-3.6.3-1'] },
  { id: 'OUT-14', when: { result: 'deferred', attempts: 'left', lifetime: 'over', look: 'may-bounce' }, then: 'expired',
    why: 'The sender has waited as long as anybody can be left without an answer.', refs: ['STS-5.1-4', 'ESC-3463-3-1'] },
]);

// biome-ignore format: a table
export const retryWait = defineTable({
  name: 'retry-wait',
  about: 'How long a message waits for its next turn. `scheduled`: as the schedule has it for that attempt; `first`: the first wait of the schedule; `hour`: an hour.',
  inputs: {
    reason: ['deferred', 'fault', 'stopped', 'new-policy', 'policy-unseen'],
  },
  verdicts: ['scheduled', 'first', 'hour', 'none'],
})([
  { id: 'WAIT-1', when: { reason: 'deferred' },               then: 'scheduled',
    why: 'The longer somebody has been unable to take mail, the longer it takes him to be.', refs: ['SMTP-4.5.4.1-2', 'STS-5.1-4'] },
  { id: 'WAIT-2', when: { reason: ['fault', 'new-policy'] },  then: 'first',
    why: 'There is a good chance that the next attempt fares better, and none that it does at once.', refs: ['SMTP-4.5.4.1-2'] },
  { id: 'WAIT-3', when: { reason: 'policy-unseen' },          then: 'hour',
    why: 'Each look costs the owner of the policy a fetch.', refs: ['STS-5.1-3', 'SMTP-4.5.4.1-2'] },
  { id: 'WAIT-4', when: { reason: 'stopped' },                then: 'none',
    why: 'It did not get its turn.', refs: ['CHOICE-18'] },
]);

// biome-ignore format: a table
export const delayNotice = defineTable({
  name: 'delay-notice',
  about: 'Whether this is when the sender hears that his message waits; whether he wants to is judged by `notice`.',
  inputs: {
    attempts: ['few', 'enough'],
    told: ['no', 'yes'],
    end: ['near', 'far'],
  },
  verdicts: ['tell', 'do-not-tell'],
})([
  { id: 'DELAY-1', when: { attempts: 'enough', told: 'no', end: 'far' },  then: 'tell',
    why: 'It has waited longer than people expect mail to take.', refs: ['DSN-3461-5.2.5-1'] },
  { id: 'DELAY-2', when: { attempts: 'few', told: 'no' },                 then: 'do-not-tell',
    why: 'Most of what waits is delivered soon, and a notice of each delay would only make people ignore them.', refs: ['DSN-3461-5.2.5-1'] },
  { id: 'DELAY-3', when: { told: 'yes' },                                 then: 'do-not-tell',
    why: 'He knows of it already.', refs: ['DSN-3461-5.2.5-1'] },
  { id: 'DELAY-4', when: { attempts: 'enough', told: 'no', end: 'near' }, then: 'do-not-tell',
    why: 'The end comes so soon that only the end is worth a notice.', refs: ['DSN-3461-5.2.5-1'] },
]);

export type OutcomeVerdict = (typeof messageOutcome.verdicts)[number];
export type LookWord = (typeof messageOutcome.inputs.look)[number];
export type WaitReason = (typeof retryWait.inputs.reason)[number];
