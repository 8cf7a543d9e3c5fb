import type { DomainFacts } from '../../policy/check/facts.js';
import type { Finding } from '../../policy/check/finding.js';
import { judgeDomain } from '../../policy/check/judge-domain.js';
import { checkClock } from './check-arguments.js';
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
 * Looks at a domain as a receiver of mail, from outside, and sends none. Rejects where an adapter breaks its contract, and with a
 * {@link MisuseError} for what no look can be made with.
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
  checkClock(options);
  const { clock, validation = 'believed', ...look } = options;
  const checkedAt = clock();
  const facts = await gatherDomain(domain, look, validation);
  return { findings: judgeDomain(facts, checkedAt), facts, checkedAt };
}
