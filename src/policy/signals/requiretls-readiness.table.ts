import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const requireTlsReadiness = defineTable({
  name: 'requiretls-readiness',
  about: 'Whether a message to a domain may be expected to arrive under REQUIRETLS, from what earlier messages saw of it. It is advice to who writes the message; what becomes of the message is decided when it is sent.',
  inputs: {
    requireTls: ['yes', 'no', 'unknown'],
    mtaSts: ['yes', 'no', 'unknown'],
    dane: ['yes', 'no', 'unknown'],
    dnssec: ['yes', 'no', 'unknown'],
  },
  verdicts: ['ready', 'not-ready', 'not-known'],
})([
  { id: 'RDY-1', when: { requireTls: 'no' },                                                   then: 'not-ready',
    why: 'A host of the domain did not take over the promise.', refs: ['RTLS-4.2.1-4', 'CHOICE-45'] },
  { id: 'RDY-2', when: { requireTls: 'unknown' },                                              then: 'not-known',
    why: 'Nobody has seen whether its hosts take over the promise.', refs: ['RTLS-2-5', 'CHOICE-45'] },
  { id: 'RDY-3', when: { requireTls: 'yes', mtaSts: 'yes' },                                   then: 'ready',
    why: 'The policy vouches for the hosts, and they take over the promise.', refs: ['RTLS-4.2.1-2', 'RTLS-4.2.1-4'] },
  { id: 'RDY-4', when: { requireTls: 'yes', mtaSts: ['no', 'unknown'], dane: 'yes' },          then: 'ready',
    why: 'TLSA records vouch for the hosts, and they take over the promise.', refs: ['RTLS-4.2.1-3', 'RTLS-4.2.1-4'] },
  { id: 'RDY-5', when: { requireTls: 'yes', mtaSts: 'no', dane: 'no', dnssec: 'no' },          then: 'not-ready',
    why: 'Nothing vouches for the names of the hosts.', refs: ['RTLS-4.2.1-2', 'RTLS-4.2.1-3'] },
  { id: 'RDY-6', when: { requireTls: 'yes', mtaSts: 'no', dane: 'no', dnssec: ['yes', 'unknown'] }, then: 'not-known',
    why: 'The names of the hosts may be vouched for by DNSSEC, and their certificates were not looked at.', refs: ['RTLS-4.2.1-3', 'CHOICE-45'] },
  { id: 'RDY-7', when: { requireTls: 'yes', mtaSts: 'unknown', dane: ['no', 'unknown'] },      then: 'not-known',
    why: 'Whether a policy vouches for the hosts was never learned.', refs: ['RTLS-4.2.1-2', 'CHOICE-45'] },
  { id: 'RDY-8', when: { requireTls: 'yes', mtaSts: 'no', dane: 'unknown' },                   then: 'not-known',
    why: 'Whether TLSA records vouch for the hosts was never learned.', refs: ['RTLS-4.2.1-3', 'CHOICE-45'] },
]);
