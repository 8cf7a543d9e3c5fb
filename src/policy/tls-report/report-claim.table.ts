/*
 * Who sends a day's report. Several nodes may want to; the store lets one of them, and another only if that one has not
 * said in time what became of it.
 */
import { defineTable } from '../kernel/table.js';

// biome-ignore format: a table
export const reportClaim = defineTable({
  name: 'report-claim',
  about: 'Whether a node may send a report. `claim`: that of another node, if there is one; `far-off`: it ends more than a day from now, so that node\'s clock was wrong.',
  inputs: {
    report: ['unknown', 'open', 'claimed', 'settled'],
    claim: ['running', 'over', 'far-off'],
  },
  verdicts: ['claimed', 'taken'],
})([
  { id: 'CLAIM-1', when: { report: 'open' },                              then: 'claimed',
    why: 'Nobody else sends it.', refs: ['RPT-4.1-1'] },
  { id: 'CLAIM-2', when: { report: 'claimed', claim: 'running' },         then: 'taken',
    why: 'Two reports of one day would count everything twice.', refs: ['X-11'] },
  { id: 'CLAIM-3', when: { report: 'claimed', claim: ['over', 'far-off'] }, then: 'claimed',
    why: 'Who claimed it has ended without a word; a report is worth trying for a day, so no claim lasts longer.', refs: ['RPT-5.5-1', 'X-11'] },
  { id: 'CLAIM-4', when: { report: ['settled', 'unknown'] },              then: 'taken',
    why: 'There is nothing left to send.', refs: ['X-11'] },
]);
