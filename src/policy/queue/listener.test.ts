import { describe, expect, it } from 'vitest';
import { judgeListener, listener } from './listener.table.js';

describe('where a process listens', () => {
  it.each([
    ['submission', 'none', 'warn'],
    ['submission', 'some', 'listen'],
    ['lmtp', 'none', 'refuse'],
    ['lmtp', 'some', 'refuse'],
    ['mail-system', 'none', 'warn'],
    ['mail-system', 'some', 'warn'],
    ['admin', 'none', 'refuse'],
    ['admin', 'some', 'refuse'],
    ['metrics', 'none', 'listen'],
    ['metrics', 'some', 'listen'],
  ] as const)('the network, for %s, users %s: %s', (kind, users, verdict) => {
    expect(judgeListener({ reach: 'network', kind, users }).verdict).toBe(verdict);
  });

  it('is for its operator to say at this host', () => {
    for (const kind of listener.inputs.kind)
      for (const users of listener.inputs.users)
        expect(judgeListener({ reach: 'this-host', kind, users }).verdict).toBe('listen');
  });
});
