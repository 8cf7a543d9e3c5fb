import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../effects/journal.js';
import { narrator } from './progress.js';

describe('progress', () => {
  it('says what is asked, and of which host', () => {
    const describeEntry = narrator();
    const entries: readonly JournalEntry[] = [
      { kind: 'ask', ask: { type: 'dns.mx', id: 1, name: 'a.test', deadlineMs: 1 } },
      { kind: 'ask', ask: { type: 'random.draw', id: 2, count: 2 } },
      { kind: 'run', id: 3, host: 'mx1.a.test' },
      {
        kind: 'ask',
        ask: {
          type: 'smtp.connect',
          id: 4,
          session: 1,
          address: '192.0.2.1',
          port: 25,
          alternate: null,
          deadlineMs: 1,
          greetingMs: 1,
        },
      },
      { kind: 'end', id: 3, at: 0 },
      { kind: 'run', id: 5, host: 'mx2.a.test' },
      { kind: 'ask', ask: { type: 'tls.handshake', id: 6, session: 1, serverName: null, deadlineMs: 1 } },
    ];
    expect(entries.map(describeEntry)).toEqual([
      'asking for MX of a.test',
      null,
      null,
      'connecting to mx1.a.test [192.0.2.1]',
      null,
      null,
      'starting TLS with mx2.a.test',
    ]);
  });
});
