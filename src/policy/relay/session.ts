/* What the operator wants of a session with a relay, in the words of the tables that judge it. */

import { type Decision, decide } from '../kernel/table.js';
import type { OperatorDemand } from '../local/destination.js';
import type { Keywords } from '../smtp/ehlo.js';
import { authMechanism } from './auth.tables.js';
import { type AuthMechanism, DEFAULT_MECHANISMS, type NamedRelay } from './transport.js';

/** What the operator demands of the relay itself. */
export function demandOf({ tls, verify }: Pick<NamedRelay, 'tls' | 'verify'>): OperatorDemand {
  switch (verify) {
    case 'dane':
      return 'dane';
    case 'pkix':
      return 'pkix';
    case 'dane-or-pkix':
      return 'verify';
    case 'none':
      return tls === 'implicit' || tls === 'starttls' ? 'encrypt' : 'none';
  }
}

/** How the relay is spoken to, as far as AUTH is concerned. */
export type AuthSession = (typeof authMechanism.inputs.session)[number];

/** The mechanism to be used, or null; each that was looked at is a decision of its own. */
export interface MechanismChoice {
  readonly mechanism: AuthMechanism | null;
  readonly decisions: readonly Decision[];
}

/** The first of the operator's mechanisms that will do here. */
export function chooseMechanism(
  { mechanisms = DEFAULT_MECHANISMS }: Pick<NamedRelay, 'mechanisms'>,
  keywords: Keywords,
  session: AuthSession,
): MechanismChoice {
  const offered = mechanismsIn(keywords);
  const decisions: Decision[] = [];
  for (const mechanism of mechanisms) {
    const decision = decide(authMechanism, {
      offered: offered.has(mechanism) ? 'yes' : 'no',
      session,
      kind: KIND[mechanism],
    });
    decisions.push(decision);
    if (decision.verdict === 'usable') return { mechanism, decisions };
  }
  return { mechanism: null, decisions };
}

/** Whether a mechanism has a proof of the relay's own (RFC 5802, Section 5). */
export function provesBoth(mechanism: AuthMechanism): boolean {
  return mechanism.startsWith('scram-');
}

/**
 * The flag of SCRAM (RFC 5802, Section 6): `bound`, with the session; `could-bind`, we could, and the relay offers none of it;
 * `unbound`, neither says the other could.
 */
export function bindingFor(mechanism: AuthMechanism, keywords: Keywords): 'bound' | 'could-bind' | 'unbound' {
  if (mechanism.endsWith('-plus')) return 'bound';
  if (!provesBoth(mechanism)) return 'unbound';
  return [...mechanismsIn(keywords)].some((each) => each.endsWith('-plus')) ? 'unbound' : 'could-bind';
}

function mechanismsIn(keywords: Keywords): ReadonlySet<string> {
  return new Set((keywords.get('AUTH') ?? '').toLowerCase().split(/\s+/));
}

const KIND: Readonly<Record<AuthMechanism, (typeof authMechanism.inputs.kind)[number]>> = {
  'scram-sha-256-plus': 'bound',
  'scram-sha-256': 'proof',
  'scram-sha-1-plus': 'bound',
  'scram-sha-1': 'proof',
  'cram-md5': 'digest',
  oauthbearer: 'secret',
  xoauth2: 'secret',
  external: 'external',
  plain: 'secret',
  login: 'secret',
};
