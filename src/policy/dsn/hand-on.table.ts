import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const dsnHandOn = defineTable({
  name: 'dsn-hand-on',
  about: 'Who tells the sender what he asked to be told (RFC 3461): the next host, which is given the request, or we, once the message is handed to a host that knows no such requests.',
  inputs: {
    request: ['something', 'nothing'],
    server: ['offered', 'missing'],
  },
  verdicts: ['pass-on', 'relayed', 'nothing-asked'],
})([
  { id: 'HAND-1', when: { request: 'something', server: 'offered' },  then: 'pass-on',
    why: 'The next host takes the request over as it was made, and answers for it.', refs: ['DSN-3461-5.2.1-1'] },
  { id: 'HAND-2', when: { request: 'something', server: 'missing' },  then: 'relayed',
    why: 'Nobody behind that host can be asked for anything, so what was asked for success is answered here.', refs: ['DSN-3461-5.2.2-1', 'DSN-3461-5.2.2-2'] },
  { id: 'HAND-3', when: { request: 'nothing' },                       then: 'nothing-asked',
    why: 'What nobody asked for is not added on the way.', refs: ['DSN-3461-5.2.1-1'] },
]);
