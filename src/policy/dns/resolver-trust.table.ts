import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const resolverTrust = defineTable({
  name: 'resolver-trust',
  about: 'Whether the AD bit of a resolver is believed (RFC 7672, Section 2.1.1; RFC 4035, Section 4.9.3). TLS and HTTPS are always verified; '
    + '`forwarder` is an address of this host where something answers that is known to pass on what others say, as Docker does at 127.0.0.11. '
    + '`stated` is what the operator says about it. Several resolvers are believed only if each of them is.',
  inputs: {
    transport: ['plain', 'tls', 'https'],
    location: ['loopback', 'forwarder', 'remote'],
    stated: ['yes', 'no', 'unsaid'],
  },
  verdicts: ['believe-ad', 'ignore-ad'],
})([
  { id: 'TRUST-1', when: { stated: 'no' },                                                          then: 'ignore-ad',
    why: 'The operator knows that it does not validate, or would not rely on it.', refs: ['DANE-2.1.1-1', 'SEC-4035-4.9.3-1'] },
  { id: 'TRUST-2', when: { stated: 'yes' },                                                         then: 'believe-ad',
    why: 'The operator answers for the path and for the validation.', refs: ['DANE-2.1.1-4', 'SEC-4035-4.9.3-1'] },
  { id: 'TRUST-3', when: { transport: 'plain', location: 'loopback', stated: 'unsaid' },            then: 'believe-ad',
    why: 'Nobody stands between this host and itself.', refs: ['DANE-2.1.1-4', 'SEC-4033-7-1'] },
  { id: 'TRUST-6', when: { transport: 'plain', location: 'forwarder', stated: 'unsaid' },           then: 'ignore-ad',
    why: 'A forwarder does not validate: it passes on the bit of another resolver, over a path that nobody has vouched for.', refs: ['DANE-2.1.1-4', 'TLSA-4.1-2', 'SEC-4035-4.9.3-1'] },
  { id: 'TRUST-4', when: { transport: 'plain', location: 'remote', stated: 'unsaid' },              then: 'ignore-ad',
    why: 'Anybody on the path could set the bit.', refs: ['TLSA-4.1-2', 'SEC-4035-4.9.3-1', 'SEC-4033-7-1'] },
  { id: 'TRUST-5', when: { transport: ['tls', 'https'], stated: 'unsaid' },                         then: 'believe-ad',
    why: 'The operator named the resolver, and its certificate proves that it is the one that speaks.', refs: ['DANE-2.1.1-4', 'SEC-4033-7-1', 'TLSA-4.1-2'] },
]);
