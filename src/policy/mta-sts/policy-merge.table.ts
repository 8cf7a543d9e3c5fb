/*
 * What a store keeps when something new is learned of a domain's policy. Nodes that fetch at once must end alike in
 * whatever order their writes arrive, so what counts is when a thing was learned, never when it was written. Only a clock
 * that went back breaks that order: what it wrote before then would otherwise stand until time has caught up with it.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const policyMerge = defineTable({
  name: 'policy-merge',
  about: 'What becomes of a fetched policy, or of a failed fetch, beside what is kept of the domain. '
    + '`age`: a policy against the kept one, a failure against whatever was learned last (newer where nothing is kept); '
    + '`clock-moved`: what is kept is from more than five minutes later.',
  inputs: {
    incoming: ['policy', 'failure'],
    kept: ['none', 'policy', 'unreadable'],
    age: ['newer', 'same-or-older', 'clock-moved'],
  },
  verdicts: ['replace', 'keep', 'remember-failure'],
})([
  { id: 'MERGE-1', when: { incoming: 'policy', kept: ['none', 'unreadable'] },        then: 'replace',
    why: 'There is nothing to rely on yet.', refs: ['STS-3.2-9'] },
  { id: 'MERGE-2', when: { incoming: 'policy', kept: 'policy', age: 'newer' },        then: 'replace',
    why: 'The last successful fetch is the owner\'s last word, in every mode.', refs: ['STS-3.2-9', 'STS-8.3-1'] },
  { id: 'MERGE-3', when: { incoming: 'policy', kept: 'policy', age: 'same-or-older' }, then: 'keep',
    why: 'Another node has asked since, and a slow write must not undo its answer.', refs: ['STS-3.2-9', 'X-12'] },
  { id: 'MERGE-4', when: { incoming: 'policy', kept: 'policy', age: 'clock-moved' },  then: 'replace',
    why: 'A time that has not come yet was no time, so it cannot make anything the later one.', refs: ['X-12'] },
  { id: 'MERGE-5', when: { incoming: 'failure', age: ['newer', 'clock-moved'] },      then: 'remember-failure',
    why: 'It is kept beside the policy, never instead: who can break a fetch must not be able to lift a policy.', refs: ['STS-3.3-12', 'STS-3.3-8'] },
  { id: 'MERGE-6', when: { incoming: 'failure', age: 'same-or-older' },               then: 'keep',
    why: 'A fetch has succeeded since, or failed again.', refs: ['STS-3.3-12', 'STS-3.3-8'] },
]);

// biome-ignore format: a table
export const policyRoom = defineTable({
  name: 'policy-room',
  about: 'Whether a full store makes room for a domain of which it keeps nothing. `least`: what is least worth keeping, which is what would go. '
    + '`spent`: only a failed fetch, or a policy that has expired.',
  inputs: {
    newcomer: ['spent', 'none', 'testing', 'enforce'],
    least: ['spent', 'none', 'testing', 'enforce'],
  },
  verdicts: ['make-room', 'turn-away'],
})([
  { id: 'ROOM-1', when: { least: 'spent' },                                      then: 'make-room',
    why: 'It binds nobody any more.', refs: ['STS-3.2-9'] },
  { id: 'ROOM-2', when: { least: 'none', newcomer: ['none', 'testing', 'enforce'] }, then: 'make-room',
    why: 'It demands nothing, so nothing is lost but a fetch.', refs: ['STS-5-3'] },
  { id: 'ROOM-3', when: { least: 'none', newcomer: 'spent' },                    then: 'turn-away',
    why: 'A failure that is forgotten costs a fetch; so does a policy, and that one saves more of them.', refs: ['STS-3.3-8'] },
  { id: 'ROOM-4', when: { least: 'testing', newcomer: ['testing', 'enforce'] },  then: 'make-room',
    why: 'It stops no delivery, and the newcomer may.', refs: ['STS-5-2'] },
  { id: 'ROOM-5', when: { least: 'testing', newcomer: ['spent', 'none'] },       then: 'turn-away',
    why: 'What demands nothing must not end an owner\'s reports.', refs: ['STS-5-2', 'STS-5-3'] },
  { id: 'ROOM-6', when: { least: 'enforce' },                                    then: 'turn-away',
    why: 'Whoever can publish many policies must not be able to lift those of others; the newcomer\'s is fetched again each time.', refs: ['STS-3.3-12'] },
]);
