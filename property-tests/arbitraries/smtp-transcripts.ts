/* Dialogues as they come over the wire: octets of a whole connection, damaged, and read by the reader of the Node adapter. */
import fc from 'fast-check';
import { ReplyReader } from '../../src/adapters/node/smtp/reply-reader.js';
import type { Dialogue, Said } from './dialogues.js';
import { mutate, someMutations } from './mutations.js';
import type { Peer } from './peers.js';
import { weighted } from './universe.js';

interface Heard {
  readonly said: readonly Said[];
  /** Octets that stood behind the last of them. */
  readonly unread: number;
}

/** The first so many replies in the octets; what does not come is lost. */
function hear(octets: Buffer, count: number): Heard {
  const reader = new ReplyReader();
  reader.push(octets);
  const said = Array.from({ length: count }, (): Said => {
    const next = reader.next();
    if (next === null) return { kind: 'lost', cause: 'closed' };
    return typeof next === 'string' ? { kind: 'lost', cause: next } : next;
  });
  return { said, unread: reader.unread };
}

const aKeywordLine = fc.constantFrom(
  'PIPELINING',
  'SIZE 5000000',
  '8BITMIME',
  'REQUIRETLS',
  'SMTPUTF8',
  'X-ODD 1',
);
const aHello = (keyword: fc.Arbitrary<readonly string[]>) =>
  fc.tuple(keyword, fc.array(aKeywordLine, { maxLength: 4 })).map(([own, words]) => {
    const lines = ['mx greets you', ...own, ...words];
    return lines.map((line, at) => `250${at === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('');
  });

export type Clear = Pick<Dialogue, 'connect' | 'hello' | 'helo' | 'startTls'>;

export const aClearTranscript: fc.Arbitrary<Clear> = fc
  .record({
    hello: aHello(weighted<readonly string[]>([8, ['STARTTLS']], [1, []])),
    go: weighted(
      [8, '220 2.0.0 go\r\n'],
      [1, '220 go\r\n250 injected\r\n'],
      [1, '454 4.7.0 not now\r\n'],
      [1, ''],
    ),
    someMutations,
  })
  .map(({ hello, go, someMutations }) => {
    const { said, unread } = hear(mutate(Buffer.from(`220 mx ESMTP\r\n${hello}${go}`), someMutations), 3);
    const [greeting, ehlo, ready] = said as [Said, Said, Said];
    return {
      connect:
        'kind' in greeting ? greeting : { kind: 'greeted', reply: greeting, localAddress: '198.41.0.200' },
      hello: ehlo,
      helo: ehlo,
      startTls:
        'kind' in ready
          ? ready
          : { kind: ready.code === 220 && unread > 0 ? 'injected' : 'replied', reply: ready },
    };
  });

export type UnderTls = Pick<Dialogue, 'helloAgain' | 'transaction'>;

export const aTlsTranscript: fc.Arbitrary<UnderTls> = fc
  .record({
    hello: aHello(weighted<readonly string[]>([2, ['REQUIRETLS']], [1, []])),
    rest: weighted(
      [8, '250 2.1.0 ok\r\n250 2.1.5 ok\r\n250 2.1.5 ok\r\n354 go\r\n250 2.0.0 taken\r\n'],
      [1, '250 ok\r\n550 5.1.1 who\r\n250 ok\r\n354 go\r\n250 ok\r\n'],
    ),
    someMutations,
  })
  .map(({ hello, rest, someMutations }) => {
    const [helloAgain, mail, first, second, data, end] = hear(
      mutate(Buffer.from(hello + rest), someMutations),
      6,
    ).said as [Said, Said, Said, Said, Said, Said];
    return { helloAgain, transaction: { mail, rcpt: [first, second], data, end } };
  });

export function dialogueOf(clear: Clear, tls: UnderTls, peer: Peer): Dialogue {
  const handshake = { kind: 'established', protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' } as const;
  return { ...clear, ...tls, handshake, peer, inClear: null, chaos: null };
}
