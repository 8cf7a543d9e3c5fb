import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const daneApplies = defineTable({
  name: 'dane-applies',
  about: 'Whether TLSA records of a host can say anything to us, as far as the way to its name goes (RFC 7672, Sections 2.2.1 and 2.2.2). `mx`: whether the MX record that named it was validated; `none`: no MX record named it, because the domain has none or the operator named a relay.',
  inputs: {
    target: ['name', 'literal'],
    mx: ['secure', 'insecure', 'none'],
    halfDane: ['use', 'ignore'],
  },
  verdicts: ['look', 'no-dane'],
})([
  { id: 'DAPP-1', when: { target: 'literal' },                                  then: 'no-dane',
    why: 'An address has no name that TLSA records could stand below.', refs: ['DANE-2.2-7', 'CHOICE-15'] },
  { id: 'DAPP-2', when: { target: 'name', mx: 'secure' },                       then: 'look',
    why: 'The name of the host is proven, so its records speak for the right host.', refs: ['DANE-2.2.1-8', 'DANE-2.1.2-3'] },
  { id: 'DAPP-5', when: { target: 'name', mx: 'none' },                         then: 'look',
    why: 'Nothing stands between the name that was asked for and the host; its address records decide.', refs: ['DANE-2.2.2-8', 'DANE-2.2.2-4'] },
  { id: 'DAPP-3', when: { target: 'name', mx: 'insecure', halfDane: 'use' },    then: 'look',
    why: 'Anybody could have named the host, but whoever only stands between us and it cannot forge its own records, if they are signed.', refs: ['DANE-2.2.1-5', 'CHOICE-4'] },
  { id: 'DAPP-4', when: { target: 'name', mx: 'insecure', halfDane: 'ignore' }, then: 'no-dane',
    why: 'The operator counts only a wholly proven way.', refs: ['DANE-2.2.1-4', 'CHOICE-4'] },
]);
