import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const postfixAttributes = defineTable({
  name: 'postfix-attributes',
  about: 'Which attributes stand behind a level. One that its version does not know makes Postfix hold all mail for the destination. `version`: since when it knows `servername`, and what its TLS reports need.',
  inputs: {
    level: ['none', 'encrypt', 'dane', 'dane-only', 'secure', 'secure-all', 'wait'],
    policy: ['enforced', 'other'],
    version: ['before-3.4', 'from-3.4', 'from-3.10'],
  },
  verdicts: ['bare', 'match', 'match-and-name', 'match-name-and-report'],
})([
  { id: 'PFA-1', when: { level: ['none', 'encrypt', 'dane', 'dane-only', 'wait'] },               then: 'bare',
    why: 'The level says it all, and Postfix allows no match beside these.', refs: ['DANE-2.2-1'] },
  { id: 'PFA-2', when: { level: ['secure', 'secure-all'], version: 'before-3.4' },                                then: 'match',
    why: 'This version cannot be told which name to ask for.', refs: ['STS-4.2-1'] },
  { id: 'PFA-3', when: { level: ['secure', 'secure-all'], version: 'from-3.4' },                                  then: 'match-and-name',
    why: 'The server chooses its certificate by the name that it is asked for.', refs: ['STS-7.1-1', 'STS-4.2-1'] },
  { id: 'PFA-4', when: { level: ['secure', 'secure-all'], version: 'from-3.10', policy: 'other' },                then: 'match-and-name',
    why: 'The rule is the operator\'s own, and nobody is to be told how it fared.', refs: ['STS-7.1-1'] },
  { id: 'PFA-5', when: { level: ['secure', 'secure-all'], version: 'from-3.10', policy: 'enforced' },             then: 'match-name-and-report',
    why: 'The owner of the policy is told how sessions fared under it.', refs: ['STS-7.1-1', 'RPT-4.4-1', 'STS-4.1-1'] },
]);
