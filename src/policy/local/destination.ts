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

/** The first rule that names the domain and has not expired, or null. */
export function ruleFor(
  domain: string,
  rules: readonly DestinationRule[],
  now: number,
): DestinationRule | null {
  return rules.find((rule) => isNamed(domain, rule.destination) && !hasExpired(rule, now)) ?? null;
}

function isNamed(domain: string, destination: string): boolean {
  if (destination === '*' || destination === domain) return true;
  return destination.startsWith('.') && (domain.endsWith(destination) || domain === destination.slice(1));
}

function hasExpired(rule: DestinationRule, now: number): boolean {
  return rule.expiresAt !== null && rule.expiresAt <= now;
}
