import type { DomainFacts } from '../../policy/check/facts.js';
import type { Finding } from '../../policy/check/finding.js';
import { judgeDomain } from '../../policy/check/judge-domain.js';
import { type CheckOptions, gatherDomain } from './gather-domain.js';

export interface DomainCheck {
  /** What was found out, worst first. */
  readonly findings: readonly Finding[];
  /** What it was found out from. */
  readonly facts: DomainFacts;
  /** Milliseconds since 1970. */
  readonly checkedAt: number;
}

/**
 * Looks at a domain as a receiver of mail, from outside, and sends none. Rejects only where an adapter breaks its contract.
 *
 * @param domain in lower-case A-labels
 */
export async function checkDomain(
  domain: string,
  options: CheckOptions & {
    /** Milliseconds since 1970. */
    readonly clock: () => number;
    /** Whether the AD bit of the resolver behind the adapters counts. Default: it does. */
    readonly validation?: DomainFacts['validation'];
  },
): Promise<DomainCheck> {
  const checkedAt = options.clock();
  const facts = await gatherDomain(domain, options, options.validation ?? 'believed');
  return { findings: judgeDomain(facts, checkedAt), facts, checkedAt };
}
