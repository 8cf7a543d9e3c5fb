/*
 * What one attempt saw a domain support, read from its decisions. It is told to people before they send; no attempt ever asks it.
 */
import type { AttemptResult, PlacedDecision } from '../attempt/types.js';
import { daneDemand } from '../dane/dane-demand.table.js';
import { startTls, tlsOutcome } from '../host/session.tables.js';
import type { Table } from '../kernel/table.js';
import { mxDiscovery } from '../mx/mx-discovery.table.js';
import { requireTlsKeyword } from '../require-tls/keyword.table.js';

export const SIGNALS = ['starttls', 'mtaSts', 'dnssec', 'dane', 'requireTls'] as const;
export type Signal = (typeof SIGNALS)[number];

/** What was seen; a signal that is absent was not looked at, or could not be learned. */
export type Sighting = Readonly<Partial<Record<Signal, 'yes' | 'no'>>>;

/** Total. Where the hosts of a domain differ, the weakest speaks for it: a message may meet any of them. */
export function sightingOf({ decisions, mxSecurity, policy }: AttemptResult): Sighting {
  const said = (table: Named) => decisions.filter((decision) => decision.table === table.name);
  const seen: Record<Signal, 'yes' | 'no' | null> = {
    starttls: weakest([
      ...said(startTls).map(({ input }) => (input.offered === 'not-offered' ? 'no' : null)),
      ...said(tlsOutcome).map(({ input }) => (input.outcome === 'established' ? 'yes' : 'no')),
    ]),
    mtaSts: policy === null ? null : isEnforced(policy.known),
    dnssec: said(mxDiscovery).some(isAnswer) ? (mxSecurity === 'secure' ? 'yes' : 'no') : null,
    dane: weakest(said(daneDemand).map(({ verdict }) => DANE[verdict as keyof typeof DANE])),
    requireTls: weakest(said(requireTlsKeyword).map(keywordUnderTls)),
  };
  return Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== null));
}

type Named = Pick<Table, 'name'>;
type Seen = 'yes' | 'no' | null;

/** Records that nobody can match promise TLS and nobody's identity. */
const DANE = {
  authenticate: 'yes',
  encrypt: 'no',
  'no-demand': 'no',
  unreachable: null,
} as const satisfies Record<(typeof daneDemand.verdicts)[number], Seen>;

function weakest(seen: readonly Seen[]): Seen {
  return seen.includes('no') ? 'no' : seen.includes('yes') ? 'yes' : null;
}

function isEnforced(known: NonNullable<AttemptResult['policy']>['known']): Seen {
  if (known.kind === 'unknown') return null;
  return known.kind === 'policy' && known.policy.mode === 'enforce' ? 'yes' : 'no';
}

/** Whether there was an answer at all, and not one that may be forged to be none. */
function isAnswer({ verdict }: PlacedDecision): boolean {
  return verdict === 'try-hosts' || verdict === 'try-domain';
}

/** What is offered before TLS says nothing (RFC 8689, Section 4.2.1). */
function keywordUnderTls({ input }: PlacedDecision): Seen {
  if (input.tls !== 'yes') return 'no';
  return input.keyword === 'offered' ? 'yes' : 'no';
}
