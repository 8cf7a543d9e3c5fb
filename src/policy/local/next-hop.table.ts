import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const nextHop = defineTable({
  name: 'next-hop',
  about: 'Where the way to a destination begins: at the relay that the operator named for it, at the address that it is, or at its MX records.',
  inputs: {
    destination: ['domain', 'literal'],
    rule: ['relay', 'none'],
  },
  verdicts: ['relay', 'literal', 'mx'],
})([
  { id: 'HOP-1', when: { rule: 'relay' },                          then: 'relay',
    why: 'The operator named the next host; nobody else is asked for one.', refs: ['DANE-2.2.2-8', 'STS-3.4-1'] },
  { id: 'HOP-2', when: { destination: 'literal', rule: 'none' },   then: 'literal',
    why: 'The address is the host.', refs: ['SMTP-4.1.3-1', 'CHOICE-15'] },
  { id: 'HOP-3', when: { destination: 'domain', rule: 'none' },    then: 'mx',
    why: 'No relay is named, so the domain itself is asked which hosts take its mail.', refs: ['SMTP-5.1-2'] },
]);
