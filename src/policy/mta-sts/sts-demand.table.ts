import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const stsDemand = defineTable({
  name: 'sts-demand',
  about: 'What a domain\'s MTA-STS policy demands of a session with one of its hosts (RFC 8461, Sections 4 and 5).',
  inputs: {
    policy: ['none', 'testing', 'enforce'],
    host: ['listed', 'not-listed'],
  },
  verdicts: ['no-demand', 'observe', 'authenticate', 'unreachable'],
})([
  { id: 'STSD-1', when: { policy: 'none' },                          then: 'no-demand',
    why: 'No policy is in force.', refs: ['STS-5-3', 'STS-3.3-11'] },
  { id: 'STSD-2', when: { policy: 'testing' },                       then: 'observe',
    why: 'The owner wants to know how it would go, and the mail all the same.', refs: ['STS-5-2'] },
  { id: 'STSD-3', when: { policy: 'enforce', host: 'listed' },       then: 'authenticate',
    why: 'The policy promises TLS and a certificate for this name.', refs: ['STS-4-1', 'STS-5-1'] },
  { id: 'STSD-4', when: { policy: 'enforce', host: 'not-listed' },   then: 'unreachable',
    why: "By its own policy the owner has no other hosts than those that it lists.", refs: ['STS-4.1-1', 'STS-5-1', 'STS-5.1-2'] },
]);
