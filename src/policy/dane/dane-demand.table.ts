import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const daneDemand = defineTable({
  name: 'dane-demand',
  about: 'What the TLSA records of a host demand of a session with it (RFC 7672, Section 2.2).',
  inputs: {
    tlsa: ['not-applicable', 'usable', 'unusable', 'absent', 'lookup-failed'],
  },
  verdicts: ['no-demand', 'encrypt', 'authenticate', 'unreachable'],
})([
  { id: 'DANE-1', when: { tlsa: 'lookup-failed' },  then: 'unreachable',
    why: 'Whether TLSA records bind the host could not be learned, and a forged error must not hide them.', refs: ['DANE-2.1.2-4', 'DANE-2.2-5', 'CHOICE-3'] },
  { id: 'DANE-2', when: { tlsa: 'usable' },         then: 'authenticate',
    why: 'Usable records promise TLS and an identity.', refs: ['DANE-2.2-1', 'DANE-3.2-1'] },
  { id: 'DANE-3', when: { tlsa: 'unusable' },       then: 'encrypt',
    why: 'TLS is still promised; nothing can be matched.', refs: ['DANE-2.2-2', 'DANE-2.2.3-6', 'CHOICE-2'] },
  { id: 'DANE-4', when: { tlsa: 'absent' },         then: 'no-demand',
    why: 'No TLSA record is proven for the host, so DANE demands nothing of it.', refs: ['DANE-2.2-3', 'DANE-2.2.3-9'] },
  { id: 'DANE-5', when: { tlsa: 'not-applicable' }, then: 'no-demand',
    why: 'No record could count for us, so none was asked for.', refs: ['DANE-2.2.1-4', 'DANE-2.2.2-2'] },
]);
