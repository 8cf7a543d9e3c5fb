/*
 * What comes after a host, and how an attempt ends when no host has taken the message.
 */

import { FAILURE_CATEGORIES } from '../host/types.js';
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const nextCandidate = defineTable({
  name: 'next-candidate',
  about: 'Whether another host is tried. Each candidate is tried at most once an attempt, in order.',
  inputs: {
    run: ['ran', 'stopped', 'fault'],
    recipients: ['left', 'none'],
    candidates: ['left', 'none'],
  },
  verdicts: ['try-next', 'conclude', 'defer-for-stop', 'defer-for-fault'],
})([
  { id: 'NEXT-1', when: { run: 'ran', recipients: 'left', candidates: 'left' },  then: 'try-next',
    why: 'Somebody still waits for the message, and somebody is left to take it.', refs: ['STS-5.1-2', 'RTLS-4.2.1-6', 'CHOICE-6', 'CHOICE-15'] },
  { id: 'NEXT-2', when: { run: 'ran', recipients: 'left', candidates: 'none' },  then: 'conclude',
    why: 'This attempt has no host left to try.', refs: ['DUAL-3-5'] },
  { id: 'NEXT-3', when: { run: 'ran', recipients: 'none' },                      then: 'conclude',
    why: 'Every recipient has an outcome.', refs: ['CHOICE-15'] },
  { id: 'NEXT-4', when: { run: 'fault' },                                        then: 'defer-for-fault',
    why: 'A mistake of ours must cost time, not mail.', refs: ['CHOICE-6'] },
  { id: 'NEXT-5', when: { run: 'stopped' },                                      then: 'defer-for-stop',
    why: 'Whoever stopped the attempt wants no other host tried, and knows nothing new of this one.', refs: ['CHOICE-18'] },
]);

// biome-ignore format: a table
export const attemptConclusion = defineTable({
  name: 'attempt-conclusion',
  about: 'How an attempt ends for a recipient whom no host has taken or refused. `requireTls`: what all hosts that exist have in common for a REQUIRETLS message '
    + '(`keyword`: each failed definitively, and at least one authenticated host only lacked the keyword). `worst`: the most telling reason over all hosts.',
  inputs: {
    requireTls: ['not-required', 'keyword', 'definitive', 'temporary'],
    worst: FAILURE_CATEGORIES,
  },
  verdicts: ['bounce 5.7.30', 'bounce 5.7.10', 'bounce 5.4.4', 'bounce as replied', 'defer 4.7.5', 'defer 4.7.8', 'defer as replied', 'defer 4.4.2', 'defer 4.4.1', 'defer 4.4.3', 'defer 4.4.4'],
})([
  { id: 'END-1', when: { worst: 'no-target' },                                                                                       then: 'bounce 5.4.4',
    why: 'No host has an address, by answers that are definitive.', refs: ['DANE-2.2.2-3', 'CHOICE-14'] },
  { id: 'END-10', when: { worst: 'refused' },                                                                                        then: 'bounce as replied',
    why: 'Every host that there is has refused the message for good.', refs: ['DUAL-3-6', 'CHOICE-14'] },
  { id: 'END-2', when: { requireTls: 'keyword', worst: ['policy', 'reply', 'connection-lost', 'connection-failed', 'lookup-failed', 'address-left-out'] }, then: 'bounce 5.7.30',
    why: 'Every host has failed for good, and one that proved itself does not take over the promise that the sender asked for.', refs: ['RTLS-4.2.1-10', 'RTLS-7-1', 'CHOICE-7'] },
  { id: 'END-3', when: { requireTls: 'definitive', worst: ['policy', 'reply', 'connection-lost', 'connection-failed', 'lookup-failed', 'address-left-out'] }, then: 'bounce 5.7.10',
    why: 'No protected session with a validated host can be had.', refs: ['RTLS-4.2.1-8', 'RTLS-4.2.1-10', 'CHOICE-7'] },
  { id: 'END-4', when: { requireTls: ['not-required', 'temporary'], worst: 'policy' },                                               then: 'defer 4.7.5',
    why: 'A host gave no session that may be used, and what stands in its way may be repaired while the message waits.', refs: ['STS-5-1', 'DANE-2.2-1', 'CHOICE-6', 'CHOICE-14'] },
  { id: 'END-11', when: { worst: 'authentication' },                                                                                  then: 'defer 4.7.8',
    why: 'A relay did not let us in; that is told to the operator, and no mail is returned for it.', refs: ['AUTH-6-1', 'CHOICE-42'] },
  { id: 'END-5', when: { requireTls: ['not-required', 'temporary'], worst: 'reply' },                                                then: 'defer as replied',
    why: 'The remote said so itself.', refs: ['DUAL-3-6', 'CHOICE-14'] },
  { id: 'END-6', when: { requireTls: ['not-required', 'temporary'], worst: 'connection-lost' },                                      then: 'defer 4.4.2',
    why: 'A connection that broke may hold the next time.', refs: ['SMTP-3.8-1', 'CHOICE-14'] },
  { id: 'END-7', when: { requireTls: ['not-required', 'temporary'], worst: 'connection-failed' },                                    then: 'defer 4.4.1',
    why: 'A host that does not answer may answer later.', refs: ['DUAL-3-5', 'CHOICE-14'] },
  { id: 'END-8', when: { requireTls: ['not-required', 'temporary'], worst: 'lookup-failed' },                                        then: 'defer 4.4.3',
    why: 'A host whose address is not known yet may take the message later.', refs: ['DANE-2.1.1-6', 'CHOICE-14'] },
  { id: 'END-9', when: { requireTls: ['not-required', 'temporary'], worst: 'address-left-out' },                                     then: 'defer 4.4.4',
    why: 'A host was named whose addresses may not be dialled; whoever named it can repair that.', refs: ['X-13', 'CHOICE-14'] },
]);
