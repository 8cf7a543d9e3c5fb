import { describe, expect, it } from 'vitest';
import { classifyTlsStart, isReadyForTls, type TlsStart } from './tls-start.js';

const NOTHING: TlsStart = { startTls: null, handshake: null, hello: null };
const said = (code: number, codes?: readonly number[]) =>
  ({ kind: 'replied', reply: { code, lines: [''], ...(codes && { codes }) } }) as const;
const READY = said(220);
const ESTABLISHED = { kind: 'established' } as const;

describe('starting TLS', () => {
  it.each<[string, Partial<TlsStart>, string, string, string]>([
    ['went well', { startTls: READY, handshake: ESTABLISHED }, 'established', 'established', ''],
    [
      'went well without STARTTLS',
      { handshake: ESTABLISHED, hello: READY },
      'established',
      'established',
      '',
    ],
    ['is refused', { startTls: said(502) }, 'refused', 'refused', '502'],
    ['is refused for now', { startTls: said(454) }, 'refused-for-now', 'refused', '454'],
    ['gets a yes that is no 220', { startTls: said(250) }, 'refused-for-now', 'refused', '250'],
    [
      'gets lines that contradict each other',
      { startTls: said(220, [500, 220]) },
      ...(['refused-for-now', 'refused', '220'] as const),
    ],
    [
      'came with more than was asked for',
      { startTls: { ...READY, kind: 'injected' } },
      ...(['injected', 'injected', ''] as const),
    ],
    [
      'is not answered',
      { startTls: { kind: 'lost', cause: 'timeout' } },
      ...(['handshake-failed', 'handshake-failed', 'timeout'] as const),
    ],
    [
      'breaks, and OpenSSL says how',
      { startTls: READY, handshake: { kind: 'failed', cause: 'tls', code: 'ERR_SSL_X' } },
      ...(['handshake-failed', 'handshake-failed', 'ERR_SSL_X'] as const),
    ],
    [
      'breaks, and nobody says how',
      { startTls: READY, handshake: { kind: 'failed', cause: 'timeout', code: '' } },
      ...(['handshake-failed', 'handshake-failed', 'timeout'] as const),
    ],
    [
      'ends by an alert right behind the handshake',
      { startTls: READY, handshake: ESTABLISHED, hello: { kind: 'lost', cause: 'tls-alert' } },
      ...(['handshake-failed', 'handshake-failed', 'tls-alert'] as const),
    ],
    [
      'went well, and the connection was lost later',
      { startTls: READY, handshake: ESTABLISHED, hello: { kind: 'lost', cause: 'closed' } },
      ...(['established', 'established', ''] as const),
    ],
    ['never came to anything', {}, 'handshake-failed', 'handshake-failed', 'lost'],
  ])('that %s', (_, own, outcome, ended, code) => {
    expect(classifyTlsStart({ ...NOTHING, ...own })).toEqual({ outcome, ended, code });
  });

  it('goes on behind 220 alone (RFC 3207, Section 4)', () => {
    expect([READY, said(221), said(220, [220, 220]), said(220, [554, 220])].map(isReadyForTls)).toEqual([
      ...[true, false, true, false],
    ]);
    expect([null, { kind: 'lost', cause: 'reset' } as const].map(isReadyForTls)).toEqual([false, false]);
  });
});
