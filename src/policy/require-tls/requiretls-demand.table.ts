import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const requireTlsDemand = defineTable({
  name: 'requiretls-demand',
  about: 'Whether REQUIRETLS can be kept with a host, and how it must prove itself (RFC 8689, Section 4.2.1). The MX name must be validated by '
    + 'DNSSEC (`mx`) or by an MTA-STS policy that lists it (`sts`; `unlisted`: a current policy does not list it; `testing-stale`: one under test, perhaps out of date), and the peer authenticated. '
    + '`impossible` is definitive; `impossible-for-now` may change when something that failed is learned.',
  inputs: {
    required: ['yes', 'no'],
    target: ['name', 'literal'],
    mx: ['secure', 'insecure'],
    sts: ['enforced', 'testing', 'testing-stale', 'unlisted', 'none', 'unknown'],
    dane: ['authenticate', 'failed', 'other'],
    testingPolicy: ['refuse', 'accept'],
    secureMx: ['accept', 'refuse'],
  },
  verdicts: ['no-demand', 'authenticate', 'authenticate-by-pkix', 'impossible', 'impossible-for-now'],
})([
  { id: 'RTLS-1',  when: { required: 'no' },                                                      then: 'no-demand',
    why: 'The message asks for nothing.', refs: ['RTLS-4.2.1-1'] },
  { id: 'RTLS-2',  when: { required: 'yes', target: 'literal' },                                  then: 'impossible',
    why: 'An address has no name to validate or to find in a certificate.', refs: ['RTLS-4.2.1-3', 'CHOICE-7', 'CHOICE-15'] },
  { id: 'RTLS-3',  when: { required: 'yes', target: 'name', sts: 'enforced' },                    then: 'authenticate',
    why: 'The policy validates the name of the host.', refs: ['RTLS-2-3', 'RTLS-4.2.1-2'] },
  { id: 'RTLS-4',  when: { required: 'yes', target: 'name', sts: ['testing', 'testing-stale', 'unlisted', 'none', 'unknown'], mx: 'secure', dane: 'authenticate' }, then: 'authenticate',
    why: 'DNSSEC validates the name of the host, DANE the host.', refs: ['RTLS-2-3', 'RTLS-2-4'] },
  { id: 'RTLS-5',  when: { required: 'yes', target: 'name', sts: ['testing', 'testing-stale', 'unlisted', 'none', 'unknown'], mx: 'secure', dane: ['failed', 'other'], secureMx: 'accept' }, then: 'authenticate',
    why: 'DNSSEC validates the name of the host, a certificate path the host.', refs: ['RTLS-2-3', 'RTLS-2-4', 'CHOICE-7'] },
  { id: 'RTLS-6',  when: { required: 'yes', target: 'name', sts: ['testing', 'testing-stale'], mx: 'insecure', testingPolicy: 'accept' }, then: 'authenticate-by-pkix',
    why: 'The operator accepts a policy under test as the source of host names, and then enforces it whole.', refs: ['X-4', 'CHOICE-7'] },
  { id: 'RTLS-7',  when: { required: 'yes', target: 'name', sts: ['testing', 'testing-stale'], mx: 'secure', dane: ['failed', 'other'], secureMx: 'refuse', testingPolicy: 'accept' }, then: 'authenticate-by-pkix',
    why: 'The operator accepts a policy under test as the source of host names, and then enforces it whole.', refs: ['X-4', 'CHOICE-7'] },
  { id: 'RTLS-8',  when: { required: 'yes', target: 'name', sts: ['unlisted', 'none'], mx: 'insecure' }, then: 'impossible',
    why: 'Anybody could have named this host, and no answer that is missing would change that.', refs: ['RTLS-2-3', 'RTLS-4.2.1-2', 'CHOICE-7'] },
  { id: 'RTLS-9',  when: { required: 'yes', target: 'name', sts: 'testing', mx: 'insecure', testingPolicy: 'refuse' }, then: 'impossible',
    why: 'A policy under test promises nothing.', refs: ['X-4', 'CHOICE-7'] },
  { id: 'RTLS-10', when: { required: 'yes', target: 'name', sts: 'unknown', mx: 'insecure' },     then: 'impossible-for-now',
    why: 'A policy that could not be learned may validate the host later.', refs: ['X-18', 'X-19', 'CHOICE-5', 'CHOICE-7'] },
  { id: 'RTLS-11', when: { required: 'yes', target: 'name', sts: ['unlisted', 'none'], mx: 'secure', dane: 'other', secureMx: 'refuse' }, then: 'impossible',
    why: 'The operator wants DANE or an enforced policy, and there is neither.', refs: ['RTLS-2-4', 'CHOICE-7'] },
  { id: 'RTLS-12', when: { required: 'yes', target: 'name', sts: 'testing', mx: 'secure', dane: 'other', secureMx: 'refuse', testingPolicy: 'refuse' }, then: 'impossible',
    why: 'The operator wants DANE or an enforced policy, and there is neither.', refs: ['X-4', 'CHOICE-7'] },
  { id: 'RTLS-13', when: { required: 'yes', target: 'name', sts: 'unknown', mx: 'secure', dane: ['failed', 'other'], secureMx: 'refuse' }, then: 'impossible-for-now',
    why: 'A policy that could not be learned may authenticate the host later.', refs: ['X-18', 'CHOICE-7'] },
  { id: 'RTLS-14', when: { required: 'yes', target: 'name', sts: ['unlisted', 'none'], mx: 'secure', dane: 'failed', secureMx: 'refuse' }, then: 'impossible-for-now',
    why: 'TLSA records that could not be learned may authenticate the host later.', refs: ['X-18', 'CHOICE-7'] },
  { id: 'RTLS-15', when: { required: 'yes', target: 'name', sts: 'testing', mx: 'secure', dane: 'failed', secureMx: 'refuse', testingPolicy: 'refuse' }, then: 'impossible-for-now',
    why: 'TLSA records that could not be learned may authenticate the host later.', refs: ['X-18', 'CHOICE-7'] },
  { id: 'RTLS-16', when: { required: 'yes', target: 'name', sts: 'testing-stale', mx: 'insecure', testingPolicy: 'refuse' }, then: 'impossible-for-now',
    why: 'The kept policy was under test; the current one may be enforced.', refs: ['X-18', 'CHOICE-7'] },
  { id: 'RTLS-17', when: { required: 'yes', target: 'name', sts: 'testing-stale', mx: 'secure', dane: ['failed', 'other'], secureMx: 'refuse', testingPolicy: 'refuse' }, then: 'impossible-for-now',
    why: 'The kept policy was under test; the current one may be enforced.', refs: ['X-18', 'CHOICE-7'] },
]);

export type RequireTlsVerdict = (typeof requireTlsDemand.verdicts)[number];
