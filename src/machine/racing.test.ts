import { describe, expect, it } from 'vitest';
import type { AnswerOf, AskOf } from '../effects/catalog.js';
import { simulateHost } from '../effects/simulate.js';
import type { HostInput } from '../policy/host/types.js';
import { PLAIN_FACTS } from '../policy/require-tls/message.js';
import { DEFAULT_SETTINGS, type Settings } from '../policy/settings.js';
import { programs } from './programs.js';

type Connect = AskOf<'smtp.connect'>;

const V6 = ['2001:500:2::c', '2001:7fd::1'];
const V4 = ['198.41.0.10', '198.41.0.11'];

const greeted = (address: string): AnswerOf<'smtp.connect'> => ({
  kind: 'greeted',
  reply: { code: 220, lines: ['hello'] },
  localAddress: '198.41.0.200',
  address,
});
const failed = { kind: 'failed', cause: 'timeout' } as const;

/** A run with a host of four addresses, as far as connections go; the message is refused on all of them. */
function run(answer: (ask: Connect, turn: number) => AnswerOf<'smtp.connect'>, own: Partial<Settings> = {}) {
  const connects: Connect[] = [];
  const input: HostInput = {
    startedAt: 0,
    attempt: 1,
    destination: { kind: 'domain', name: 'a.example' },
    candidate: { host: 'mx.a.example', source: 'mx', preference: 0 },
    mxSecurity: 'insecure',
    expandedDestination: null,
    sts: { kind: 'none' },
    recipients: ['x@a.example'],
    message: {
      sender: 's@b.example',
      ...PLAIN_FACTS,
      sizeBytes: 1,
    },
    settings: { ...DEFAULT_SETTINGS, addressRacing: 'on', ...own },
    dialled: [],
    purpose: 'deliver',
  };
  const known = { kind: 'insecure', denial: null, aliases: [], ttlSeconds: 1 } as const;
  const ended = simulateHost(programs.host, input, {
    answer(ask) {
      switch (ask.type) {
        case 'dns.addresses':
          return { at: 0, answer: { a: { ...known, records: V4 }, aaaa: { ...known, records: V6 } } };
        case 'smtp.connect':
          connects.push(ask);
          return { at: 0, answer: answer(ask, connects.length - 1) };
        case 'smtp.quit':
          return { at: 0, answer: { kind: 'closed' } };
        default:
          return { at: 0, answer: { kind: 'lost', cause: 'closed' } as never };
      }
    },
  });
  if (ended.kind !== 'finished') throw new Error(ended.message);
  return {
    pairs: connects.map(({ address, alternate }) => [address, alternate?.address ?? null]),
    connects,
    result: ended.output,
  };
}

describe('racing', () => {
  it('is off unless it is asked for, and then waits a quarter of a second', () => {
    const { connects } = run(() => failed, { addressRacing: 'off' });
    expect(connects.map(({ alternate }) => alternate)).toEqual([null, null, null, null]);
    expect(run(() => failed).connects[0]!.alternate).toEqual({ address: V4[0], afterMs: 250 });
    expect(run(() => failed, { addressRacingDelayMs: 0 }).connects[0]!.alternate).toMatchObject({
      afterMs: 0,
    });
  });

  it('sets the families against each other, and uses up both where both fail', () => {
    const { pairs, result } = run(() => failed);
    expect(pairs).toEqual([
      [V6[0], V4[0]],
      [V6[1], V4[1]],
    ]);
    expect(result).toMatchObject({
      dialled: [V6[0], V4[0], V6[1], V4[1]],
      ip: V4[1],
      recipients: [{ category: 'connection-failed' }],
    });
  });

  it('calls the winner by its own address, and nobody else dialled', () => {
    const { pairs, result } = run(({ alternate }) => greeted(alternate!.address));
    expect(pairs).toEqual([[V6[0], V4[0]]]);
    expect(result).toMatchObject({ ip: V4[0], dialled: [V4[0]] });
  });

  it('keeps the loser for later', () => {
    const { pairs, result } = run(({ address, alternate }, turn) =>
      turn === 0 ? { kind: 'lost', cause: 'closed', address: alternate!.address } : greeted(address),
    );
    expect(pairs).toEqual([
      [V6[0], V4[0]],
      // Beside it the next of the other family.
      [V6[0], V4[1]],
    ]);
    expect(result).toMatchObject({ ip: V6[0], dialled: [V4[0], V6[0]] });
  });

  it('takes an address that it did not ask for to be the one it asked for first', () => {
    expect(run(() => greeted('192.0.2.99')).result).toMatchObject({ ip: V6[0], dialled: [V6[0]] });
  });

  it('never dials an address twice, nor one that is left out', () => {
    const { pairs } = run(({ address }, turn) =>
      turn === 1 ? failed : { kind: 'lost', cause: 'closed', address },
    );
    const dialledOnly = pairs.flatMap(([address, alternate], turn) =>
      turn === 1 ? [address, alternate] : [address],
    );
    expect(new Set(dialledOnly).size).toBe(dialledOnly.length);
    expect(run(() => failed, { addressesMax: 1 }).pairs).toEqual([[V6[0], null]]);
  });
});
