import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const dnsReply = defineTable({
  name: 'dns-reply',
  about: 'What a response of a resolver that may validate says about the data (RFC 4035, Section 4.3; RFC 7672, Section 2.1.1). '
    + '`ad` is the AD bit, `resolver` whether it is believed (table resolver-trust), `error` what the extended error is about (RFC 8914).',
  inputs: {
    rcode: ['noerror', 'nxdomain', 'servfail', 'refused', 'other'],
    ad: ['set', 'clear'],
    resolver: ['believed', 'unbelieved'],
    error: ['validation', 'other', 'none'],
  },
  verdicts: ['secure', 'insecure', 'bogus', 'servfail', 'refused'],
})([
  { id: 'DNSREPLY-1', when: { rcode: ['noerror', 'nxdomain'], ad: 'set', resolver: 'believed' },   then: 'secure',
    why: 'Every RRset of answer and authority was validated, by one that we rely on.', refs: ['SEC-4035-3.2.3-1', 'SEC-4035-4.9.3-1', 'DANE-2.1.1-2'] },
  { id: 'DNSREPLY-2', when: { rcode: ['noerror', 'nxdomain'], ad: 'set', resolver: 'unbelieved' }, then: 'insecure',
    why: 'Whoever can write to us could have written this bit as well.', refs: ['SEC-4035-4.9.3-1', 'TLSA-4.1-2', 'DANE-2.1.1-1'] },
  { id: 'DNSREPLY-3', when: { rcode: ['noerror', 'nxdomain'], ad: 'clear' },                       then: 'insecure',
    why: 'Nobody says that it was validated; whether it could have been makes no difference, nor does an unproven remark.', refs: ['SEC-6840-5.8-1', 'DANE-2.1.1-2', 'EDE-3-2'] },
  { id: 'DNSREPLY-4', when: { rcode: 'servfail', error: 'validation' },                            then: 'bogus',
    why: 'The resolver withholds data that it could not validate, be they forged or indeterminate.', refs: ['DANE-2.1.1-3', 'SEC-4035-4.3-1', 'SEC-SVC-1'] },
  { id: 'DNSREPLY-5', when: { rcode: 'servfail', error: ['other', 'none'] },                       then: 'servfail',
    why: 'It may mean anything, a forged answer too; nothing follows from it.', refs: ['SEC-SVC-1', 'DANE-2.1.1-6'] },
  { id: 'DNSREPLY-6', when: { rcode: 'refused' },                                                  then: 'refused',
    why: 'No resolver of the list serves us; an operator wants to know that.', refs: ['DANE-2.1.1-6'] },
  { id: 'DNSREPLY-7', when: { rcode: 'other' },                                                    then: 'servfail',
    why: 'No data and no denial, for whatever reason.', refs: ['DANE-2.1.1-6'] },
]);
