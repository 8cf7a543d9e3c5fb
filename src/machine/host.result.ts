import { daneApplies } from '../policy/dane/dane-applies.table.js';
import type { HostResult } from '../policy/host/types.js';
import { decide } from '../policy/kernel/table.js';
import { mxProofOf, policyDomainOf } from '../policy/mx/candidate.js';
import { answersOf, reportLookup } from '../policy/tls-report/report-lookup.js';
import { reportSession } from '../policy/tls-report/report-session.js';
import type { TlsReportPolicy } from '../policy/tls-report/tally.js';
import type { HostContext, Served } from './host.context.js';

/** What a host run came to. */
export function resultOf(context: HostContext): HostResult {
  const { input, end } = context;
  return {
    candidate: input.candidate,
    failure: context.states === null ? (end?.failure ?? 'temporary') : null,
    recipients: input.recipients.map((_, place) => context.states?.[place] ?? end!.state),
    ...(context.served ?? servedBy(context)),
    reply: context.lastReply,
    decisions: context.decisions,
    reports: reportsOf(context),
    dialled: context.dialled,
  };
}

/** The present connection, as it is told of those who were served over it. */
export function servedBy(context: HostContext): Served {
  return {
    ip: context.session === 0 ? null : (context.addresses[context.address] ?? null),
    tls: context.tls,
    authentication: context.authentication,
    cleartextRetry: context.channel === 'cleartext-retry' ? 'yes' : 'no',
    ...(context.handedOn === null ? {} : { handedOn: context.handedOn }),
  };
}

/** Messages that set policies aside, and reports themselves, are not counted (RFC 8460, Section 3; RFC 8689, Section 3). */
function reportsOf(context: HostContext): readonly TlsReportPolicy[] {
  const { input, reported, plan } = context;
  const isCounted = context.message !== 'tls-optional' && input.message.report !== 'tls';
  const domain = policyDomainOf(input.destination, input.candidate);
  // What a relay that takes all mail does is nobody's policy.
  if (domain === null || !isCounted || input.relay !== undefined) return [];
  if (context.addressKnowledge?.kind === 'failed') return lookupOf(context);
  if (reported === null || plan === null) return [];
  return reportSession({
    domain,
    host: input.candidate.host,
    ip: reported.ip,
    localAddress: reported.localAddress ?? '',
    ended: reported.ended,
    code: reported.code,
    tlsa: context.tlsa,
    sts: input.sts,
    operator: context.operator,
    plan,
    peer: context.peer,
  });
}

/** Before there was a plan. */
function lookupOf({ input, addressAnswer }: HostContext): readonly TlsReportPolicy[] {
  const { host, source } = input.candidate;
  const dane = decide(daneApplies, {
    target: 'name',
    mx: mxProofOf(source, input.mxSecurity),
    halfDane: input.settings.halfDane,
  });
  return reportLookup({
    ...{ policyDomain: host, host, dane: dane.verdict, security: input.mxSecurity },
    answers: addressAnswer === null ? [] : answersOf(addressAnswer),
  });
}
