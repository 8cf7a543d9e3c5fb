/*
 * The judgements of the attempt machine, one for each judging state.
 */
import { chooseNext } from '../policy/attempt/conclude.js';
import { learnAddresses } from '../policy/host/addresses.js';
import type { Decision } from '../policy/kernel/table.js';
import { judgeNextHop as judgeWay } from '../policy/local/destination.js';
import { judgeDiscovery, judgeFetch, knowledgeOf, unexpiredPolicy } from '../policy/mta-sts/discover.js';
import { type FetchResult, readFetch } from '../policy/mta-sts/fetch.js';
import type { Candidate } from '../policy/mx/candidate.js';
import { candidatesOf, hasEqualPreferences, judgeMx as judgeMxAnswer } from '../policy/mx/discover.js';
import { judgeAddress } from '../policy/names/target-address.table.js';
import { type AttemptContext, type AttemptEnd, waitingOf } from './attempt.context.js';

type Judged = Partial<AttemptContext>;

/** A relay and a literal are their own candidates; the others come with the MX answer. */
export function judgeNextHop(context: AttemptContext): Judged {
  const { destination, settings, startedAt } = context.input;
  const { decision, relay } = judgeWay(destination, settings.destinations, startedAt);
  const judged = { ...note(context, decision), way: decision.verdict };
  if (relay !== null) return { ...judged, candidates: [{ ...relay, source: 'relay', preference: 0 }] };
  if (destination.kind === 'domain') return judged;
  return { ...judged, candidates: [{ host: destination.address, source: 'literal', preference: 0 }] };
}

export function judgeMx(context: AttemptContext): Judged {
  const decision = judgeMxAnswer(context.mx!);
  const noted = note(context, decision);
  switch (decision.verdict) {
    case 'try-hosts': {
      const records = context.mx!.kind === 'failed' ? [] : context.mx!.records;
      return { ...noted, next: hasEqualPreferences(records) ? 'draw' : 'go-on' };
    }
    case 'try-domain':
      return { ...noted, candidates: [domainItself(context)], next: 'go-on' };
    case 'no-mail-accepted':
      return { ...noted, ...conclude({ outcome: 'bounced', status: '5.1.10', decision }) };
    case 'no-target':
      return { ...noted, ...conclude({ outcome: 'bounced', status: '5.4.4', decision }) };
    case 'unknown':
      return { ...noted, ...conclude({ outcome: 'deferred', status: '4.4.3', decision }) };
  }
}

/** By now the draws are in, so the candidates can be put in order. */
export function judgePolicy(context: AttemptContext): Judged {
  const decision = judgeDiscovery({
    cache: context.cache!,
    txt: context.txt!,
    message: strictnessOf(context),
    settings: context.input.settings,
    now: context.now,
  });
  const cached = unexpiredPolicy(context.cache!, context.now);
  const judged = {
    ...note(context, decision),
    ...candidatesFor(context),
    sts: knowledgeOf(decision.verdict, cached, null),
  };
  switch (decision.verdict) {
    case 'fetch':
      return { ...judged, next: 'fetch' };
    case 'defer':
      return { ...judged, ...conclude({ outcome: 'deferred', status: '4.4.3', decision }) };
    case 'defer-for-cache':
      return { ...judged, ...conclude({ outcome: 'deferred', status: '4.3.0', decision }) };
    case 'use-cached':
    case 'use-cached-stale':
    case 'no-policy':
    case 'proceed-unknown':
      return { ...judged, next: 'go-on' };
  }
}

export function judgePolicyHost(context: AttemptContext): Judged {
  const known = learnAddresses(context.policyHost!, []);
  const { privateAddresses, addressesMax } = context.input.settings;
  const found = known.kind === 'found' ? known.addresses : [];
  const addresses = found.filter((address) => judgeAddress(address, privateAddresses).verdict === 'connect');
  return {
    policyAddresses: addresses.slice(0, addressesMax),
    next: addresses.length === 0 ? 'go-on' : 'fetch',
  };
}

export function judgeFetched(context: AttemptContext): Judged {
  const fetched = context.fetch === null ? unreachable(context) : readFetch(context.fetch);
  const decision = judgeFetch(fetched, context.cache!, strictnessOf(context), context.now);
  const cached = unexpiredPolicy(context.cache!, context.now);
  const judged = {
    ...note(context, decision),
    fetched,
    sts: knowledgeOf(decision.verdict, cached, fetched),
  };
  if (decision.verdict !== 'defer-for-cache') return { ...judged, next: 'store' };
  return { ...judged, ...conclude({ outcome: 'deferred', status: '4.3.0', decision }) };
}

function strictnessOf({ message }: AttemptContext) {
  return message === 'tls-optional' ? 'lenient' : 'strict';
}

export function judgeHost(context: AttemptContext): Judged {
  const decision = chooseNext(
    context.fault === null ? 'ran' : 'fault',
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
  }
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
  if (context.candidates.length > 0 || context.mx?.kind === 'failed') {
    return { candidates: context.candidates, cut: 'no' };
  }
  const all = candidatesOf(context.mx!.records, context.draws);
  const { candidatesMax } = context.input.settings;
  return { candidates: all.slice(0, candidatesMax), cut: all.length > candidatesMax ? 'yes' : 'no' };
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
