import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PeerInspector } from '../../src/adapters/node/x509/index.js';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import { readStsRecord } from '../../src/policy/mta-sts/record.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { aSentChain, makeStock, readPeer, type Stock } from '../arbitraries/certificate-files.js';
import { anAddressPacket, anMxPacket, aTlsaPacket, aTxtPacket } from '../arbitraries/dns-packets.js';
import { exchangesOf, play, type Run } from '../arbitraries/plays.js';
import { aClearTranscript, aTlsTranscript, type Clear, dialogueOf } from '../arbitraries/smtp-transcripts.js';
import { MX_NAMES, NOW } from '../arbitraries/universe.js';
import { aWorld, serverAt, type World } from '../arbitraries/worlds.js';
import { isUsable, matchesDane, referencesOf, setsPoliciesAside, tlsaOf } from './naive-demands.js';
import { breachesIn } from './strictest-demand.js';
import { hasConnected, sendingsOf } from './witness.js';

let stock: Stock;
const inspector = new PeerInspector();
/** Real certificates are valid today. */
const TODAY = Date.now();

beforeAll(async () => {
  stock = await makeStock();
});

/** A world in which DNS, certificates and SMTP came as octets. Everything else is drawn as facts. */
function aRawWorld() {
  const octets = fc.record({
    mx: anMxPacket,
    txt: aTxtPacket,
    a: anAddressPacket(MX_NAMES[0], 'A'),
    aaaa: anAddressPacket(MX_NAMES[0], 'AAAA'),
    tlsa: aTlsaPacket(MX_NAMES[0], fc.array(fc.constantFrom(...stock.rdatas), { maxLength: 2 })),
    sent: aSentChain(stock),
    clear: aClearTranscript,
    otherClear: aClearTranscript,
    tls: aTlsTranscript,
  });
  return fc.tuple(aWorld, octets);
}
type RawWorld = ReturnType<typeof aRawWorld> extends fc.Arbitrary<infer T> ? T : never;

async function worldOf(
  [drawn, { mx, txt, a, aaaa, tlsa, sent, clear, tls }]: RawWorld,
  instead: Clear = clear,
): Promise<World> {
  const peer = await readPeer(inspector, sent, [tlsa]);
  const record = readStsRecord(txt.kind === 'failed' ? [] : txt.records);
  const later = TODAY - NOW;
  const { cache } = drawn;
  const server = {
    addresses: { a, aaaa },
    alias: drawn.servers[0].alias,
    tlsa,
    expandedTlsa: tlsa,
    dialogues: [dialogueOf(instead, tls, peer)],
  } as const;
  return {
    ...drawn,
    mx,
    announcement: { answer: txt, id: record.kind === 'found' ? record.id : null },
    cache:
      cache.kind === 'read' && cache.cached !== null
        ? { ...cache, cached: { ...cache.cached, fetchedAt: cache.cached.fetchedAt + later }, failure: null }
        : cache.kind === 'read'
          ? { ...cache, failure: null }
          : cache,
    servers: [server],
  };
}

const today = (input: AttemptInput): AttemptInput => ({ ...input, startedAt: TODAY });
const RUNS = { numRuns: 250 };

describe('of damaged DNS packets, certificates and SMTP transcripts', { timeout: 60_000 }, () => {
  it('law 1: a message is never sent over less than the strictest demand', async () => {
    await fc.assert(
      fc.asyncProperty(aRawWorld(), anAttemptInput.map(today), async (raw, input) => {
        const played = play(await worldOf(raw), input);
        expect(played.ended.kind).toBe('finished');
        expect(breachesIn(played)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('law 3: a server whose TLSA lookup failed is never connected to', async () => {
    await fc.assert(
      fc.asyncProperty(aRawWorld(), anAttemptInput.map(today), async (raw, input) => {
        if (setsPoliciesAside(input)) return;
        const world = await worldOf(raw);
        for (const run of play(world, input).runs)
          if (tlsaOf(world, input, run.host).kind === 'failed') expect(hasConnected(run)).toBe(false);
      }),
      RUNS,
    );
  });

  it('law 4: MTA-STS never rescues a failed DANE validation', async () => {
    await fc.assert(
      fc.asyncProperty(aRawWorld(), anAttemptInput.map(today), async (raw, input) => {
        if (setsPoliciesAside(input)) return;
        const world = await worldOf(raw);
        for (const { host, peer } of play(world, input).runs.flatMap(sendingsOf)) {
          const tlsa = tlsaOf(world, input, host);
          if (tlsa.kind !== 'records' || !tlsa.records.some(isUsable)) continue;
          expect(matchesDane(tlsa.records, peer!, referencesOf(tlsa.base, world, input), TODAY)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('law 8: what was said before TLS never influences anything after it', async () => {
    await fc.assert(
      fc.asyncProperty(aRawWorld(), anAttemptInput.map(today), async (raw, input) => {
        const [left] = play(await worldOf(raw), input).runs;
        const [right] = play(await worldOf(raw, raw[1].otherClear), input).runs;
        if (!isSecured(left) || !isSecured(right)) return;
        expect(underTls(right)).toEqual(underTls(left));
      }),
      RUNS,
    );
  });

  it('and all of that is no empty talk: messages are delivered there, over DANE, over PKIX and in clear', async () => {
    const seen = new Set<string>();
    for (const [raw, input] of fc.sample(fc.tuple(aRawWorld(), anAttemptInput.map(today)), {
      numRuns: 400,
      seed: 5,
    })) {
      const world = await worldOf(raw);
      expect(serverAt(world, MX_NAMES[0])).toBe(world.servers[0]);
      for (const { outcome, host } of play(world, input).result.recipients) {
        if (outcome === 'delivered' && host !== null)
          seen.add(host.tls === null ? 'clear' : host.authentication);
      }
    }
    expect([...seen].sort()).toEqual(expect.arrayContaining(['clear', 'dane', 'none', 'pkix']));
  });
});

/** Whether the very first connection came as far as TLS. */
function isSecured(run: Run | undefined): run is Run {
  return (
    run !== undefined && exchangesOf(run.exchanges, 'tls.handshake').some(({ ask }) => ask.session === 1)
  );
}

function underTls({ exchanges }: Run) {
  const from = exchanges.findIndex(({ type }) => type === 'tls.handshake');
  return exchanges.slice(from).map(({ ask: { id: _, ...ask }, answer }) => ({ ask, answer }));
}
