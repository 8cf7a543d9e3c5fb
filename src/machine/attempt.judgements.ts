/*
 * The judgements of the attempt machine, one for each judging state.
 */
import { chooseNext } from '../policy/attempt/conclude.js';
import { stopped } from '../policy/attempt/stop.table.js';
import type { MxRecord } from '../policy/dns/answer.js';
import { addressesToVisit, learnAddresses } from '../policy/host/addresses.js';
import { failedExchange } from '../policy/host/exchange.js';
import { type Decision, decide } from '../policy/kernel/table.js';
import { judgeNextHop as judgeWay, type NextHopVerdict } from '../policy/local/destination.js';
import {
  judgePolicyCache,
  knowledgeOf,
  learnRecord,
  unexpiredPolicy,
  witnessOf,
  witnessOfCache,
} from '../policy/mta-sts/discover.js';
import { type FetchResult, readFetch } from '../policy/mta-sts/fetch.js';
import type { Candidate } from '../policy/mx/candidate.js';
import {
  betterThanOwn,
  candidatesOf,
  type DenialVerdict,
  hasEqualPreferences,
  judgeDenial,
  judgeMx as judgeMxAnswer,
  type MxVerdict,
  withinBound,
} from '../policy/mx/discover.js';
import type { ChosenTransport } from '../policy/relay/route.js';
import {
  type AttemptContext,
  type AttemptEnd,
  mxRecords,
  seeksPolicy,
  waitingOf,
} from './attempt.context.js';

type Judged = Partial<AttemptContext>;

/** A relay and a literal are their own candidates; the others come with the MX answer. */
export function judgeNextHop(context: AttemptContext): Judged {
  const { destination, settings, startedAt } = context.input;
  // Rules for destinations say where mail goes; whose policy is asked for was said by name, and an address has none.
  if (seeksPolicy(context.input)) return { next: destination.kind === 'literal' ? 'conclude' : 'go-on' };
  const { transport } = context.input;
  const { decision, relay } = judgeWay(destination, settings.destinations, startedAt, transport);
  const chosen = transport === undefined ? [] : [{ ...transport.decision, mx: null }];
  const judged = {
    decisions: [...context.decisions, ...chosen, { ...decision, mx: null }],
    way: decision.verdict,
  };
  const end = endOfWay(decision, transport);
  if (end !== null) return { ...judged, ...conclude(end) };
  if (relay !== null) {
    const { host, port } = relay;
    return { ...judged, candidates: [{ host, port, source: 'relay', preference: 0 }] };
  }
  if (destination.kind === 'domain') return judged;
  return { ...judged, candidates: [{ host: destination.address, source: 'literal', preference: 0 }] };
}

/** Null: there is a way. */
function endOfWay(
  decision: Decision<NextHopVerdict>,
  chosen: ChosenTransport | undefined,
): AttemptEnd | null {
  const status = chosen?.transport?.kind === 'fail' ? chosen.transport.status : '5.0.0';
  switch (decision.verdict) {
    case 'fail':
      return { outcome: 'bounced', status, decision };
    case 'fail-for-now':
      return { outcome: 'deferred', status, decision };
    case 'wait-for-relay':
      return { outcome: 'deferred', status: '4.7.8', decision };
    case 'wait-for-transport':
      return { outcome: 'deferred', status: '4.3.5', decision };
    case 'relay':
    case 'submit':
    case 'literal':
    case 'mx':
      return null;
  }
}

export function judgeMx(context: AttemptContext): Judged {
  const decision = judgeMxAnswer(context.mx!, context.input.settings.ownHosts);
  const noted = note(context, decision);
  switch (decision.verdict) {
    case 'try-hosts': {
      return { ...noted, next: hasEqualPreferences(recordsToTry(context)) ? 'draw' : 'go-on' };
    }
    case 'try-domain':
      return { ...noted, candidates: [domainItself(context)], next: 'go-on' };
    case 'no-mail-accepted':
    case 'no-target':
    case 'loop':
      return endByDenial(
        { ...context, ...noted },
        decision,
        judgeDenial(context.mx!, witnessOfCache(context.cache!, context.now), 'not-yet'),
      );
    case 'unknown':
      return { ...noted, ...conclude({ outcome: 'deferred', status: '4.4.3', decision }) };
  }
}

/** Nobody to deliver to, by an answer that was not believed before the policy was looked for. */
export function judgeDeniedAgain(context: AttemptContext): Judged {
  const denied = judgeMxAnswer(context.mx!, context.input.settings.ownHosts);
  return endByDenial(context, denied, judgeDenial(context.mx!, witnessOf(context.sts), 'done'));
}

function endByDenial(
  context: AttemptContext,
  denied: Decision<MxVerdict>,
  decision: Decision<DenialVerdict>,
): Judged {
  const noted = note(context, decision);
  switch (decision.verdict) {
    case 'believe': {
      return {
        ...noted,
        ...conclude({ outcome: 'bounced', status: statusOf(denied.verdict), decision: denied }),
      };
    }
    case 'look-for-policy':
      return { ...noted, next: 'go-on' };
    case 'wait':
      return { ...noted, ...conclude({ outcome: 'deferred', status: '4.4.3', decision }) };
  }
}

function statusOf(denied: MxVerdict): string {
  if (denied === 'no-mail-accepted') return '5.1.10';
  return denied === 'loop' ? '5.4.6' : '5.4.4';
}

/** By now the draws are in, so the candidates can be put in order. */
export function judgePolicy(context: AttemptContext): Judged {
  const { decision, learned } = judgeKept(context, null);
  const judged = { ...learned, ...candidatesFor(context) };
  switch (decision.verdict) {
    case 'fetch':
      return { ...judged, next: 'fetch' };
    case 'defer':
      return { ...judged, ...conclude({ outcome: 'deferred', status: '4.4.3', decision }) };
    case 'defer-for-cache':
      return { ...judged, ...conclude({ outcome: 'deferred', status: '4.3.0', decision }) };
    case 'use-cached':
    case 'use-cached-stale':
    case 'adopt':
    case 'no-policy':
    case 'proceed-unknown':
      return { ...judged, next: 'go-on' };
  }
}

/** The one decision about the policy, which is made before the fetch and after it. */
function judgeKept(context: AttemptContext, fetched: FetchResult | null) {
  const cache = context.cache!;
  const decision = judgePolicyCache({
    cache,
    record: learnRecord(context.txt!),
    fetched,
    message: context.message === 'tls-optional' ? 'lenient' : 'strict',
    purpose: context.input.purpose === 'refresh-policy' ? 'refresh' : 'deliver',
    settings: context.input.settings,
    now: context.now,
  });
  const sts = knowledgeOf(decision.verdict, unexpiredPolicy(cache, context.now), fetched);
  return { decision, learned: { ...note(context, decision), policyVerdict: decision.verdict, fetched, sts } };
}

export function judgePolicyHost(context: AttemptContext): Judged {
  const addresses = addressesToVisit(context.policyHost!, context.input.settings);
  return {
    policyAddresses: addresses,
    next: addresses.length === 0 ? 'go-on' : 'fetch',
  };
}

export function judgeFetched(context: AttemptContext): Judged {
  const fetched = context.fetch === null ? unreachable(context) : readFetch(context.fetch);
  const { decision, learned } = judgeKept(context, fetched);
  if (decision.verdict !== 'defer-for-cache') return { ...learned, next: 'store' };
  return { ...learned, ...conclude({ outcome: 'deferred', status: '4.3.0', decision }) };
}

export function judgeHost(context: AttemptContext): Judged {
  const decision = chooseNext(
    context.fault !== null ? 'fault' : stopOf(context) !== null ? 'stopped' : 'ran',
    waitingOf(context).length,
    context.candidates.length - context.tried,
  );
  const noted = note(context, decision);
  switch (decision.verdict) {
    case 'try-next':
      return { ...noted, next: 'try' };
    case 'conclude':
      return { ...noted, next: 'conclude' };
    case 'defer-for-fault':
      return { ...noted, ...conclude({ outcome: 'deferred', status: '4.3.0', decision }) };
    case 'defer-for-stop':
      return { ...noted, ...conclude(endByStop(stopOf(context) ?? decision)) };
  }
}

export function judgeStop(context: AttemptContext): Judged {
  const decision = decide(stopped, { during: 'lookup' });
  return { ...note(context, decision), ...conclude(endByStop(decision)) };
}

function endByStop(decision: Decision): AttemptEnd {
  return { outcome: 'deferred', status: '4.3.0', decision, exchange: failedExchange('aborted') };
}

/** What it meant that the last host run was stopped; null: it was not. */
function stopOf({ runs }: AttemptContext): Decision | null {
  return runs.at(-1)?.decisions.find(({ table }) => table === stopped.name) ?? null;
}

function unreachable(context: AttemptContext): FetchResult {
  const isUnknown = learnAddresses(context.policyHost!, []).kind === 'failed';
  return {
    kind: 'failed',
    failure: 'policy-fetch-failed',
    reason: isUnknown ? 'address-lookup-failed' : 'no-usable-address',
  };
}

function candidatesFor(context: AttemptContext): Pick<AttemptContext, 'candidates' | 'cut'> {
  // A relay is known already, and so is a domain that is its own host.
  if (context.candidates.length > 0) return { candidates: context.candidates, cut: 'no' };
  const { settings, dialled } = context.input;
  const all = candidatesOf(recordsToTry(context), context.draws);
  const candidates = withinBound(all, settings.candidatesMax, new Set(Object.keys(dialled)));
  return { candidates, cut: candidates.length < all.length ? 'yes' : 'no' };
}

function recordsToTry(context: AttemptContext): readonly MxRecord[] {
  return betterThanOwn(mxRecords(context), context.input.settings.ownHosts);
}

function domainItself({ input: { destination } }: AttemptContext): Candidate {
  const host = destination.kind === 'domain' ? destination.name : destination.address;
  return { host, source: 'implicit', preference: 0 };
}

function conclude(end: AttemptEnd): Judged {
  return { end, next: 'conclude' };
}

function note(context: AttemptContext, decision: Decision): Pick<AttemptContext, 'decisions'> {
  return { decisions: [...context.decisions, { ...decision, mx: null }] };
}
