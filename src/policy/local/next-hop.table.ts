import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const nextHop = defineTable({
  name: 'next-hop',
  about: 'Where the way to a destination begins: at the relay that the operator named for it, at the address that it is, or at its MX records. `transport`: the one that was chosen for the mail (table `transport-choice`); `parked`: its relay has refused to know us a short while ago.',
  inputs: {
    destination: ['domain', 'literal'],
    rule: ['relay', 'none'],
    transport: ['direct', 'relay', 'parked', 'fail', 'fail-for-now', 'unknown'],
  },
  verdicts: ['relay', 'literal', 'mx', 'submit', 'wait-for-relay', 'wait-for-transport', 'fail', 'fail-for-now'],
})([
  { id: 'HOP-1', when: { rule: 'relay', transport: 'direct' },                          then: 'relay',
    why: 'The operator named the next host; nobody else is asked for one.', refs: ['DANE-2.2.2-8', 'STS-3.4-1'] },
  { id: 'HOP-2', when: { destination: 'literal', rule: 'none', transport: 'direct' },   then: 'literal',
    why: 'The address is the host.', refs: ['SMTP-4.1.3-1', 'CHOICE-15'] },
  { id: 'HOP-3', when: { destination: 'domain', rule: 'none', transport: 'direct' },    then: 'mx',
    why: 'No relay is named, so the domain itself is asked which hosts take its mail.', refs: ['SMTP-5.1-2'] },
  { id: 'HOP-4', when: { transport: 'relay' },                                            then: 'submit',
    why: 'The mail was given a host that takes it whatever its destination is.', refs: ['CHOICE-41', 'DANE-2.2.2-8'] },
  { id: 'HOP-5', when: { transport: 'parked' },                                           then: 'wait-for-relay',
    why: 'Asking again with what was refused a moment ago is how accounts get locked.', refs: ['CHOICE-42'] },
  { id: 'HOP-6', when: { transport: 'unknown' },                                          then: 'wait-for-transport',
    why: 'Somebody wanted another way than the usual one, and it cannot be told which.', refs: ['CHOICE-41'] },
  { id: 'HOP-7', when: { transport: 'fail' },                                             then: 'fail',
    why: 'The operator wants this mail to go nowhere.', refs: ['CHOICE-41'] },
  { id: 'HOP-8', when: { transport: 'fail-for-now' },                                     then: 'fail-for-now',
    why: 'The operator wants this mail to wait.', refs: ['CHOICE-41'] },
]);
