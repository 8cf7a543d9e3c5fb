import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const stsDiscovery = defineTable({
  name: 'sts-discovery',
  about: 'What to do about a domain\'s MTA-STS policy, from what is kept of it and what its TXT record says (RFC 8461, Sections 3 and 5.1). '
    + '`cached` speaks of an unexpired policy; `backoff` of a fetch for the very id of the record that failed a short while ago; '
    + '`lenient` of a message whose TLS-Required: No is honoured, or of the setting stsLookupFailure.',
  inputs: {
    cached: ['none', 'policy', 'unreadable'],
    record: ['same-id', 'other-id', 'absent', 'invalid', 'failed'],
    backoff: ['no', 'yes'],
    failure: ['defer', 'proceed'],
    message: ['strict', 'lenient'],
  },
  verdicts: ['use-cached', 'use-cached-stale', 'fetch', 'no-policy', 'proceed-unknown', 'defer', 'defer-for-cache'],
})([
  { id: 'STS-1',  when: { cached: 'policy', record: 'same-id' },                                   then: 'use-cached',
    why: 'The owner says that the policy we have is the current one.', refs: ['STS-3-1', 'STS-5.1-1'] },
  { id: 'STS-2',  when: { cached: 'policy', record: 'other-id', backoff: 'no' },                   then: 'fetch',
    why: 'The owner says that the policy has changed.', refs: ['STS-3.1-10', 'STS-5.1-1'] },
  { id: 'STS-3',  when: { cached: 'policy', record: 'other-id', backoff: 'yes' },                  then: 'use-cached-stale',
    why: 'The new policy could not be fetched a moment ago; the old one stands until it expires.', refs: ['STS-3.3-8', 'STS-3.3-12'] },
  { id: 'STS-4',  when: { cached: 'policy', record: ['absent', 'invalid', 'failed'] },             then: 'use-cached-stale',
    why: 'Who can hide a record must not be able to lift a policy.', refs: ['STS-3.1-5', 'STS-3.3-12', 'CHOICE-5'] },
  { id: 'STS-5',  when: { cached: 'none', record: ['same-id', 'other-id'], backoff: 'no' },        then: 'fetch',
    why: 'There is a policy, and we do not have it.', refs: ['STS-5.1-1'] },
  { id: 'STS-6',  when: { cached: 'none', record: ['same-id', 'other-id'], backoff: 'yes' },       then: 'proceed-unknown',
    why: 'A policy that could not be fetched is no demand, and its host is not hammered.', refs: ['STS-3.3-8', 'STS-3.3-11', 'CHOICE-5'] },
  { id: 'STS-7',  when: { cached: 'none', record: ['absent', 'invalid'] },                         then: 'no-policy',
    why: 'The domain announces no policy that could be read.', refs: ['STS-3.1-3', 'STS-3.1-4'] },
  { id: 'STS-8',  when: { cached: 'none', record: 'failed', failure: 'defer', message: 'strict' }, then: 'defer',
    why: 'There may be a policy; waiting costs little, and an attacker who breaks one lookup gains nothing.', refs: ['X-19', 'CHOICE-5'] },
  { id: 'STS-9',  when: { cached: 'none', record: 'failed', failure: 'proceed', message: 'strict' }, then: 'proceed-unknown',
    why: 'The operator prefers delivery to waiting for broken name servers.', refs: ['X-19', 'CHOICE-5'] },
  { id: 'STS-10', when: { cached: 'none', record: 'failed', message: 'lenient' },                  then: 'proceed-unknown',
    why: 'The sender overrides the policy, so not knowing it changes nothing.', refs: ['RTLS-8.4-1', 'CHOICE-9'] },
  { id: 'STS-11', when: { cached: 'unreadable', record: ['absent', 'invalid', 'failed'], message: 'strict' },  then: 'defer-for-cache',
    why: 'An enforced policy may be kept where we cannot read it; that is no licence to ignore it.', refs: ['STS-3.3-12', 'CHOICE-5'] },
  { id: 'STS-12', when: { cached: 'unreadable', record: ['absent', 'invalid', 'failed'], message: 'lenient' }, then: 'proceed-unknown',
    why: 'The sender overrides the policy, so not knowing it changes nothing.', refs: ['RTLS-8.4-1', 'CHOICE-9'] },
  { id: 'STS-13', when: { cached: 'unreadable', record: ['same-id', 'other-id'] },                 then: 'fetch',
    why: 'The current policy replaces whatever is kept, readable or not.', refs: ['STS-5.1-1', 'STS-3.3-12'] },
]);

// biome-ignore format: a table
export const stsFetch = defineTable({
  name: 'sts-fetch',
  about: 'What a fetch of the policy file changes. A failure never removes or weakens an unexpired policy (RFC 8461, Section 3.3).',
  inputs: {
    fetched: ['policy', 'failed'],
    cached: ['none', 'policy', 'unreadable'],
    message: ['strict', 'lenient'],
  },
  verdicts: ['adopt', 'use-cached-stale', 'proceed-unknown', 'defer-for-cache'],
})([
  { id: 'FETCH-1', when: { fetched: 'policy' },                   then: 'adopt',
    why: 'The owner\'s current word, in every mode.', refs: ['STS-8.3-1', 'STS-3.2-9'] },
  { id: 'FETCH-2', when: { fetched: 'failed', cached: 'policy' }, then: 'use-cached-stale',
    why: 'Who can break a fetch must not be able to lift a policy.', refs: ['STS-3.3-12', 'CHOICE-5'] },
  { id: 'FETCH-3', when: { fetched: 'failed', cached: 'none' },   then: 'proceed-unknown',
    why: 'A policy never learned is no demand.', refs: ['STS-3.3-11', 'CHOICE-5'] },
  { id: 'FETCH-4', when: { fetched: 'failed', cached: 'unreadable', message: 'strict' },  then: 'defer-for-cache',
    why: 'An enforced policy may be kept where we cannot read it, and the current one could not be had.', refs: ['STS-3.3-12', 'CHOICE-5'] },
  { id: 'FETCH-5', when: { fetched: 'failed', cached: 'unreadable', message: 'lenient' }, then: 'proceed-unknown',
    why: 'The sender overrides the policy, so not knowing it changes nothing.', refs: ['RTLS-8.4-1', 'CHOICE-9'] },
]);
