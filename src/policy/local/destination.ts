import { type Decision, decide } from '../kernel/table.js';
import type { Destination } from '../mx/candidate.js';
import type { ChosenTransport } from '../relay/route.js';
import { nextHop } from './next-hop.table.js';

/** What the operator demands of a destination, above what its owner asks for. Each rule has an owner, a reason and may end. */
export interface DestinationRule {
  /** A domain, or ".domain" for it and everything below it; lower-case A-labels. "*" is every destination. */
  readonly destination: string;
  /** `encrypt`: TLS with anyone; `verify`: DANE or PKIX must pass, under a name that nobody could forge (RFC 9325, Section 7.1); `dane`: DANE or nothing (RFC 7672, Section 2.2). */
  readonly demand: 'none' | 'encrypt' | 'verify' | 'dane';
  /** The host that all mail for the destination goes to, instead of the hosts of its MX records. */
  readonly relay?: Relay;
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since 1970, or null for no end. An expired rule is ignored. */
  readonly expiresAt: number | null;
}

/** A host that takes mail for others: a smart host, a submission server, a filter. */
export interface Relay {
  /** Lower-case A-labels; no MX records are looked up for it (RFC 7672, Section 2.2.2). */
  readonly host: string;
  /** TCP port, and the port in TLSA owner names. */
  readonly port: number;
}

/** `pkix`: a certificate for the very host, as a relay may have to show. */
export type OperatorDemand = DestinationRule['demand'] | 'pkix';

/**
 * The rule that is in force for a destination, or null: of those that name it and have not expired the most specific one,
 * and of equally specific ones the strictest. Their order does not matter. An address is only named by "*".
 */
export function ruleFor(
  destination: Destination,
  rules: readonly DestinationRule[],
  now: number,
): DestinationRule | null {
  const inForce = rules.filter((rule) => isNamed(destination, rule.destination) && !hasExpired(rule, now));
  return inForce.reduce<DestinationRule | null>(
    (best, rule) => (best === null || isBefore(rule, best) ? rule : best),
    null,
  );
}

/** Strictest last. */
const DEMANDS: readonly OperatorDemand[] = ['none', 'encrypt', 'verify', 'pkix', 'dane'];

/** The stricter of two demands. */
export function stricterDemand(left: OperatorDemand, right: OperatorDemand): OperatorDemand {
  return DEMANDS.indexOf(left) >= DEMANDS.indexOf(right) ? left : right;
}

function isBefore(left: DestinationRule, right: DestinationRule): boolean {
  const specificity = specificityOf(left) - specificityOf(right);
  if (specificity !== 0) return specificity > 0;
  const strictness = DEMANDS.indexOf(left.demand) - DEMANDS.indexOf(right.demand);
  // Of rules that differ in their relay alone some order has to choose.
  return strictness !== 0 ? strictness > 0 : relayText(left) > relayText(right);
}

function relayText({ relay }: DestinationRule): string {
  return relay === undefined ? '' : `${relay.host} ${relay.port}`;
}

/** A name stands above the suffixes it has, a longer suffix above a shorter one, and everything above "*". */
function specificityOf({ destination }: DestinationRule): number {
  if (destination === '*') return 0;
  return destination.startsWith('.') ? destination.length : Number.MAX_SAFE_INTEGER;
}

function isNamed(destination: Destination, named: string): boolean {
  if (named === '*') return true;
  if (destination.kind !== 'domain') return false;
  const { name } = destination;
  return name === named || (named.startsWith('.') && `.${name}`.endsWith(named));
}

/** Whether a rule is in force no more. `now`: milliseconds since 1970. */
export function hasExpired<R extends Pick<DestinationRule, 'expiresAt'>>(
  rule: R,
  now: number,
): rule is R & { readonly expiresAt: number } {
  return rule.expiresAt !== null && rule.expiresAt <= now;
}

export type NextHopVerdict = (typeof nextHop.verdicts)[number];

/** Where the way to a destination begins, and the relay if that is one. Total; never throws. */
export function judgeNextHop(
  destination: Destination,
  rules: readonly DestinationRule[],
  now: number,
  chosen?: ChosenTransport,
): { readonly decision: Decision<NextHopVerdict>; readonly relay: Relay | null } {
  const own = ruleFor(destination, rules, now)?.relay ?? null;
  const decision = decide(nextHop, {
    destination: destination.kind,
    rule: own === null ? 'none' : 'relay',
    transport: transportWord(chosen),
  });
  const submission = chosen?.transport?.kind === 'relay' ? chosen.transport : null;
  return {
    decision,
    relay: decision.verdict === 'submit' ? submission : decision.verdict === 'relay' ? own : null,
  };
}

function transportWord(chosen: ChosenTransport | undefined) {
  if (chosen === undefined) return 'direct';
  if (chosen.transport === null) return 'unknown';
  switch (chosen.transport.kind) {
    case 'direct':
      return 'direct';
    case 'relay':
      return chosen.parked === 'yes' ? 'parked' : 'relay';
    case 'fail':
      return chosen.transport.status.startsWith('4') ? 'fail-for-now' : 'fail';
  }
}
