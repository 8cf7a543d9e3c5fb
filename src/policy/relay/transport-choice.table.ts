/*
 * Which transport mail takes: whether a route speaks of it, and what that comes to together with what was asked for by name.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const routeMatch = defineTable({
  name: 'route-match',
  about: 'Whether a route speaks of this mail. Each column is a list of the route: `met` also where the list is empty, which asks for nothing.',
  inputs: {
    to: ['met', 'not-met'],
    from: ['met', 'not-met'],
    account: ['met', 'not-met'],
    attempt: ['met', 'not-met'],
  },
  verdicts: ['matches', 'passes'],
})([
  { id: 'ROUTE-1', when: { to: 'met', from: 'met', account: 'met', attempt: 'met' },      then: 'matches',
    why: 'All that the operator asked for holds.', refs: ['CHOICE-41'] },
  { id: 'ROUTE-2', when: { to: 'not-met' },                                               then: 'passes',
    why: 'It was written for other recipients.', refs: ['CHOICE-41'] },
  { id: 'ROUTE-3', when: { to: 'met', from: 'not-met' },                                  then: 'passes',
    why: 'It was written for other senders.', refs: ['CHOICE-41'] },
  { id: 'ROUTE-4', when: { to: 'met', from: 'met', account: 'not-met' },                  then: 'passes',
    why: 'It was written for other accounts.', refs: ['CHOICE-41'] },
  { id: 'ROUTE-5', when: { to: 'met', from: 'met', account: 'met', attempt: 'not-met' },  then: 'passes',
    why: 'It was written for earlier or later attempts.', refs: ['CHOICE-41'] },
]);

// biome-ignore format: a table
export const transportChoice = defineTable({
  name: 'transport-choice',
  about: 'Which transport mail takes. `asked`: the name that was given for this message; `routed`: the one of the first route that speaks of it.',
  inputs: {
    asked: ['none', 'known', 'unknown'],
    routed: ['none', 'known', 'unknown'],
  },
  verdicts: ['as-asked', 'as-routed', 'direct', 'unknown'],
})([
  { id: 'TRAN-1', when: { asked: 'known' },                        then: 'as-asked',
    why: 'Whoever names a way for one message means it, whatever holds for others.', refs: ['CHOICE-41'] },
  { id: 'TRAN-2', when: { asked: 'unknown' },                      then: 'unknown',
    why: 'No other way was meant, so the mail waits until there is one of that name.', refs: ['CHOICE-41'] },
  { id: 'TRAN-3', when: { asked: 'none', routed: 'known' },        then: 'as-routed',
    why: 'The first route that speaks of it says so.', refs: ['CHOICE-41'] },
  { id: 'TRAN-4', when: { asked: 'none', routed: 'unknown' },      then: 'unknown',
    why: 'The operator wanted another way than the usual one, and it cannot be told which.', refs: ['CHOICE-41'] },
  { id: 'TRAN-5', when: { asked: 'none', routed: 'none' },         then: 'direct',
    why: 'Nobody asked for anything else than the hosts of the domain.', refs: ['CHOICE-41'] },
]);
