/* What an engine answers. */
import type { Journal } from '../effects/journal.js';
import type { AttemptInput, AttemptResult, PlacedDecision } from '../policy/attempt/types.js';
import type { Decision } from '../policy/kernel/table.js';
import type { LastLookVerdict } from '../policy/mta-sts/last-look.js';
import type { PolicyFindings } from '../policy/mta-sts/policy-findings.js';
import type { RecipientReport } from './recipient-report.js';

export interface DeliveryResult {
  /** One for each recipient, in the order of `to`. */
  readonly results: readonly RecipientReport[];
  /** One for each destination, in order of first appearance. */
  readonly attempts: readonly AttemptResult[];
  /** All that this message has dialled until now, to be given to its next attempt. */
  readonly dialled: AttemptInput['dialled'];
  /**
   * When those who are deferred may be tried again, in milliseconds since 1970, for who has no schedule of his own: 7.5 minutes
   * later, doubled each time. Null: nobody waits, or this was the eighth attempt, and the senders of who waits are to be told.
   */
  readonly retryAt: number | null;
  /** What can be replayed. */
  readonly journal: Journal;
}

/** What was found of a domain's policy. */
export interface PolicyResult {
  /** In A-labels. */
  readonly domain: string;
  /** Null: a fault of ours, of which `onFault` was told. What was kept stays as it was. */
  readonly policy: PolicyFindings | null;
  readonly decisions: readonly PlacedDecision[];
  /** What can be replayed. */
  readonly journal: Journal;
}

/** Whether a message may be given up. */
export interface LastLook {
  readonly decision: Decision<LastLookVerdict>;
  /** What was looked at; null: no policy had stopped the message, so there was nothing to look for. */
  readonly found: PolicyResult | null;
}
