import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const hostRoom = defineTable({
  name: 'host-room',
  about: 'What an attempt does that needs a session with a server which has as many open with us as it may. `line`: `quick`: it is his turn in a moment, however many are in front of him; `short`: it takes longer, and there is room in the line; `long`: there is none. '
    + '`dialled`: what the attempt has tried before; `places`: how much of what may go on at once waits in such lines: less than a quarter, less than half, or more. Who goes back has been answered by nobody, and comes again soon.',
  inputs: {
    line: ['quick', 'short', 'long'],
    dialled: ['nothing', 'something'],
    places: ['few', 'many', 'most'],
  },
  verdicts: ['wait', 'go-back'],
})([
  { id: 'CROWD-1', when: { line: 'quick' },                                                          then: 'wait',
    why: 'It is over sooner than he could be back.', refs: ['SMTP-4.5.4.1-8'] },
  { id: 'CROWD-2', when: { line: 'short', dialled: 'nothing', places: 'few' },                       then: 'wait',
    why: 'Somebody has to be there when a session ends.', refs: ['SMTP-4.5.4.1-8'] },
  { id: 'CROWD-3', when: { line: ['short', 'long'], dialled: 'something', places: ['few', 'many'] }, then: 'wait',
    why: 'What it has learned on the way would be lost.', refs: ['SMTP-4.5.4.1-8'] },
  { id: 'CROWD-4', when: { line: 'long', dialled: 'nothing', places: 'few' },                        then: 'go-back',
    why: 'All sessions that we may have with the server are in use, and enough wait for the next; mail for others could go out in the meantime.', refs: ['SMTP-4.5.4.1-8'] },
  { id: 'CROWD-5', when: { line: ['short', 'long'], dialled: 'nothing', places: ['many', 'most'] },  then: 'go-back',
    why: 'All sessions that we may have with the server are in use, and who waits for servers takes the places of mail for others.', refs: ['SMTP-4.5.4.1-8'] },
  { id: 'CROWD-6', when: { line: ['short', 'long'], dialled: 'something', places: 'most' },          then: 'go-back',
    why: 'Half of all places are taken by who waits for servers, and the others are for who can go on.', refs: ['SMTP-4.5.4.1-8'] },
]);
