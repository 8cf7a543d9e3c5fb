/*
 * MTA-STS policies for people: a line that says what is in force, and what stands behind it.
 */
import type { StoredPolicy } from '../../../effects/stores.js';
import type { PolicyResult } from '../../../engine/engine.js';
import { ageOfCache } from '../../../policy/mta-sts/discover.js';
import { fetchFailureInWords } from '../../../policy/mta-sts/fetch-words.js';
import { expiryOf } from '../../../policy/mta-sts/merge-policy.js';
import type { StsPolicy } from '../../../policy/mta-sts/policy.js';
import type { RefreshOutcome } from '../../../services/sts/index.js';
import { type Paint, printable, type Style } from '../terminal.js';

/** What was found of a policy, and why it is taken for what it is. */
export function renderFound({ domain, policy, decisions }: PolicyResult, now: number, paint: Paint): string {
  const why = decisions.map(
    ({ row, verdict, why }) => `    ${row.padEnd(7)} ${verdict}  ${paint('dim', why)}\n`,
  );
  if (policy === null) return `${domain}  ${paint('red', 'nothing was learned')}\n${why.join('')}`;
  const { known, fetched, after } = policy;
  const failed =
    fetched?.kind === 'failed' ? [`    fetch    failed: ${printable(fetchFailureInWords(fetched))}\n`] : [];
  const head =
    known.kind === 'none'
      ? `${domain}  no policy\n`
      : known.kind === 'unknown'
        ? `${domain}  ${paint('yellow', 'not known')}\n`
        : `${domain}  ${modeOf(known.policy, paint)}${known.freshness === 'stale' ? '  kept, and not confirmed' : ''}\n${policyLines(known.policy)}`;
  const kept =
    after.kind === 'read' && after.cached !== null
      ? [`    kept     ${spanOf(expiryOf(after.cached), now)}\n`]
      : [];
  return [head, ...(known.kind === 'policy' ? kept : []), ...failed, ...why].join('');
}

/** What is kept of a domain. */
export function renderKept(entry: StoredPolicy, now: number, paint: Paint): string {
  const { domain } = entry;
  if (entry.kind === 'unreadable') return `${domain}  ${paint('red', 'what is kept cannot be read')}\n`;
  const { cached, failure } = entry;
  const failed =
    failure === null ? '' : `    failed   ${timeOf(failure.failedAt)} (id ${printable(failure.id)})\n`;
  if (cached === null) return `${domain}  no policy is kept\n${failed}`;
  const age = ageOfCache(entry, now);
  const note = age === 'current' ? '' : `  ${paint('yellow', age.replaceAll('-', ' '))}`;
  return [
    `${domain}  ${modeOf(cached.policy, paint)}${note}\n`,
    `    id       ${printable(cached.id)}\n`,
    policyLines(cached.policy),
    `    fetched  ${timeOf(cached.fetchedAt)}\n`,
    `    kept     ${spanOf(expiryOf(cached), now)}\n`,
    failed,
  ].join('');
}

const ALERTS: Readonly<Record<RefreshOutcome['alert']['verdict'], readonly [word: string, style: Style]>> = {
  quiet: ['renewed', 'green'],
  warn: ['not renewed', 'yellow'],
  alarm: ['not renewed', 'red'],
};

/** How a pass of refreshes went, a line for each. */
export function renderRefreshed(
  outcomes: readonly RefreshOutcome[],
  leftOut: number,
  now: number,
  paint: Paint,
): string {
  const lines = outcomes.map(({ domain, alert, expiresAt, result }) => {
    const [word, style] = ALERTS[alert.verdict];
    const fetched = result.policy?.fetched;
    const reason = fetched?.kind === 'failed' ? `: ${printable(fetchFailureInWords(fetched))}` : '';
    const until = expiresAt === null ? '' : `  ${spanOf(expiresAt, now)}`;
    return `${domain}  ${paint(style, word)}${reason}${until}\n`;
  });
  const none = outcomes.length === 0 && leftOut === 0 ? ['nothing is due\n'] : [];
  return [...none, ...lines, ...(leftOut === 0 ? [] : [`${leftOut} more are due\n`])].join('');
}

function modeOf({ mode }: StsPolicy, paint: Paint): string {
  return paint(mode === 'enforce' ? 'green' : 'yellow', mode);
}

function policyLines({ mx, maxAgeSeconds }: StsPolicy): string {
  const hosts = mx.map((pattern, at) => `    ${at === 0 ? 'mx' : '  '}       ${printable(pattern)}\n`);
  return [...hosts, `    max_age  ${maxAgeSeconds}\n`].join('');
}

function spanOf(expiresAt: number, now: number): string {
  const hours = Math.round((expiresAt - now) / 3_600_000);
  const left =
    expiresAt <= now ? 'over' : hours < 48 ? `${hours} hours left` : `${Math.round(hours / 24)} days left`;
  return `until ${timeOf(expiresAt)} (${left})`;
}

function timeOf(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? 'a time beyond calendars' : time.toISOString();
}
