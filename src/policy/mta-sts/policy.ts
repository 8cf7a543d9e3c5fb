export type StsMode = 'enforce' | 'testing' | 'none';

/** A valid MTA-STS policy (RFC 8461, Section 3.2). */
export interface StsPolicy {
  readonly mode: StsMode;
  /** Patterns: A-label names in lower case, or "*." and such a name. Empty only in mode none. */
  readonly mx: readonly string[];
  /** 0 to 31557600. */
  readonly maxAgeSeconds: number;
  /** The lines as received, without line ends and trailing white space, bounded; for reports (RFC 8460, Section 4.4). */
  readonly lines: readonly string[];
}

/** A policy as it is kept: with the id of the record it was fetched for. */
export interface CachedPolicy {
  readonly id: string;
  readonly policy: StsPolicy;
  /** When it was fetched, in milliseconds since 1970. */
  readonly fetchedAt: number;
}

/** A failed fetch as it is remembered, so that the same id is not asked for again too soon. */
export interface FetchFailure {
  readonly id: string;
  readonly failedAt: number;
}

/** What is known of a domain's policy once discovery has ended. */
export type StsKnowledge =
  | {
      readonly kind: 'policy';
      readonly policy: StsPolicy;
      /** `stale`: cached, and whether it is still current could not be learned. */
      readonly freshness: 'fresh' | 'stale';
    }
  /** There is no policy, by a definitive answer (or mode none). */
  | { readonly kind: 'none' }
  /** There may be one, and it could not be learned. */
  | { readonly kind: 'unknown' };
