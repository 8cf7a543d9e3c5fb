import type { AuditReport } from '../../../audit/report/index.js';
import { OWNERS } from '../../../policy/explain/fact.js';
import { painter } from '../terminal.js';
import { fitted, wrapped } from '../wrap.js';
import { changeSentences, count, countOf, exceptionSentence, headlines, RAISED, share } from './sentences.js';

const LINES_MAX = 12;

/** For people: three sentences, why mail waits, what helps, and what could be stricter. */
export function renderAudit(report: AuditReport): string {
  const { reasons, repairs, domains, raise, exceptions } = report;
  const paint = painter();
  const part = (title: string, lines: readonly string[], all = lines.length) =>
    lines.length === 0
      ? ''
      : `\n${paint('bold', title)}\n${lines.map((line) => wrapped(line, '  ', '    ')).join('')}${all > lines.length ? `  and ${count(all - lines.length)} more\n` : ''}`;
  const some = <T>(items: readonly T[], line: (item: T) => string) => items.slice(0, LINES_MAX).map(line);
  return fitted(
    [
      ...headlines(report).map((line) => wrapped(line, '', '')),
      part('what has changed', changeSentences(report)),
      part(
        'why mail waits or was refused',
        some(
          reasons,
          ({ row, outcome, recipients, domains: some, why, example }) =>
            `${row} (${outcome}, ${countOf(recipients, 'recipient')}, ${countOf(some, 'domain')}): ${exampleText(example.facts, recipients)}${why}`,
        ),
        reasons.length,
      ),
      part(
        'what would help',
        some(
          repairs,
          ({ by, domain, what, recipients, kind }) =>
            `${domain}: ${kind === 'concession' ? 'at a price, ' : ''}${OWNERS[by]}: ${what} (${countOf(recipients, 'recipient')})`,
        ),
        repairs.length,
      ),
      part(
        'could be stricter without loss',
        some(
          raise,
          ({ domain, to, delivered, checked }) =>
            `${domain}: ${RAISED[to]}; ${count(delivered)} were delivered, ${countOf(checked, 'attempt')} played again under it`,
        ),
        raise.length,
      ),
      part('exceptions', some(exceptions, exceptionSentence), exceptions.length),
      part(
        'domains',
        some(
          domains,
          (each) =>
            `${each.domain}: ${countOf(each.recipients, 'recipient')}, ${share(each.delivered, each.recipients)} delivered; ${count(each.authenticated)} authenticated, ${count(each.encrypted)} encrypted, ${count(each.clear)} in clear`,
        ),
        domains.length,
      ),
    ].join(''),
  );
}

/** What happened, to one of them where there were several. */
function exampleText(facts: readonly string[], recipients: number): string {
  if (facts.length === 0) return '';
  return `${recipients > 1 ? 'For example: ' : ''}${facts.join(' ')} `;
}
