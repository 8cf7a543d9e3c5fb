import { type LeftHost, whyPassed, whyStopped } from '../policy/attempt/because.js';
import { type ConclusionVerdict, concludeRecipient } from '../policy/attempt/conclude.js';
import type { AttemptResult, PlacedDecision, RecipientResult } from '../policy/attempt/types.js';
import { rememberDialled } from '../policy/host/addresses.js';
import { NO_EXCHANGE } from '../policy/host/exchange.js';
import type { FailureCategory, RecipientState } from '../policy/host/types.js';
import { type Decision, withoutRepetition } from '../policy/kernel/table.js';
import { learnRecord } from '../policy/mta-sts/discover.js';
import { mergePolicy } from '../policy/mta-sts/merge-policy.js';
import type { PolicyFindings } from '../policy/mta-sts/policy-findings.js';
import { reportDiscovery } from '../policy/tls-report/report-discovery.js';
import { reportLookup } from '../policy/tls-report/report-lookup.js';
import { addTallies, type TlsReportPolicy } from '../policy/tls-report/tally.js';
import { changeOf, dialledAt } from './attempt.asks.js';
import { type AttemptContext, policyDomain, type RecipientProgress, seeksPolicy } from './attempt.context.js';

/** What an attempt came to: every recipient has an outcome. */
export function resultOf(context: AttemptContext): AttemptResult {
  const recipients = seeksPolicy(context.input)
    ? []
    : context.recipients.map((progress) => concludeFor(context, progress));
  return {
    ...(context.input.transport === undefined ? {} : { transport: context.input.transport.name }),
    destination: context.input.destination,
    recipients,
    mxSecurity: context.mx?.kind === 'secure' ? 'secure' : 'insecure',
    requireTls: context.message === 'requires-tls' ? 'yes' : 'no',
    decisions: decisionsOf(context, recipients),
    reports: reportsOf(context),
    dialled: dialledOf(context),
    policy: policyOf(context),
  };
}

/** Where there are more hosts than one attempt tries, those that it came to are named even if none of their addresses was dialled. */
function dialledOf({ input, runs, cut }: AttemptContext): AttemptResult['dialled'] {
  return Object.fromEntries(
    runs
      .map(({ candidate: { host }, dialled }) => [host, dialled] as const)
      .filter(([, dialled]) => dialled.length > 0 || cut === 'yes')
      .map(([host, dialled]) => [host, rememberDialled(dialledAt(input.dialled, host), dialled)]),
  );
}

function policyOf(context: AttemptContext): PolicyFindings | null {
  const { policyVerdict, sts, txt, cache, fetched, stored } = context;
  if (policyVerdict === null || policyVerdict === 'fetch' || txt === null || cache === null) return null;
  return {
    domain: policyDomain(context)!,
    verdict: policyVerdict,
    known: sts,
    record: learnRecord(txt),
    fetched,
    before: cache,
    after: stored === 'written' ? mergePolicy(cache, changeOf(context)).kept : cache,
  };
}

function concludeFor(context: AttemptContext, progress: RecipientProgress): RecipientResult {
  const { recipient, host } = progress;
  const state: RecipientState = progress.state ?? {
    verdict: 'next-host',
    status: '',
    ...(context.end?.exchange ?? NO_EXCHANGE),
    category: null,
    because: null,
  };
  if (state.verdict === 'delivered') {
    const because = host === null ? null : whyPassed(host);
    return { recipient, outcome: 'delivered', status: state.status, state, host, decision: null, because };
  }
  if (state.verdict === 'bounced') {
    const because = state.because && { ...state.because, mx: host?.candidate.host ?? null };
    return { recipient, outcome: 'bounced', status: state.status, state, host, decision: null, because };
  }
  if (context.end !== null) {
    const { outcome, status, decision } = context.end;
    const mx = state.category === 'aborted' ? host!.candidate.host : null;
    return { recipient, outcome, status, state, host, decision, because: { ...decision, mx } };
  }
  const required = context.message === 'requires-tls' ? 'yes' : 'no';
  const hosts = [...progress.failedAt, ...notLookedAt(context)];
  const decision = concludeRecipient(hosts, required);
  const because = whyStopped(hosts, decision);
  return { recipient, ...outcomeOf(decision, progress), state, host, decision, because };
}

function outcomeOf(
  decision: Decision<ConclusionVerdict>,
  progress: RecipientProgress,
): Pick<RecipientResult, 'outcome' | 'status'> {
  switch (decision.verdict) {
    case 'bounce 5.7.30':
    case 'bounce 5.7.10':
    case 'bounce 5.4.4':
      return { outcome: 'bounced', status: decision.verdict.slice('bounce '.length) };
    case 'bounce as replied':
      return { outcome: 'bounced', status: lastStatus(progress, 'refused') ?? '5.0.0' };
    case 'defer as replied':
      return { outcome: 'deferred', status: lastStatus(progress, 'reply') || '4.0.0' };
    case 'defer 4.7.5':
    case 'defer 4.7.8':
    case 'defer 4.4.1':
    case 'defer 4.4.2':
    case 'defer 4.4.3':
    case 'defer 4.4.4':
      return { outcome: 'deferred', status: decision.verdict.slice('defer '.length) };
  }
}

/** Hosts beyond the bound count as one of which nothing could be learned: never a reason to bounce. */
function notLookedAt({ cut }: AttemptContext): readonly LeftHost[] {
  return cut === 'no' ? [] : [{ category: 'lookup-failed', failure: 'temporary', status: '', because: null }];
}

/** Of the last host whose reply was the reason. */
function lastStatus({ failedAt }: RecipientProgress, category: FailureCategory): string | undefined {
  return failedAt.filter((failed) => failed.category === category).at(-1)?.status;
}

/** In the order in which they were made: about the domain, about each host in turn, about the end. */
function decisionsOf(
  context: AttemptContext,
  recipients: readonly RecipientResult[],
): readonly PlacedDecision[] {
  const about = context.decisions.filter(({ table }) => table !== 'next-candidate');
  const next = context.decisions.filter(({ table }) => table === 'next-candidate');
  const perHost = context.runs.flatMap((run, at) => [
    ...run.decisions.map((decision) => ({ ...decision, mx: run.candidate.host })),
    ...next.slice(at, at + 1),
  ]);
  const ends = recipients.flatMap(({ decision }) => (decision === null ? [] : [decision]));
  const own = withoutRepetition(ends).filter(
    (decision) => ![...context.decisions, ...perHost].some(({ row }) => row === decision.row),
  );
  return [
    ...about,
    ...perHost,
    ...next.slice(context.runs.length),
    ...own.map((decision) => ({ ...decision, mx: null })),
  ];
}

function reportsOf(context: AttemptContext): readonly TlsReportPolicy[] {
  if (seeksPolicy(context.input)) return [];
  const isCounted = context.message !== 'tls-optional' && context.input.message.report !== 'tls';
  const domain = policyDomain(context);
  if (!isCounted || domain === null || context.way === 'submit') return [];
  const { mx, txt, fetched, sts } = context;
  return addTallies([
    ...(mx === null
      ? []
      : reportLookup({ policyDomain: domain, host: '', dane: 'look', security: 'insecure', answers: [mx] })),
    ...(txt === null ? [] : reportDiscovery({ domain, txt, fetched, sts })),
    ...context.runs.flatMap((run) => run.reports),
  ]);
}
