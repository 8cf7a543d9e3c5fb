import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const resolverSelfTest = defineTable({
  name: 'resolver-self-test',
  about: 'Whether DANE can be had with a resolver, from what it says about a name that is signed, one whose signatures are broken on purpose, and perhaps one that is not signed. '
    + '`trust` is whether its AD bit is believed (table resolver-trust); `bogus` is refused if the resolver withholds the name because validation failed.',
  inputs: {
    trust: ['believed', 'ignored'],
    signed: ['secure', 'insecure', 'failed'],
    bogus: ['refused', 'answered', 'failed'],
    unsigned: ['insecure', 'secure', 'unknown'],
  },
  verdicts: ['validates', 'does-not-validate', 'cannot-tell'],
})([
  { id: 'SELFTEST-1', when: { trust: 'ignored' },                                                                   then: 'does-not-validate',
    why: 'Whatever it does, nothing that it says counts as secure: DANE is off.', refs: ['SEC-SELF-1', 'DANE-2.1.1-1', 'SEC-4035-4.9.3-1'] },
  { id: 'SELFTEST-2', when: { trust: 'believed', bogus: 'answered' },                                               then: 'does-not-validate',
    why: 'It hands out data with broken signatures, so forged data would come through as well.', refs: ['SEC-SELF-1', 'DANE-2.1.1-1'] },
  { id: 'SELFTEST-3', when: { trust: 'believed', bogus: ['refused', 'failed'], signed: 'insecure' },                then: 'does-not-validate',
    why: 'It, or something on the way, keeps quiet about what is validated: DANE would never be used.', refs: ['SEC-SELF-1', 'DANE-2.1.1-1'] },
  { id: 'SELFTEST-4', when: { trust: 'believed', bogus: ['refused', 'failed'], signed: ['secure', 'failed'], unsigned: 'secure' }, then: 'does-not-validate',
    why: 'It vouches for what nobody signed, so its word means nothing.', refs: ['SEC-SELF-1', 'DANE-2.1.1-1'] },
  { id: 'SELFTEST-5', when: { trust: 'believed', bogus: 'refused', signed: 'secure', unsigned: ['insecure', 'unknown'] }, then: 'validates',
    why: 'It vouches for what is signed and withholds what is forged.', refs: ['SEC-SELF-1', 'DANE-2.1.1-4'] },
  { id: 'SELFTEST-6', when: { trust: 'believed', bogus: 'failed', signed: 'secure', unsigned: ['insecure', 'unknown'] }, then: 'cannot-tell',
    why: 'It vouches for what is signed, but whether it would withhold forged data was not to be seen.', refs: ['SEC-SELF-1'] },
  { id: 'SELFTEST-7', when: { trust: 'believed', bogus: ['refused', 'failed'], signed: 'failed', unsigned: ['insecure', 'unknown'] }, then: 'cannot-tell',
    why: 'There was no answer about the very name that shows it; the network may be at fault.', refs: ['SEC-SELF-1'] },
]);
