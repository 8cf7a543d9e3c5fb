import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const tlsaBase = defineTable({
  name: 'tlsa-base',
  about: 'Below which names TLSA records are looked for, from the security of the addresses and of the alias that led to them (RFC 7672, Section 2.2.2).',
  inputs: {
    alias: ['none', 'alias'],
    addresses: ['secure', 'insecure'],
    firstAlias: ['not-asked', 'secure', 'insecure', 'failed'],
  },
  verdicts: ['original', 'expanded-then-original', 'ask-first-alias', 'no-dane', 'unreachable'],
})([
  { id: 'BASE-1', when: { alias: 'none', addresses: 'secure' },                             then: 'original',
    why: 'The host\'s zone is signed.', refs: ['DANE-2.2.2-4'] },
  { id: 'BASE-2', when: { alias: 'none', addresses: 'insecure' },                           then: 'no-dane',
    why: 'Below an unsigned zone there are no secure records; asking would only risk broken name servers.', refs: ['DANE-2.2.2-2'] },
  { id: 'BASE-3', when: { alias: 'alias', addresses: 'secure' },                            then: 'expanded-then-original',
    why: 'Every link is proven: who runs the host may publish for it, and who named it may do so instead.', refs: ['DANE-2.2.2-6', 'DANE-2.2.3-7'] },
  { id: 'BASE-4', when: { alias: 'alias', addresses: 'insecure', firstAlias: 'not-asked' }, then: 'ask-first-alias',
    why: 'The answer as a whole does not tell whether its first link is proven.', refs: ['DANE-2.1.3-3'] },
  { id: 'BASE-5', when: { alias: 'alias', addresses: 'insecure', firstAlias: 'secure' },    then: 'original',
    why: 'The original name is in a signed zone, whatever its alias leads to.', refs: ['DANE-2.2.2-5'] },
  { id: 'BASE-6', when: { alias: 'alias', addresses: 'insecure', firstAlias: 'insecure' },  then: 'no-dane',
    why: 'Nothing about this name is proven.', refs: ['DANE-2.2.2-5'] },
  { id: 'BASE-7', when: { alias: 'alias', addresses: 'insecure', firstAlias: 'failed' },    then: 'unreachable',
    why: 'Whether the alias is signed could not be learned, and with it whether TLSA records bind the host; a forged error must not hide them.', refs: ['DANE-2.2.2-7'] },
]);
