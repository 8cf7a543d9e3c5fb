import type { CacheAnswer, FetchResult } from './fetch.js';
import type { StsKnowledge } from './policy.js';
import type { policyCache } from './policy-cache.table.js';
import type { StsRecord } from './record.js';

export type PolicyVerdict = (typeof policyCache.verdicts)[number];

/** What the TXT record says; `failed`: it could not be looked up. */
export type AnnouncedRecord = StsRecord | { readonly kind: 'failed' };

/** What was learned of a domain's MTA-STS policy, and what is kept of it since. */
export interface PolicyFindings {
  /** The domain whose policy it is: the recipient's, or the relay's (RFC 8461, Section 3.4). Lower-case A-labels. */
  readonly domain: string;
  /** The last one of the table `policy-cache`. */
  readonly verdict: PolicyVerdict;
  readonly known: StsKnowledge;
  readonly record: AnnouncedRecord;
  /** Null: it was not asked for. */
  readonly fetched: FetchResult | null;
  /** What was kept before, and what is kept now. */
  readonly before: CacheAnswer;
  readonly after: CacheAnswer;
}
