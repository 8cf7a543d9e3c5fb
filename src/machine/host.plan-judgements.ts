/*
 * The judgements of the host machine before anything is dialled, one for each judging state: each puts what is known to a
 * table of src/policy and notes the decision, where it leads (`next`), and, if this is the end, how it ended.
 */
import { daneApplies } from '../policy/dane/dane-applies.table.js';
import { tlsaBase } from '../policy/dane/tlsa-base.table.js';
import { learnAddresses, withinBound } from '../policy/host/addresses.js';
import { planHost } from '../policy/host/plan.js';
import { judgeMissingAddress } from '../policy/host/unreachable.table.js';
import { decide, withoutRepetition } from '../policy/kernel/table.js';
import { type Candidate, mxProofOf, nextHopOf } from '../policy/mx/candidate.js';
import { familyOf } from '../policy/names/ip-address.js';
import { judgeAddress } from '../policy/names/target-address.table.js';
import type { HostContext } from './host.context.js';
import { endOf, having, type Judged, note } from './host.judged.js';

/** Whether the host is an address and no name, as that of a literal is and that of a relay may be. */
export function isAddress({ host }: Candidate): boolean {
  return familyOf(host) !== null;
}

export function judgeAddresses(context: HostContext): Judged {
  const { input } = context;
  const isLiteral = isAddress(input.candidate);
  const known = isLiteral
    ? ({
        kind: 'found',
        addresses: [input.candidate.host],
        security: 'insecure',
        expandedName: null,
        families: 'one',
      } as const)
    : learnAddresses(context.addressAnswer!, input.dialled);
  if (known.kind !== 'found') {
    const decision = judgeMissingAddress(known.kind, context.addressAnswer!, input);
    return {
      ...note(context, decision),
      addressKnowledge: known,
      end: endOf(decision.verdict, 'temporary', decision),
    };
  }
  const vetted = known.addresses.map((address) => ({
    address,
    decision: judgeAddress(
      address,
      input.settings.privateAddresses,
      input.candidate.source === 'relay' ? 'of-operator' : 'of-strangers',
    ),
  }));
  const leftOut = vetted
    .filter(({ decision }) => decision.verdict === 'leave-out')
    .map(({ decision }) => decision);
  const addresses = vetted
    .filter(({ decision }) => decision.verdict === 'connect')
    .map(({ address }) => address);
  const noted = note(context, ...withoutRepetition(leftOut));
  if (addresses.length === 0) {
    return {
      ...noted,
      addressKnowledge: known,
      end: endOf('address-left-out', 'temporary', leftOut.at(-1)!),
    };
  }
  const applies = decide(daneApplies, {
    target: isLiteral ? 'literal' : 'name',
    mx: mxProofOf(input.candidate.source, input.mxSecurity),
    halfDane: input.settings.halfDane,
  });
  const learned = {
    addressKnowledge: known,
    addresses: withinBound(addresses, input.settings.addressesMax),
    ...note(noted, applies),
  };
  return {
    ...learned,
    ...(applies.verdict === 'no-dane' ? { next: 'go-on' } : judgeBase(having(context, learned))),
  };
}

export function judgeAlias(context: HostContext): Judged {
  return judgeBase(context);
}

function judgeBase(context: HostContext): Judged {
  const known = context.addressKnowledge!;
  const { host } = context.input.candidate;
  const expanded = known.kind === 'found' ? known.expandedName : null;
  const decision = decide(tlsaBase, {
    alias: expanded === null ? 'none' : 'alias',
    addresses: known.kind === 'found' ? known.security : 'insecure',
    firstAlias: context.aliasAnswer === null ? 'not-asked' : context.aliasAnswer.kind,
  });
  const noted = note(context, decision);
  switch (decision.verdict) {
    case 'original':
      return { ...noted, tlsaBases: [host], next: 'ask-tlsa' };
    case 'expanded-then-original':
      return { ...noted, tlsaBases: [expanded ?? host, host], next: 'ask-tlsa' };
    case 'ask-first-alias':
      return { ...noted, next: 'learn-alias' };
    case 'no-dane':
      return { ...noted, next: 'go-on' };
    case 'unreachable':
      return { ...noted, tlsa: { kind: 'failed', cause: 'alias-lookup' }, next: 'go-on' };
  }
}

/** The first base domain with a secure answer that holds records wins (RFC 7672, Section 2.2.3). */
export function judgeTlsa(context: HostContext): Judged {
  return { next: context.tlsa.kind === 'absent' && context.tlsaBases.length > 0 ? 'ask-tlsa' : 'go-on' };
}

export function judgePlan(context: HostContext): Judged {
  const { input } = context;
  const plan = planHost({
    host: input.candidate.host,
    source: input.candidate.source,
    mxSecurity: input.mxSecurity,
    nextHop: nextHopOf(input.destination, input.candidate),
    expandedNextHop: input.expandedDestination,
    tlsa: context.tlsa,
    sts: input.sts,
    message: context.message,
    report: input.message.report,
    attempt: input.attempt,
    operator: context.operator,
    settings: input.settings,
  });
  const judged = { plan, ...note(context, ...plan.decisions) };
  switch (plan.barrier.verdict) {
    case 'connect':
      return judged;
    case 'skip':
      return {
        ...judged,
        reported: { ended: 'barred', code: '', ip: null },
        end: endOf('policy', 'definitive', plan.barrier),
      };
    case 'skip-for-now':
      return {
        ...judged,
        reported: { ended: 'barred', code: '', ip: null },
        end: endOf('policy', 'temporary', plan.barrier),
      };
  }
}
