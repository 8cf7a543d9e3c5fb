import { expect, it } from 'vitest';
import type { MessageView, RecipientView } from '../../../services/queue/index.js';
import { renderMessage } from './message-text.js';

const plain = (_: unknown, text: string) => text;
const recipient: RecipientView = {
  ...{
    recipient: 'u@a.test',
    state: 'bounced',
    attempts: 1,
    nextAttemptAt: null,
    waitsFor: null,
    status: '5.1.1',
  },
  ...{ reply: { code: 550, text: '5.1.1 No such user' }, mx: 'mx.a.test', authentication: 'none' },
  because: {
    ...{ mx: 'mx.a.test', table: 'reply-meaning', row: 'REPLY-5', verdict: 'bounce', refs: [], input: {} },
    why: 'The server has refused it for good.',
    facts: ['mx.a.test [192.0.2.1] answered RCPT with "550 5.1.1 No such user".'],
  },
};

function render(own: Partial<RecipientView>): readonly string[] {
  const message: MessageView = {
    ...{ id: 'x', from: '', queuedAt: '2026-01-02T03:04:05.000Z', sizeBytes: 9, tls: 'ordinary' as const },
    ...{ held: false, transport: null, recipients: [{ ...recipient, ...own }] },
  };
  return renderMessage(message, plain).split('\n').slice(2, -1);
}

it('tells what happened, and then why, with the row', () => {
  expect(render({})).toEqual([
    '    mx.a.test [192.0.2.1] answered RCPT with "550 5.1.1 No such user".',
    '    The server has refused it for good. (REPLY-5)',
  ]);
});

it('tells the reply where no fact has it', () => {
  const because = { ...recipient.because!, facts: [] };
  expect(render({ because })[0]).toBe('    mx.a.test said: 550 5.1.1 No such user');
  expect(render({ because: null, mx: null })).toEqual(['    it said: 550 5.1.1 No such user']);
  expect(render({ because: null, reply: null })).toEqual([]);
});

it('tells what is waited for, a way that is closed or room at a server', () => {
  const waiting = { state: 'waiting', because: null, reply: null } as const;
  expect(render({ ...waiting, waitsFor: 'way' }).join(' ')).toMatch(
    /Its way is closed until then.*\(LANE-3\)/,
  );
  expect(render({ ...waiting, waitsFor: 'room' }).join(' ')).toMatch(/It is put off until then.*\(LANE-5\)/);
  expect(render({ ...waiting, waitsFor: null })).toEqual([]);
});
