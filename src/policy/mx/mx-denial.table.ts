import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const mxDenial = defineTable({
  name: 'mx-denial',
  about: 'Whether an MX answer that leaves nobody to deliver to is believed, and so ends a message. Asked before the MTA-STS policy is looked for, and again after it where the answer was not believed. '
    + '`answer`: whether it was validated; `policy`: what is in force, or else kept, of the domain: `unknown`, it may be an enforced one.',
  inputs: {
    answer: ['secure', 'insecure'],
    policy: ['enforced', 'unknown', 'other'],
    looked: ['not-yet', 'done'],
  },
  verdicts: ['believe', 'look-for-policy', 'wait'],
})([
  { id: 'DENY-1', when: { answer: 'secure' },                                                      then: 'believe',
    why: 'The answer was validated, so that only the domain can have given it.', refs: ['CHOICE-22'] },
  { id: 'DENY-2', when: { answer: 'insecure', policy: 'other' },                                   then: 'believe',
    why: 'No enforced policy says that the domain has hosts that take mail.', refs: ['CHOICE-22'] },
  { id: 'DENY-3', when: { answer: 'insecure', policy: ['enforced', 'unknown'], looked: 'not-yet' }, then: 'look-for-policy',
    why: 'Anybody could have forged the answer, and a policy that speaks of hosts is kept, or may be; whether it still holds is looked for first.', refs: ['CHOICE-22', 'STS-5.1-3'] },
  { id: 'DENY-4', when: { answer: 'insecure', policy: ['enforced', 'unknown'], looked: 'done' },   then: 'wait',
    why: 'Anybody could have forged the answer, no policy took back that the domain has hosts that take mail, and a bounce cannot be taken back.', refs: ['CHOICE-22'] },
]);
