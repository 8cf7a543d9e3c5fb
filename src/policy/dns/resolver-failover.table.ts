import { type Decision, decide, defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const resolverFailover = defineTable({
  name: 'resolver-failover',
  about: 'Whether a response is the answer, or the next configured resolver is asked. '
    + '`validation` says who validates: the resolver, whose SERVFAIL may be a failed validation, or we ourselves (CD is set).',
  inputs: {
    rcode: ['noerror', 'nxdomain', 'formerr', 'servfail', 'notimp', 'refused', 'other'],
    validation: ['theirs', 'ours'],
  },
  verdicts: ['answer', 'next-server'],
})([
  { id: 'FAILOVER-1', when: { rcode: ['noerror', 'nxdomain'] },                     then: 'answer',
    why: 'Data, or a definitive denial: whoever else was asked would have to say the same.', refs: ['DANE-2.1.1-5'] },
  { id: 'FAILOVER-2', when: { rcode: 'servfail', validation: 'theirs' },            then: 'answer',
    why: 'It may mean that validation did not succeed, and a second opinion on that would be a downgrade.', refs: ['SEC-SVC-1', 'DANE-2.1.1-6'] },
  { id: 'FAILOVER-3', when: { rcode: 'servfail', validation: 'ours' },              then: 'next-server',
    why: 'Nothing was validated there: it could not get at the data, and another one may.', refs: ['SEC-4035-4.9.2-1'] },
  { id: 'FAILOVER-4', when: { rcode: ['notimp', 'refused'] },                       then: 'next-server',
    why: 'It will not serve us at all, which says nothing about the name.', refs: ['DANE-2.1.1-6'] },
  { id: 'FAILOVER-5', when: { rcode: ['formerr', 'other'] },                        then: 'answer',
    why: 'Our question or its meaning was not understood; asking all others the same helps nobody.', refs: ['DANE-2.1.1-6', 'DNS-6891-1'] },
]);

const WORDS = {
  0: 'noerror',
  1: 'formerr',
  2: 'servfail',
  3: 'nxdomain',
  4: 'notimp',
  5: 'refused',
} as const;

/** Whether a response with that RCODE is the answer. */
export function judgeFailover(
  rcode: number,
  validation: 'theirs' | 'ours',
): Decision<(typeof resolverFailover)['verdicts'][number]> {
  const word = (WORDS as Readonly<Record<number, (typeof WORDS)[0 | 1 | 2 | 3 | 4 | 5]>>)[rcode] ?? 'other';
  return decide(resolverFailover, { rcode: word, validation });
}
