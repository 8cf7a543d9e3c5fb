/* What a queue goes by and may be told anew while it runs. */
import { DEFAULT_RETRY } from '../../policy/queue/settings.js';
import type { QueueLimits, QueueTuning } from './queue.js';

const LIMITS: QueueLimits = { concurrency: 50, perDomain: 10 };
const KEEP_ENDED_MS = 7 * 86_400_000;

export type Tuned = Required<Omit<QueueTuning, 'limits'>> & { readonly limits: QueueLimits };

export const UNTUNED: Tuned = {
  ...{ retry: DEFAULT_RETRY, limits: LIMITS, keepEndedMs: KEEP_ENDED_MS, postmaster: '', reportingMta: '' },
  dkimKeys: [],
};

/** What is said in place of what was said before. */
export function tunedBy(before: Tuned, said: Partial<QueueTuning>): Tuned {
  const { retry, limits, keepEndedMs, postmaster, reportingMta, dkimKeys } = said;
  return {
    retry: retry ?? before.retry,
    limits: { ...before.limits, ...limits },
    keepEndedMs: keepEndedMs ?? before.keepEndedMs,
    postmaster: postmaster ?? before.postmaster,
    reportingMta: reportingMta ?? before.reportingMta,
    dkimKeys: dkimKeys ?? before.dkimKeys,
  };
}
