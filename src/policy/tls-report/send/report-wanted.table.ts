import type { TxtAnswer } from '../../dns/answer.js';
import { type Decision, decide, defineTable } from '../../kernel/table.js';
import { readTlsReportRecord, type SkippedDestination, type TlsReportDestination } from '../tlsrpt-record.js';

// biome-ignore format: a table
export const reportWanted = defineTable({
  name: 'report-wanted',
  about: 'Whether a domain wants the report that there is about it, by its record at `_smtp._tls`, looked up when the report is sent. `destinations`: at least one can be sent to.',
  inputs: {
    lookup: ['answered', 'failed'],
    record: ['destinations', 'none-usable', 'invalid', 'absent'],
  },
  verdicts: ['send', 'drop', 'later'],
})([
  { id: 'WANT-1', when: { lookup: 'answered', record: 'destinations' },               then: 'send',
    why: 'The domain says where reports go.', refs: ['RPT-3-7'] },
  { id: 'WANT-2', when: { lookup: 'answered', record: ['invalid', 'absent'] },        then: 'drop',
    why: 'Whoever does not ask for reports, or not by the rules, gets none.', refs: ['RPT-3-2'] },
  { id: 'WANT-3', when: { lookup: 'answered', record: 'none-usable' },                then: 'drop',
    why: 'Nothing that the record names can be sent to.', refs: ['RPT-3-7'] },
  { id: 'WANT-4', when: { lookup: 'failed' },                                         then: 'later',
    why: 'A lookup that failed says nothing about the domain; it is made again.', refs: ['RPT-3-16'] },
]);

export interface WantedReport {
  readonly decision: Decision<'send' | 'drop' | 'later'>;
  readonly destinations: readonly TlsReportDestination[];
  readonly skipped: readonly SkippedDestination[];
}

/** Whether a report is wanted, and where. @param answer the TXT records at `_smtp._tls.DOMAIN` */
export function judgeWanted(answer: TxtAnswer): WantedReport {
  if (answer.kind === 'failed') {
    return {
      decision: decide(reportWanted, { lookup: 'failed', record: 'absent' }),
      destinations: [],
      skipped: [],
    };
  }
  const record = readTlsReportRecord(answer.records);
  const destinations = record.kind === 'found' ? distinct(record.destinations) : [];
  const skipped = record.kind === 'found' ? record.skipped : [];
  const word =
    record.kind !== 'found' ? record.kind : destinations.length > 0 ? 'destinations' : 'none-usable';
  return { decision: decide(reportWanted, { lookup: 'answered', record: word }), destinations, skipped };
}

/** The same address in two URIs gets one report. */
function distinct(destinations: readonly TlsReportDestination[]): readonly TlsReportDestination[] {
  const byTarget = new Map(
    destinations.map((each) => [each.kind === 'mailto' ? each.address : each.uri, each]),
  );
  return [...byTarget.values()];
}
