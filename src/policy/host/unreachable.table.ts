import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const hostWithoutAddress = defineTable({
  name: 'host-without-address',
  about: 'What it means that no address of a host is known, by definitive answers (`none`) or because none came (`failed`).',
  inputs: {
    addresses: ['none', 'failed'],
    source: ['mx', 'implicit', 'literal', 'relay'],
  },
  verdicts: ['no-target', 'lookup-failed'],
})([
  { id: 'HADR-1', when: { addresses: 'failed' },                                         then: 'lookup-failed',
    why: 'There may be an address; nobody could say.', refs: ['DANE-2.1.2-1', 'DANE-2.1.1-6'] },
  { id: 'HADR-2', when: { addresses: 'none', source: ['mx', 'implicit', 'literal'] },    then: 'no-target',
    why: "The host that mail for the recipient leads to has no address.", refs: ['DANE-2.2.2-3', 'CHOICE-14'] },
  { id: 'HADR-3', when: { addresses: 'none', source: 'relay' },                          then: 'lookup-failed',
    why: 'A relay that does not resolve is a mistake in our own settings or network, and no fault of the recipients.', refs: ['CHOICE-6'] },
]);
