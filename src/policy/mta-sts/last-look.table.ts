import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const lastLook = defineTable({
  name: 'last-look',
  about: 'Whether a message that has waited as long as messages do may be given up, once its domain\'s MTA-STS policy was looked for again (RFC 8461, Section 5.1). '
    + '`stopped`: `by-policy`, an enforced policy kept it from a host; `not-learned`, whether there is a policy could not be learned. `policy`: against the one that stopped it; `unknown`, not even whether there is a new one. '
    + '`patience`: how long a queue bears with answers that do not come, and with policies that never stay the same.',
  inputs: {
    stopped: ['by-policy', 'not-learned', 'otherwise'],
    policy: ['changed', 'same', 'unknown'],
    patience: ['left', 'spent'],
  },
  verdicts: ['grant-another-attempt', 'wait', 'may-bounce'],
})([
  { id: 'LOOK-1', when: { stopped: 'otherwise' },                                                                then: 'may-bounce',
    why: 'No MTA-STS policy stood in its way, so none that is new could let it pass.', refs: ['STS-5.1-4'] },
  { id: 'LOOK-2', when: { stopped: ['by-policy', 'not-learned'], policy: 'changed', patience: 'left' },          then: 'grant-another-attempt',
    why: 'What stopped it holds no more; the owner may have repaired just that.', refs: ['STS-5-4', 'STS-5.1-3'] },
  { id: 'LOOK-3', when: { stopped: ['by-policy', 'not-learned'], policy: 'same' },                               then: 'may-bounce',
    why: 'The owner has nothing newer to say, so what is true of every message that could not be delivered is true of this one.', refs: ['STS-5-4', 'STS-5.1-4'] },
  { id: 'LOOK-4', when: { stopped: ['by-policy', 'not-learned'], policy: 'unknown', patience: 'left' },          then: 'wait',
    why: 'A look that saw nothing was none: a bounce cannot be taken back, and the answer may come.', refs: ['STS-5-4', 'STS-5.1-3'] },
  { id: 'LOOK-5', when: { stopped: ['by-policy', 'not-learned'], policy: ['changed', 'unknown'], patience: 'spent' }, then: 'may-bounce',
    why: 'It was looked for as long as a sender can be left without an answer.', refs: ['STS-5.1-4'] },
]);
