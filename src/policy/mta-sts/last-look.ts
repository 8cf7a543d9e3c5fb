import type { AttemptResult } from '../attempt/types.js';
import { type Decision, decide } from '../kernel/table.js';
import { idToFetch } from './discover.js';
import { lastLook } from './last-look.table.js';
import type { StsPolicy } from './policy.js';
import type { PolicyFindings } from './policy-findings.js';

export type LastLookVerdict = (typeof lastLook.verdicts)[number];
/** How long a queue bears with answers that do not come. */
export type Patience = (typeof lastLook.inputs.patience)[number];

/** What stopped a message, as far as a last look needs it: this much of an attempt a queue has to remember. */
export interface StoppedMessage {
  readonly stopped: (typeof lastLook.inputs.stopped)[number];
  /** The domain whose policy it was; null: there was none to ask for. Lower-case A-labels. */
  readonly domain: string | null;
  /** The policy that it was held to; null: none was known. */
  readonly held: HeldPolicy | null;
}

/** A policy, as far as another one can differ from it. */
export interface HeldPolicy extends Pick<StsPolicy, 'mode' | 'mx' | 'maxAgeSeconds'> {
  readonly id: string | null;
}

/** What stopped the message in that attempt, for the recipients that still wait. Total; never throws. */
export function whatStopped({ policy, recipients, decisions }: AttemptResult): StoppedMessage {
  const waiting = recipients.filter(({ outcome }) => outcome === 'deferred');
  if (policy === null || waiting.length === 0) return { stopped: 'otherwise', domain: null, held: null };
  const facts = { domain: policy.domain, held: heldPolicy(policy) };
  if (policy.verdict === 'defer' || policy.verdict === 'defer-for-cache')
    return { ...facts, stopped: 'not-learned' };
  const demanded = decisions.some(
    ({ table, verdict }) =>
      table === 'sts-demand' && (verdict === 'authenticate' || verdict === 'unreachable'),
  );
  // A host that another policy stopped as well counts: of two locks one may have been opened.
  const isByPolicy = demanded && waiting.some(({ decision }) => decision?.verdict === 'defer 4.7.5');
  return { ...facts, stopped: isByPolicy ? 'by-policy' : 'otherwise' };
}

/**
 * Whether the message may be given up, now that the policy was looked for again. `found`: what a refresh of the policy
 * found, or null if it failed altogether. Total; never throws.
 */
export function judgeLastLook(
  { stopped, held }: StoppedMessage,
  found: PolicyFindings | null,
  patience: Patience,
): Decision<LastLookVerdict> {
  const policy = found === null ? 'unknown' : compare(held, found);
  return decide(lastLook, { stopped, policy, patience });
}

function compare(held: HeldPolicy | null, found: PolicyFindings): (typeof lastLook.inputs.policy)[number] {
  switch (found.verdict) {
    case 'adopt':
    case 'use-cached':
      return isSame(held, heldPolicy(found)) ? 'same' : 'changed';
    case 'use-cached-stale':
      if (!isSame(held, heldPolicy(found))) return 'changed';
      return isNewerAnnounced(found) ? 'unknown' : 'same';
    case 'no-policy':
    case 'proceed-unknown':
      // Nothing is in force now: neither what it was held to, nor what could not be learned.
      return 'changed';
    case 'fetch':
    case 'defer':
    case 'defer-for-cache':
      return 'unknown';
  }
}

/** Whether there is, or may be, a policy that could not be had. The record alone tells (RFC 8461, Section 5.1, step 3). */
function isNewerAnnounced({ record, before }: PolicyFindings): boolean {
  if (record.kind === 'failed') return true;
  return record.kind === 'found' && before.kind === 'read' && record.id !== before.cached?.id;
}

function heldPolicy({ verdict, known, record, before }: PolicyFindings): HeldPolicy | null {
  if (known.kind !== 'policy') return null;
  const { mode, mx, maxAgeSeconds } = known.policy;
  const cachedId = before.kind === 'read' ? (before.cached?.id ?? null) : null;
  return { id: verdict === 'adopt' ? idToFetch(record, before) : cachedId, mode, mx, maxAgeSeconds };
}

function isSame(one: HeldPolicy | null, other: HeldPolicy | null): boolean {
  return one !== null && other !== null && textOf(one) === textOf(other);
}

function textOf({ id, mode, mx, maxAgeSeconds }: HeldPolicy): string {
  return JSON.stringify([id, mode, mx, maxAgeSeconds]);
}
