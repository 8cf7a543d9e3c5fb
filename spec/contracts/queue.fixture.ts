/* Messages, turns and settlements for the contract of a queue. */
import type { ClaimedDelivery, ClaimPlan, Settlement } from '../../src/effects/queue-stores.js';
import type { QueuedMessage } from '../../src/policy/queue/message.js';
import type { LastWord, RecipientEnd, TurnResult } from '../../src/policy/queue/turn.js';
import { NOW } from './stores.fixture.js';

const DECISION = { verdict: 'v', table: 't', row: 'r', why: 'w', refs: [], input: {} };

/** A message to recipients; each domain is a delivery of its own. */
export function messageTo(
  id: string,
  to: readonly string[],
  own: Partial<QueuedMessage> = {},
): QueuedMessage {
  return {
    id,
    from: 'ann@a.example',
    queuedAt: NOW,
    lifetimeEndsAt: NOW + 432_000_000,
    facts: {
      requireTls: 'no',
      tlsRequired: 'absent',
      report: 'none',
      sizeBytes: 7,
      body: '7bit',
      utf8: 'not-needed',
    },
    origin: 'ordinary',
    ret: 'absent',
    envelopeId: null,
    receivedFrom: null,
    transport: null,
    recipients: to.map((address) => ({
      address,
      domain: address.slice(address.lastIndexOf('@') + 1),
      notify: 'absent',
      original: null,
    })),
    ...own,
  };
}

export function planOf(own: Partial<ClaimPlan> = {}): ClaimPlan {
  return { node: 'n1', now: NOW, deliveriesMax: 10, perLaneMax: 2, dueAgainAt: NOW + 60_000, ...own };
}

export const WORD: LastWord = {
  status: '4.4.1',
  reply: { code: 451, lines: ['later'] },
  remote: { name: 'mx.b.example', ip: '192.0.2.1' },
  authentication: 'pkix',
  because: null,
  facts: ['a fact'],
  change: [],
  demands: [],
  at: NOW,
};

/** A settlement by which each recipient ends so, or waits until then. */
export function settlementOf(
  claimed: ClaimedDelivery,
  come: { readonly end: RecipientEnd } | { readonly nextAt: number },
  own: Partial<Omit<Settlement, 'turn'>> & { readonly turn?: Partial<TurnResult> } = {},
): Settlement {
  const end = 'end' in come ? come.end : null;
  return {
    claimed,
    lane: 'answered',
    notices: [],
    ...own,
    turn: {
      endedAt: NOW,
      turn: DECISION,
      recipients: claimed.recipients.map(({ address }) => ({
        address,
        end,
        word: WORD,
        decision: DECISION,
        notice: null,
      })),
      attempts: claimed.delivery.attempts + 1,
      granted: 0,
      delayTold: 'no',
      dialled: { 'mx.b.example': ['192.0.2.1'] },
      hold: 'as-it-was',
      nextAttemptAt: 'nextAt' in come ? come.nextAt : null,
      notices: [],
      attempt: 'counted',
      ...own.turn,
    },
  };
}
