/** What the operator demands of a destination, above what its owner asks for. Each rule has an owner, a reason and may end. */
export interface DestinationRule {
  /** A domain, or ".domain" for it and everything below it; lower-case A-labels. "*" is every destination. */
  readonly destination: string;
  /** `encrypt`: TLS with anyone; `verify`: DANE or PKIX must pass; `dane`: DANE or nothing (RFC 7672, Section 2.2). */
  readonly demand: 'none' | 'encrypt' | 'verify' | 'dane';
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since 1970, or null for no end. An expired rule is ignored. */
  readonly expiresAt: number | null;
}

export type OperatorDemand = DestinationRule['demand'];

/**
 * The rule that is in force for a domain, or null: of those that name it and have not expired the most specific one, and of
 * equally specific ones the strictest. Their order does not matter.
 */
export function ruleFor(
  domain: string,
  rules: readonly DestinationRule[],
  now: number,
): DestinationRule | null {
  const inForce = rules.filter((rule) => isNamed(domain, rule.destination) && !hasExpired(rule, now));
  return inForce.reduce<DestinationRule | null>(
    (best, rule) => (best === null || isBefore(rule, best) ? rule : best),
    null,
  );
}

/** Strictest last. */
const DEMANDS: readonly OperatorDemand[] = ['none', 'encrypt', 'verify', 'dane'];

function isBefore(left: DestinationRule, right: DestinationRule): boolean {
  const specificity = specificityOf(left) - specificityOf(right);
  return (
    specificity > 0 || (specificity === 0 && DEMANDS.indexOf(left.demand) > DEMANDS.indexOf(right.demand))
  );
}

/** A name stands above the suffixes it has, a longer suffix above a shorter one, and everything above "*". */
function specificityOf({ destination }: DestinationRule): number {
  if (destination === '*') return 0;
  return destination.startsWith('.') ? destination.length : Number.MAX_SAFE_INTEGER;
}

function isNamed(domain: string, destination: string): boolean {
  if (destination === '*' || destination === domain) return true;
  return destination.startsWith('.') && (domain.endsWith(destination) || domain === destination.slice(1));
}

function hasExpired(rule: DestinationRule, now: number): boolean {
  return rule.expiresAt !== null && rule.expiresAt <= now;
}
