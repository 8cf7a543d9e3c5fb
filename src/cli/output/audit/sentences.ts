/* What is told first, in words, on the page and on the terminal. */
import type { AuditReport } from '../../../audit/report/index.js';
import { OWNERS } from '../../../policy/explain/fact.js';

export const RAISED = {
  encrypt: 'TLS, whoever answers ("encrypt")',
  verify: 'TLS with a verified certificate ("verify")',
  dane: 'DANE or nothing ("dane")',
} as const;

export function share(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const percent = (100 * part) / whole;
  // Neither "all" nor "none" unless it is.
  const text = percent.toFixed(1);
  return `${text === '100.0' && part < whole ? '99.9' : text === '0.0' && part > 0 ? '0.1' : text.replace(/\.0$/, '')} %`;
}

export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

/** "1 host", "2 000 hosts". */
export function countOf(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** How much, how protected, what waits and whose move it is. */
export function headlines({ period, sources, totals, reasons, repairs }: AuditReport): readonly string[] {
  if (period === null) return ['No attempt was recorded.'];
  const { recipients, delivered, authenticated, encrypted, clear, deferred, bounced } = totals;
  const [worst, next] = reasons;
  const movers = new Map<string, number>();
  for (const { by, recipients: some } of repairs)
    movers.set(OWNERS[by], (movers.get(OWNERS[by]) ?? 0) + some);
  const mover = [...movers].sort(([, left], [, right]) => right - left)[0];
  const moves = [...movers.values()].reduce((sum, some) => sum + some, 0);
  return [
    `From ${period.first.slice(0, 10)} to ${period.last.slice(0, 10)}, ${countOf(sources.attempts, 'attempt')} for ${countOf(recipients, 'recipient')}: ${count(delivered)} delivered (${share(delivered, recipients)}), ${count(deferred)} had to wait, ${count(bounced)} refused.`,
    ...(delivered === 0
      ? []
      : [
          `Of what was delivered, ${share(authenticated, delivered)} went to a host that proved itself, ${share(encrypted, delivered)} under TLS to whoever answered, and ${share(clear, delivered)} in clear.`,
        ]),
    worst === undefined
      ? 'Nothing had to wait, and nothing was refused.'
      : `${reasonSentence(worst, next, deferred + bounced)}${mover === undefined ? '' : ` What would help is for ${mover[0]} to do in ${count(mover[1])} of ${countOf(moves, 'case')}.`}`,
  ];
}

type Reason = AuditReport['reasons'][number];

/** The most frequent reason, where one is. */
function reasonSentence(worst: Reason, next: Reason | undefined, stopped: number): string {
  const share = `${count(worst.recipients)} of ${countOf(stopped, 'recipient')}`;
  return next !== undefined && next.recipients === worst.recipients
    ? `No reason is more frequent than all others; one of the most frequent is ${worst.row} (${share}): ${worst.why}`
    : `The most frequent reason is ${worst.row} (${share}): ${worst.why}`;
}

/** What has changed since the report before. */
export function changeSentences({ changes }: AuditReport): readonly string[] {
  if (changes === null) return [];
  const percent = (value: number | null) => (value === null ? 'nothing delivered' : share(value, 1));
  const some = (items: readonly string[]) =>
    `${items.slice(0, 5).join(', ')}${items.length > 5 ? ` and ${items.length - 5} more` : ''}`;
  const moved = (all: NonNullable<AuditReport['changes']>['fell']) =>
    some(all.map(({ domain, before, now }) => `${domain} (${before}, now ${now})`));
  return [
    `Authenticated: ${percent(changes.authenticated.before)} before, ${percent(changes.authenticated.now)} now. In clear: ${percent(changes.clear.before)} before, ${percent(changes.clear.now)} now.`,
    ...(changes.newReasons.length > 0 ? [`New reasons: ${some(changes.newReasons)}.`] : []),
    ...(changes.goneReasons.length > 0 ? [`Gone: ${some(changes.goneReasons)}.`] : []),
    ...(changes.fell.length > 0 ? [`Worst protection fell: ${moved(changes.fell)}.`] : []),
    ...(changes.rose.length > 0 ? [`Worst protection rose: ${moved(changes.rose)}.`] : []),
  ];
}

export function exceptionSentence({
  destination,
  demand,
  owner,
  reason,
  expiresAt,
  state,
}: AuditReport['exceptions'][number]): string {
  const end =
    state === 'expired'
      ? `ended on ${expiresAt}`
      : expiresAt === null
        ? 'has no end'
        : `ends on ${expiresAt}`;
  return `The rule for "${destination}" (${demand === 'none' ? 'demands nothing' : `demands ${demand}`}; ${owner}: ${reason}) ${end}.`;
}
