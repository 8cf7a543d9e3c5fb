/*
 * The life of a kept policy, as one decision that is made twice: before anything is fetched, and once the fetch is over.
 * Three thoughts carry it. A policy lives from the fetch that brought it, so nothing but another fetch gives it more life,
 * neither a record that still names its id nor a clock that goes back. Whoever can break a lookup or a fetch must
 * not be able to lift a policy, so a failure leaves what is kept. And what was never learned is no demand.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const policyCache = defineTable({
  name: 'policy-cache',
  about: 'What to do about a domain\'s MTA-STS policy, from what is kept of it, what its TXT record says and, once it was asked for, what the policy host served (RFC 8461, Sections 3, 5.1 and 10.2). '
    + '`cached`: `from-the-future`, fetched more than five minutes from now, so that the clock must have gone back; `backoff`: a fetch for the very id that is wanted failed a short while ago; '
    + '`failure`: the setting stsLookupFailure; `lenient`: a message whose TLS-Required: No is honoured; `refresh`: no message waits, the policy is to be renewed.',
  inputs: {
    cached: ['none', 'expired', 'current', 'from-the-future', 'unreadable'],
    record: ['same-id', 'other-id', 'absent', 'invalid', 'failed'],
    fetched: ['not-asked', 'policy', 'failed'],
    backoff: ['no', 'yes'],
    failure: ['defer', 'proceed'],
    message: ['strict', 'lenient'],
    purpose: ['deliver', 'refresh'],
  },
  verdicts: ['use-cached', 'use-cached-stale', 'fetch', 'adopt', 'no-policy', 'proceed-unknown', 'defer', 'defer-for-cache'],
})([
  { id: 'STS-1',  when: { fetched: 'not-asked', cached: 'current', record: 'same-id', purpose: 'deliver' },       then: 'use-cached',
    why: 'The owner says that the policy we have is the current one.', refs: ['STS-3-1', 'STS-5.1-1'] },
  { id: 'STS-2',  when: { fetched: 'not-asked', cached: 'current', record: 'other-id', backoff: 'no' },           then: 'fetch',
    why: 'The owner says that the policy has changed.', refs: ['STS-3.1-10', 'STS-5.1-1'] },
  { id: 'STS-3',  when: { fetched: 'not-asked', cached: 'current', record: 'other-id', backoff: 'yes' },          then: 'use-cached-stale',
    why: 'The new policy could not be fetched a moment ago; the old one stands until it expires.', refs: ['STS-3.3-8', 'STS-3.3-12'] },
  { id: 'STS-4',  when: { fetched: 'not-asked', cached: ['current', 'from-the-future'], record: ['absent', 'invalid', 'failed'], purpose: 'deliver' }, then: 'use-cached-stale',
    why: 'A policy that is kept is not lifted by a record that is missing or cannot be read: whoever can hide or spoil a record could lift any policy so.', refs: ['STS-3.1-5', 'STS-3.3-12', 'CHOICE-5'] },
  { id: 'STS-5',  when: { fetched: 'not-asked', cached: ['none', 'expired'], record: ['same-id', 'other-id'], backoff: 'no' }, then: 'fetch',
    why: 'A policy is announced, and none that is kept is in force; an id that was seen before would not change that.', refs: ['STS-5.1-1', 'STS-3.2-9'] },
  { id: 'STS-6',  when: { fetched: 'not-asked', cached: ['none', 'expired'], record: ['same-id', 'other-id'], backoff: 'yes' }, then: 'proceed-unknown',
    why: 'A policy that could not be fetched is no demand, and its host is not hammered.', refs: ['STS-3.3-8', 'STS-3.3-11', 'CHOICE-5'] },
  { id: 'STS-7',  when: { fetched: 'not-asked', cached: ['none', 'expired'], record: ['absent', 'invalid'] },     then: 'no-policy',
    why: 'The domain announces no policy that could be read.', refs: ['STS-3.1-3', 'STS-3.1-4'] },
  { id: 'STS-8',  when: { fetched: 'not-asked', cached: ['none', 'expired'], record: 'failed', failure: 'defer', message: 'strict' }, then: 'defer',
    why: 'There may be a policy; waiting costs little, and an attacker who breaks one lookup gains nothing.', refs: ['X-19', 'CHOICE-5'] },
  { id: 'STS-9',  when: { fetched: 'not-asked', cached: ['none', 'expired'], record: 'failed', failure: 'proceed', message: 'strict' }, then: 'proceed-unknown',
    why: 'The operator prefers delivery to waiting for broken name servers.', refs: ['X-19', 'CHOICE-5'] },
  { id: 'STS-10', when: { fetched: 'not-asked', cached: ['none', 'expired'], record: 'failed', message: 'lenient' }, then: 'proceed-unknown',
    why: 'The sender overrides the policy, so not knowing it changes nothing.', refs: ['RTLS-8.4-1', 'CHOICE-9'] },
  { id: 'STS-11', when: { fetched: 'not-asked', cached: 'unreadable', record: ['absent', 'invalid', 'failed'], message: 'strict' },  then: 'defer-for-cache',
    why: 'An enforced policy may be kept where we cannot read it; that is no licence to ignore it.', refs: ['STS-3.3-12', 'CHOICE-5'] },
  { id: 'STS-12', when: { fetched: 'not-asked', cached: 'unreadable', record: ['absent', 'invalid', 'failed'], message: 'lenient' }, then: 'proceed-unknown',
    why: 'The sender overrides the policy, so not knowing it changes nothing.', refs: ['RTLS-8.4-1', 'CHOICE-9'] },
  { id: 'STS-13', when: { fetched: 'not-asked', cached: 'unreadable', record: ['same-id', 'other-id'] },          then: 'fetch',
    why: 'The current policy replaces whatever is kept, readable or not.', refs: ['STS-5.1-1', 'STS-3.3-12'] },
  { id: 'STS-14', when: { fetched: 'not-asked', cached: 'from-the-future', record: ['same-id', 'other-id'], backoff: 'no' },  then: 'fetch',
    why: 'A policy that was fetched at a time that has not come yet has an end that nobody can believe.', refs: ['X-12', 'STS-3.2-9'] },
  { id: 'STS-15', when: { fetched: 'not-asked', cached: 'from-the-future', record: ['same-id', 'other-id'], backoff: 'yes' }, then: 'use-cached-stale',
    why: 'Nothing newer could be had a moment ago, and a wrong clock is no licence to ignore a policy.', refs: ['X-12', 'STS-3.3-8', 'STS-3.3-12'] },
  { id: 'STS-16', when: { fetched: 'not-asked', cached: 'current', record: 'same-id', purpose: 'refresh', backoff: 'no' },    then: 'fetch',
    why: 'That it is still the same one gives it no longer life; only a fetch does.', refs: ['STS-3.3-13', 'STS-10.2-1', 'STS-3.2-9'] },
  { id: 'STS-17', when: { fetched: 'not-asked', cached: 'current', record: 'same-id', purpose: 'refresh', backoff: 'yes' },   then: 'use-cached',
    why: 'It is the current one, and its host could not serve it a moment ago.', refs: ['STS-3.3-8', 'STS-3-1'] },
  { id: 'STS-18', when: { fetched: 'not-asked', cached: ['current', 'from-the-future'], record: ['absent', 'invalid', 'failed'], purpose: 'refresh', backoff: 'no' },  then: 'fetch',
    why: 'Who can hide a record must not be able to let a policy run out, so the live one is asked for all the same.', refs: ['STS-10.2-1', 'STS-3.3-13'] },
  { id: 'STS-19', when: { fetched: 'not-asked', cached: ['current', 'from-the-future'], record: ['absent', 'invalid', 'failed'], purpose: 'refresh', backoff: 'yes' }, then: 'use-cached-stale',
    why: 'The live policy could not be fetched a moment ago; the kept one stands until it expires.', refs: ['STS-3.3-8', 'STS-3.3-12'] },
  { id: 'STS-20', when: { fetched: 'policy' },                                                                    then: 'adopt',
    why: 'The policy host serves it now, which makes it the owner\'s last word, whatever its mode.', refs: ['STS-8.3-1', 'STS-3.2-9'] },
  { id: 'STS-21', when: { fetched: 'failed', cached: ['current', 'from-the-future'] },                            then: 'use-cached-stale',
    why: 'A policy that is kept is not lifted by a fetch that fails: whoever can break a fetch could lift any policy so.', refs: ['STS-3.3-12', 'CHOICE-5'] },
  { id: 'STS-22', when: { fetched: 'failed', cached: ['none', 'expired'] },                                       then: 'proceed-unknown',
    why: 'A policy never learned is no demand, nor is one that has run out.', refs: ['STS-3.3-11', 'CHOICE-5'] },
  { id: 'STS-23', when: { fetched: 'failed', cached: 'unreadable', message: 'strict' },                           then: 'defer-for-cache',
    why: 'An enforced policy may be kept where we cannot read it, and the current one could not be had.', refs: ['STS-3.3-12', 'CHOICE-5'] },
  { id: 'STS-24', when: { fetched: 'failed', cached: 'unreadable', message: 'lenient' },                          then: 'proceed-unknown',
    why: 'The sender overrides the policy, so not knowing it changes nothing.', refs: ['RTLS-8.4-1', 'CHOICE-9'] },
]);
