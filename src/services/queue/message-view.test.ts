import { expect, it } from 'vitest';
import { WORD } from '../../../spec/contracts/queue.fixture.js';
import type { PlacedDecision } from '../../policy/attempt/types.js';
import type { ShownMessage, ShownRecipient } from '../../policy/queue/message.js';
import { orderViewOf, viewOf } from './message-view.js';

const NOON = 1_767_268_800_000;
const because: PlacedDecision = {
  ...{ table: 'host-barrier', row: 'BAR-1', verdict: 'next-host', why: 'a reason', refs: [], input: {} },
  mx: 'mx.b.example',
};
const recipient: ShownRecipient = {
  ...{ recipient: 'x@b.example', state: 'waiting', attempts: 2, nextAttemptAt: NOON + 1 },
  last: { ...WORD, because, ownFacts: ['a fact of ours'] },
};
const message: ShownMessage = {
  ...{ id: 'm1', from: '', queuedAt: NOON, sizeBytes: 7, tls: 'required', held: 'yes', transport: 'relay' },
  recipients: [recipient],
};

it('shows a message with all that is known of it, times in UTC', () => {
  expect(viewOf(message)).toEqual({
    ...{ id: 'm1', from: '', queuedAt: '2026-01-01T12:00:00.000Z', sizeBytes: 7, tls: 'required' },
    ...{ held: true, transport: 'relay' },
    recipients: [
      {
        ...{ recipient: 'x@b.example', state: 'waiting', attempts: 2 },
        ...{ nextAttemptAt: '2026-01-01T12:00:00.001Z', waitsFor: null, status: '4.4.1' },
        reply: { code: 451, text: 'later' },
        ...{ mx: 'mx.b.example', authentication: 'pkix' },
        because: { ...because, facts: ['a fact', 'a fact of ours'] },
      },
    ],
  });
});

it('shows what there is where not everything is known', () => {
  const view = (own: Partial<ShownRecipient>) =>
    viewOf({ ...message, held: 'no', recipients: [{ ...recipient, ...own }] });
  expect(view({ last: null, nextAttemptAt: null, waitsFor: 'way' })).toMatchObject({
    held: false,
    recipients: [
      {
        ...{ nextAttemptAt: null, waitsFor: 'way', status: null, reply: null, mx: null },
        ...{ authentication: 'none', because: null },
      },
    ],
  });
  const last = { ...WORD, reply: null, remote: null };
  expect(view({ last }).recipients).toMatchObject([
    { status: '4.4.1', reply: null, mx: null, because: null },
  ]);
});

it('shows an order with who gave it, when and why', () => {
  const order = { order: 'set-tls', tls: 'optional', why: 'a contract' } as const;
  expect(orderViewOf({ at: NOON, actor: 'ops', order })).toEqual({
    ...order,
    at: '2026-01-01T12:00:00.000Z',
    actor: 'ops',
  });
});
