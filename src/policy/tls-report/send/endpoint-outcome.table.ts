/*
 * What came of handing a report to one endpoint, and what follows for the report when all were tried.
 */
import { type Decision, decide, defineTable } from '../../kernel/table.js';

// biome-ignore format: a table
export const endpointOutcome = defineTable({
  name: 'endpoint-outcome',
  about: 'What an endpoint\'s answer to a report means. For mail: what became of the recipient; for HTTPS: the status code, or that there was none.',
  inputs: {
    answer: [
      'mail-delivered', 'mail-deferred', 'mail-bounced', 'no-key', 'signing-failed',
      'status-2xx', 'status-passing', 'status-other', 'no-response', 'no-such-host', 'address-refused', 'host-exhausted',
    ],
  },
  verdicts: ['accepted', 'later', 'refused'],
})([
  { id: 'ENDP-1', when: { answer: ['mail-delivered', 'status-2xx'] },          then: 'accepted',
    why: 'The endpoint has taken it.', refs: ['RPT-5.4-2', 'RPT-3-15'] },
  { id: 'ENDP-2', when: { answer: ['mail-deferred', 'no-response'] },          then: 'later',
    why: 'What went wrong may pass.', refs: ['RPT-5.5-1'] },
  { id: 'ENDP-3', when: { answer: 'status-passing' },                          then: 'later',
    why: 'The server itself says that it is not at its best, or that it is asked too often.', refs: ['RPT-5.4-2', 'RPT-5.5-1'] },
  { id: 'ENDP-4', when: { answer: ['mail-bounced', 'status-other'] },          then: 'refused',
    why: 'The same report would be answered in the same way; nobody follows a redirect.', refs: ['RPT-5.4-2'] },
  { id: 'ENDP-5', when: { answer: 'no-key' },                                  then: 'later',
    why: 'A report without a signature would have to be ignored, so none is mailed; a key can still be given.', refs: ['RPT-3-12'] },
  { id: 'ENDP-6', when: { answer: 'signing-failed' },                          then: 'later',
    why: 'That is our own fault, and can be repaired; unsigned it is not mailed.', refs: ['RPT-3-12'] },
  { id: 'ENDP-7', when: { answer: 'no-such-host' },                            then: 'refused',
    why: 'DNS says that nobody is there.', refs: ['RPT-5.4-2'] },
  { id: 'ENDP-8', when: { answer: 'address-refused' },                         then: 'refused',
    why: 'A record in a stranger\'s zone must not make us talk to our own network.', refs: ['RPT-7-1'] },
  { id: 'ENDP-9', when: { answer: 'host-exhausted' },                          then: 'later',
    why: 'This host got as many reports as one may get in a while, whoever asked for them to go there.', refs: ['RPT-7-1'] },
]);

// biome-ignore format: a table
export const reportConclusion = defineTable({
  name: 'report-conclusion',
  about: 'What becomes of a report after an attempt. `best`: the best outcome of all its endpoints; `next`: whether there is another attempt in time.',
  inputs: {
    best: ['accepted', 'later', 'refused'],
    next: ['in-time', 'too-late'],
  },
  verdicts: ['sent', 'wait', 'drop'],
})([
  { id: 'AFTER-1', when: { best: 'accepted' },                    then: 'sent',
    why: 'One endpoint that has it is enough.', refs: ['RPT-3-15'] },
  { id: 'AFTER-2', when: { best: 'later', next: 'in-time' },      then: 'wait',
    why: 'Another attempt may do better.', refs: ['RPT-5.5-1', 'RPT-5.5-2'] },
  { id: 'AFTER-3', when: { best: 'later', next: 'too-late' },     then: 'drop',
    why: 'There is no time for another attempt in the day in which it may be sent.', refs: ['RPT-5.5-1'] },
  { id: 'AFTER-4', when: { best: 'refused' },                     then: 'drop',
    why: 'No endpoint would take it at another time either.', refs: ['RPT-5.4-2', 'RPT-3-12'] },
]);

export type EndpointAnswer = (typeof endpointOutcome.inputs.answer)[number];
export type EndpointVerdict = (typeof endpointOutcome.verdicts)[number];

/** What an endpoint's answer means. */
export function judgeEndpoint(answer: EndpointAnswer): Decision<EndpointVerdict> {
  return decide(endpointOutcome, { answer });
}

/** What an HTTP status says of a report that was posted (RFC 8460, Section 5.4). */
export function answerOfStatus(status: number): EndpointAnswer {
  if (status >= 200 && status < 300) return 'status-2xx';
  return status >= 500 || [408, 425, 429].includes(status) ? 'status-passing' : 'status-other';
}

/** What becomes of a report. @param outcomes of its endpoints @param next when the next attempt may be made, if ever */
export function concludeReport(
  outcomes: readonly EndpointVerdict[],
  next: number | null,
): Decision<'sent' | 'wait' | 'drop'> {
  const best = (['accepted', 'later', 'refused'] as const).find((verdict) => outcomes.includes(verdict));
  return decide(reportConclusion, { best: best ?? 'refused', next: next === null ? 'too-late' : 'in-time' });
}
