/*
 * Policies are fetched anew long before they expire, so that whoever wants one to run out has to stand in the way of every
 * fetch for weeks, and is noticed. When one is due follows from its own age alone, which is why nothing has to
 * be remembered between two passes, and why several nodes may work on one store.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const policyRefresh = defineTable({
  name: 'policy-refresh',
  about: 'What a pass over all kept policies does about one of them (RFC 8461, Sections 3.3 and 10.2). `kept`: `spent`, a policy that has expired, or only a failed fetch. '
    + '`life`: whether max_age leaves time for it to be renewed; `age`: `due`, about a day after its fetch, or a quarter of its life where that is less; `ahead`, fetched at a time that has not come yet. '
    + '`failed`: whether the last fetch since then failed; `lately`, so recently that its host is left alone.',
  inputs: {
    kept: ['enforce', 'testing', 'none', 'spent', 'unreadable'],
    life: ['long', 'short'],
    age: ['young', 'due', 'ahead'],
    failed: ['no', 'lately', 'before'],
  },
  verdicts: ['refresh-now', 'later', 'let-expire'],
})([
  { id: 'REFRESH-1', when: { kept: 'spent' },                                                                                      then: 'let-expire',
    why: 'There is nothing left to renew; the next message looks for a policy by itself.', refs: ['STS-5.1-1'] },
  { id: 'REFRESH-2', when: { kept: 'none' },                                                                                       then: 'let-expire',
    why: 'It demands nothing, and its owner may be about to take policy and record away.', refs: ['STS-8.3-1', 'STS-10.2-2'] },
  { id: 'REFRESH-3', when: { kept: ['enforce', 'testing'], life: 'short' },                                                        then: 'let-expire',
    why: 'An owner who wants it forgotten within the hour has it fetched for every message anyway.', refs: ['STS-3.2-18'] },
  { id: 'REFRESH-4', when: { kept: ['enforce', 'testing'], life: 'long', age: 'young' },                                           then: 'later',
    why: 'It was fetched a short while ago.', refs: ['STS-3.3-13'] },
  { id: 'REFRESH-5', when: { kept: ['enforce', 'testing'], life: 'long', age: ['due', 'ahead'], failed: 'lately' },                then: 'later',
    why: 'Its host could not serve it a moment ago, and is not hammered; there is time left.', refs: ['STS-3.3-8'] },
  { id: 'REFRESH-6', when: { kept: ['enforce', 'testing'], life: 'long', age: ['due', 'ahead'], failed: ['no', 'before'] },        then: 'refresh-now',
    why: 'Only a fetch gives it more life, and there must be time for many that fail.', refs: ['STS-3.3-13', 'STS-10.2-1'] },
  { id: 'REFRESH-7', when: { kept: 'unreadable' },                                                                                 then: 'refresh-now',
    why: 'The live policy replaces what cannot be read, before a message has to wait for it.', refs: ['STS-3.3-12', 'STS-3.3-13'] },
]);

// biome-ignore format: a table
export const refreshAlert = defineTable({
  name: 'refresh-alert',
  about: 'Whether the operator is told how a refresh went (RFC 8461, Sections 3.3 and 10.2). `outcome`: `not-kept`, fetched, and the store did not take it; '
    + '`failing`: `lasting`, no fetch has succeeded for three days, or for three eighths of the policy\'s life where that is less.',
  inputs: {
    kept: ['enforce', 'testing', 'none', 'unreadable'],
    outcome: ['renewed', 'not-kept', 'failed'],
    failing: ['briefly', 'lasting'],
  },
  verdicts: ['quiet', 'warn', 'alarm'],
})([
  { id: 'ALERT-1', when: { outcome: 'renewed' },                                                                             then: 'quiet',
    why: 'All is as it should be.', refs: ['STS-3.3-13'] },
  { id: 'ALERT-2', when: { outcome: ['failed', 'not-kept'], kept: 'none' },                                                  then: 'quiet',
    why: 'Its owner may have taken everything away, as whoever opts out is told to do in the end.', refs: ['STS-3.3-14', 'STS-10.2-2'] },
  { id: 'ALERT-3', when: { outcome: 'failed', kept: ['enforce', 'testing', 'unreadable'], failing: 'briefly' },               then: 'warn',
    why: 'It may be nothing but a restart of the policy host.', refs: ['STS-3.3-14'] },
  { id: 'ALERT-4', when: { outcome: 'failed', kept: ['enforce', 'testing', 'unreadable'], failing: 'lasting' },               then: 'alarm',
    why: 'Somebody may be waiting for the policy to run out, and there is still time to ask its owner.', refs: ['STS-10.2-2', 'STS-3.3-14'] },
  { id: 'ALERT-5', when: { outcome: 'not-kept', kept: ['enforce', 'testing', 'unreadable'] },                                 then: 'alarm',
    why: 'Our own store fails, so every policy in it is about to run out.', refs: ['STS-10.2-2', 'X-12'] },
]);
