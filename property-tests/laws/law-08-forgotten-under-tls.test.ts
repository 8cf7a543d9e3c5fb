import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { type Play, play, type Run } from '../arbitraries/plays.js';
import { aWorld, type World } from '../arbitraries/worlds.js';

const someWords = fc.record({
  greeting: fc.constantFrom('hello', 'ESMTP ready', ''),
  keywords: fc.subarray([
    'REQUIRETLS',
    'SIZE 10',
    'SIZE 99999999',
    'SMTPUTF8',
    'PIPELINING',
    '8BITMIME',
    'X-ODD',
    'DSN',
  ]),
  go: fc.constantFrom('2.0.0 ready', 'go', ''),
});
type Words = typeof someWords extends fc.Arbitrary<infer T> ? T : never;

/** The same servers, all of which offer STARTTLS and take it; only their words before TLS are these. */
function saying(world: World, { greeting, keywords, go }: Words): World {
  const servers = world.servers.map((server) => ({
    ...server,
    dialogues: server.dialogues.map((dialogue) => ({
      ...dialogue,
      connect:
        dialogue.connect.kind === 'greeted'
          ? { ...dialogue.connect, reply: { code: 220, lines: [greeting] } }
          : dialogue.connect,
      hello: { code: 250, lines: ['mx', 'STARTTLS', ...keywords] },
      startTls: { kind: 'replied', reply: { code: 220, lines: [go] } },
      handshake: { kind: 'established', protocol: 'TLSv1.3', cipher: 'x' },
    })),
  }));
  return { ...world, servers: servers as unknown as World['servers'] };
}

/** All that was asked, and of the answers those that came under TLS: a run may connect more than once. */
function underTls({ exchanges }: Run) {
  const secured = new Set<number>();
  return exchanges.map(({ type, ask, answer }) => {
    const session = 'session' in ask ? ask.session : null;
    if (session !== null && type === 'tls.handshake') secured.add(session);
    return session === null || secured.has(session) ? { ask, answer } : { ask };
  });
}

function outcomesOf({ result }: Play) {
  return result.recipients.map(({ recipient, outcome, status }) => ({ recipient, outcome, status }));
}

describe('law 8', () => {
  it('what was said before TLS never influences anything after it (STLS-4.2-1, STLS-4.2-2, RTLS-2-5)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, someWords, someWords, (world, input, one, other) => {
        const left = play(saying(world, one), input);
        const right = play(saying(world, other), input);
        expect(left.runs.map(underTls)).toEqual(right.runs.map(underTls));
        expect(outcomesOf(left)).toEqual(outcomesOf(right));
        expect(left.result.decisions).toEqual(right.result.decisions);
        expect(left.result.reports).toEqual(right.result.reports);
      }),
    );
  });
});
