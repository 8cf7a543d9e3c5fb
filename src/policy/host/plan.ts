/*
 * One plan for one host: every demand judged by its own table, then joined. Strictness is the join of the scale; who must
 * authenticate, which name is asked for and whether a cleartext retry is allowed follow from the tables in
 * plan.tables.ts. Nothing has been dialled when this is called.
 */

import type { CommonNameUse } from '../certificate/names.js';
import { referenceNames } from '../dane/reference-names.js';
import { requireDane, type TlsaKnowledge } from '../dane/tlsa-knowledge.js';
import { type Strictness, strictest } from '../kernel/scale.js';
import { type Decision, decide } from '../kernel/table.js';
import type { OperatorDemand } from '../local/destination.js';
import { operatorDemand } from '../local/operator-demand.table.js';
import type { StsKnowledge } from '../mta-sts/policy.js';
import { stsDemand } from '../mta-sts/sts-demand.table.js';
import { type Candidate, mxProofOf } from '../mx/candidate.js';
import { familyOf } from '../names/ip-address.js';
import { listsHost } from '../names/match.js';
import type { MessageFacts } from '../require-tls/message.js';
import type { MessageKind } from '../require-tls/message-kind.table.js';
import { requireTlsDemand } from '../require-tls/requiretls-demand.table.js';
import type { Settings } from '../settings.js';
import {
  cleartextRetry,
  daneMatching,
  hostBarrier,
  pkixDemand,
  recipientPolicy,
  serverName,
} from './plan.tables.js';

type PkixDemand = (typeof pkixDemand.verdicts)[number];

/** Everything that is known of a host before it is connected to. */
export interface PlanFacts {
  readonly host: string;
  readonly source: Candidate['source'];
  readonly mxSecurity: 'secure' | 'insecure';
  readonly nextHop: string;
  readonly expandedNextHop: string | null;
  readonly tlsa: TlsaKnowledge;
  readonly sts: StsKnowledge;
  readonly message: MessageKind;
  readonly report: MessageFacts['report'];
  /** 1 for the first. */
  readonly attempt: number;
  readonly operator: OperatorDemand;
  readonly settings: Settings;
}

export interface HostPlan {
  readonly strictness: Strictness;
  readonly barrier: Decision<(typeof hostBarrier.verdicts)[number]>;
  /** Whether the chain must match the TLSA records. */
  readonly dane: (typeof daneMatching.verdicts)[number];
  readonly pkix: PkixDemand;
  /** What the certificate must name, beside a path to the trust store: one name out of each list. Empty: PKIX is not demanded. */
  readonly certificateNames: readonly (readonly string[])[];
  /** SNI, or null for none. */
  readonly serverName: string | null;
  /** The reference identifiers of DANE-TA; empty where DANE is not required. */
  readonly references: readonly string[];
  readonly cleartextRetry: (typeof cleartextRetry.verdicts)[number];
  /** Whether the MTA-STS policy lists the host; `listed` where none is in force. */
  readonly stsHost: 'listed' | 'not-listed';
  readonly stsFreshness: 'fresh' | 'stale';
  /** Whether the common name may stand in for a missing DNS-ID: MTA-STS knows none (RFC 8461, Section 4.2). */
  readonly commonName: CommonNameUse;
  /** Whether the message set aside something that this host's domain demands. */
  readonly overridden: 'yes' | 'no';
  /** Why, in the order in which it was decided. */
  readonly decisions: readonly Decision[];
}

/** The joined plan for a host, with all its reasons. Total; never throws. */
export function planHost(facts: PlanFacts): HostPlan {
  const { settings } = facts;
  const target = familyOf(facts.host) !== null ? 'literal' : 'name';
  const sts = classifySts(facts.sts, facts.host);

  const dane = requireDane(facts.tlsa);
  const daneStands = decide(recipientPolicy, { demand: dane.verdict, message: facts.message });
  const daneVerdict = daneStands.verdict === 'stands' ? dane.verdict : 'no-demand';

  const mtaSts = decide(stsDemand, { policy: sts.policy, host: sts.host });
  const stsStands = decide(recipientPolicy, { demand: mtaSts.verdict, message: facts.message });
  const stsVerdict = stsStands.verdict === 'stands' ? mtaSts.verdict : 'no-demand';

  const requires = decide(requireTlsDemand, {
    required: facts.message === 'requires-tls' ? 'yes' : 'no',
    target,
    mx: facts.source === 'relay' ? 'named' : facts.mxSecurity,
    sts: sts.naming,
    dane:
      daneVerdict === 'unreachable' ? 'failed' : daneVerdict === 'authenticate' ? 'authenticate' : 'other',
    testingPolicy: settings.requireTlsTestingPolicy,
    secureMx: settings.requireTlsSecureMx,
  });
  const operator = decide(operatorDemand, {
    rule: facts.operator,
    mx: mxProofOf(facts.source, facts.mxSecurity),
    sts: sts.naming === 'enforced' ? 'listed' : 'other',
    dane: dane.verdict === 'authenticate' ? 'usable' : 'other',
  });

  const strictness = strictest(
    strictest(LEVEL[daneVerdict], LEVEL[stsVerdict]),
    strictest(LEVEL[requires.verdict], LEVEL[operator.verdict]),
  );
  const barrier = decide(hostBarrier, {
    message:
      requires.verdict === 'impossible' || requires.verdict === 'impossible-for-now'
        ? requires.verdict
        : 'open',
    dane: daneVerdict === 'unreachable' ? 'unreachable' : 'open',
    operator: operator.verdict === 'unreachable' ? 'unreachable' : 'open',
    sts: stsVerdict === 'unreachable' ? 'unreachable' : 'open',
    stsFreshness: sts.freshness,
  });
  const operatorAuthenticates =
    operator.verdict === 'authenticate' ||
    operator.verdict === 'authenticate-domain' ||
    operator.verdict === 'authenticate-by-pkix' ||
    operator.verdict === 'authenticate-by-dane'
      ? operator.verdict
      : 'other';
  const matching = decide(daneMatching, {
    dane:
      dane.verdict !== 'authenticate'
        ? 'other'
        : daneVerdict === 'authenticate'
          ? 'authenticate'
          : 'available',
    operator: operatorAuthenticates === 'authenticate-by-pkix' ? 'other' : operatorAuthenticates,
  });
  const pkix = decide(pkixDemand, {
    sts: stsVerdict === 'authenticate' || stsVerdict === 'observe' ? stsVerdict : 'other',
    dane: matching.verdict,
    message:
      requires.verdict === 'authenticate' || requires.verdict === 'authenticate-by-pkix'
        ? requires.verdict
        : 'other',
    operator: operatorAuthenticates === 'authenticate-by-dane' ? 'other' : operatorAuthenticates,
    whenDanePasses: settings.whenDanePasses,
  });
  const daneApplies =
    facts.tlsa.kind === 'present' && (daneVerdict !== 'no-demand' || matching.verdict !== 'not-required');
  const sni = decide(serverName, { target, dane: daneApplies ? 'applies' : 'does-not-apply' });
  const retry = decide(cleartextRetry, {
    strictness,
    report: facts.report,
    setting: settings.cleartextRetry,
    attempt: facts.attempt <= 1 ? 'first' : 'later',
  });
  const baseDomain = facts.tlsa.kind === 'present' ? facts.tlsa.baseDomain : facts.host;
  return {
    strictness,
    barrier,
    dane: matching.verdict,
    pkix: pkix.verdict,
    certificateNames: [
      ...namesRequired(pkix.verdict, facts),
      ...(operator.verdict === 'authenticate-domain' ? [[facts.nextHop]] : []),
    ],
    serverName: sni.verdict === 'none' ? null : sni.verdict === 'tlsa-base' ? baseDomain : facts.host,
    references:
      matching.verdict === 'not-required'
        ? []
        : referenceNames({
            mxSecurity: facts.mxSecurity,
            source: facts.source,
            nextHop: facts.nextHop,
            expandedNextHop: facts.expandedNextHop,
            baseDomain,
          }),
    cleartextRetry: retry.verdict,
    stsHost: sts.host,
    stsFreshness: sts.freshness,
    // RFC 8689, Section 4.2.1, goes by RFC 6125; MTA-STS knows DNS-IDs only, and so does RFC 9525, by which an operator's rule goes.
    commonName:
      requires.verdict === 'authenticate' &&
      stsVerdict !== 'authenticate' &&
      operatorAuthenticates === 'other'
        ? 'without-other-ids'
        : 'never',
    overridden: daneStands.verdict === 'overridden' || stsStands.verdict === 'overridden' ? 'yes' : 'no',
    decisions: [dane, daneStands, mtaSts, stsStands, requires, operator, barrier, matching, pkix, sni, retry],
  };
}

/** The names that policies, the message and the operator ask for; the one that a rule asks for beside them is not among them. */
function namesRequired(
  demand: PkixDemand,
  { host, nextHop }: Pick<PlanFacts, 'host' | 'nextHop'>,
): HostPlan['certificateNames'] {
  switch (demand) {
    case 'required':
      return [[host]];
    case 'required-of-either':
      return [nextHop === host ? [host] : [host, nextHop]];
    case 'required-of-domain':
    case 'observed':
    case 'ignored':
      return [];
  }
}

const LEVEL: Readonly<
  Record<
    | 'no-demand'
    | 'observe'
    | 'encrypt'
    | 'authenticate'
    | 'authenticate-by-pkix'
    | 'authenticate-domain'
    | 'authenticate-by-dane'
    | 'unreachable'
    | 'impossible'
    | 'impossible-for-now',
    Strictness
  >
> = {
  'no-demand': 'opportunistic',
  observe: 'opportunistic',
  encrypt: 'encrypted',
  authenticate: 'authenticated',
  'authenticate-by-pkix': 'authenticated',
  'authenticate-domain': 'authenticated',
  'authenticate-by-dane': 'authenticated',
  unreachable: 'unreachable',
  impossible: 'unreachable',
  'impossible-for-now': 'unreachable',
};

/** A policy's standing towards one host. `naming`: what it contributes to validating the name for REQUIRETLS. */
function classifySts(knowledge: StsKnowledge, host: string) {
  if (knowledge.kind !== 'policy' || knowledge.policy.mode === 'none') {
    const naming = knowledge.kind === 'unknown' ? 'unknown' : 'none';
    return { policy: 'none', host: 'listed', naming, freshness: 'fresh' } as const;
  }
  const { mode, mx } = knowledge.policy;
  const isListed = mx.some((pattern) => listsHost(pattern, host));
  const listedAs =
    mode === 'enforce' ? 'enforced' : knowledge.freshness === 'stale' ? 'testing-stale' : 'testing';
  // A kept policy that does not list the host may have been replaced by one that does.
  const currentAs = mode === 'enforce' ? 'unlisted-by-enforced' : 'unlisted';
  const unlistedAs = knowledge.freshness === 'stale' ? 'unknown' : currentAs;
  return {
    policy: mode,
    host: isListed ? 'listed' : 'not-listed',
    naming: isListed ? listedAs : unlistedAs,
    freshness: knowledge.freshness,
  } as const;
}
