/*
 * A plan is the attempt that a delivery would be, with somebody else at the sockets: it ends the same on every world, and a mail
 * system that is careless with it is never allowed more.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MisuseError } from '../../src/effects/misuse.js';
import type { HostVerdict } from '../../src/engine/plan/planned-host.js';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import type { PeerFacts } from '../../src/policy/certificate/facts.js';
import type { TlsaRecord } from '../../src/policy/dane/tlsa.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { inspect } from '../arbitraries/peers.js';
import { aWorld, serverAt, type World } from '../arbitraries/worlds.js';
import { deliver, goByHosts, goTurnByTurn, planned, playOf, withOneAlias } from './plan-hosts.js';
import { breachesIn } from './strictest-demand.js';

const aPlannedWorld = aWorld.map(withOneAlias);
const withoutRacing = (input: AttemptInput): AttemptInput => ({
  ...input,
  settings: { ...input.settings, addressRacing: 'off' },
});

describe('a plan', { timeout: 120_000 }, () => {
  it('that is gone through turn by turn leaves the record and the result of a delivery, byte for byte', async () => {
    let dialled = 0;
    await fc.assert(
      fc.asyncProperty(aPlannedWorld, anAttemptInput, async (world, input) => {
        const alone = await deliver(world, input);
        expect(JSON.stringify(await goTurnByTurn(world, input))).toBe(JSON.stringify(alone));
        if (alone.entries.some((entry) => entry.kind === 'ask' && entry.ask.type === 'smtp.connect'))
          dialled++;
      }),
      { numRuns: 150 },
    );
    expect(dialled).toBeGreaterThan(25);
  });

  it('whose hosts are told what was seen ends as a delivery does, decision for decision', async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(aPlannedWorld, anAttemptInput, async (world, drawn) => {
        const input = withoutRacing(drawn);
        const alone = (await deliver(world, input)).result!;
        const { result } = await goByHosts(world, input);
        expect(result).toEqual(alone);
        for (const { outcome } of alone.recipients) outcomes.add(outcome);
      }),
      { numRuns: 150 },
    );
    expect([...outcomes].sort()).toEqual(['bounced', 'deferred', 'delivered']);
  });

  it('foretells the hosts that a delivery turns to, in their order, and the addresses that it dials', async () => {
    await fc.assert(
      fc.asyncProperty(aPlannedWorld, anAttemptInput, async (world, drawn) => {
        const input = withoutRacing(drawn);
        const { runs } = playOf(world, await deliver(world, input));
        const { plan } = await planned(world, input);
        expect(plan.hosts.slice(0, runs.length).map(({ host }) => host)).toEqual(
          runs.map(({ host }) => host),
        );
        runs.forEach(({ exchanges }, at) => {
          const { addresses, connect, cleartextRetry } = plan.hosts[at]!;
          const dialled = exchanges.flatMap((each) =>
            each.type === 'smtp.connect' ? [each.ask.address] : [],
          );
          if (dialled.length > 0) expect(connect).toBe(true);
          expect(addresses).toEqual(expect.arrayContaining(dialled));
          const shaken = exchanges.findIndex(({ type }) => type === 'smtp.starttls');
          const again = exchanges.findIndex(
            ({ type, answer }, place) => place > shaken && type === 'smtp.connect' && 'kind' in answer,
          );
          if (shaken >= 0 && again > shaken && dialled.at(-1) === dialled[0])
            expect(cleartextRetry).toBe(true);
        });
        await plan.finish();
      }),
      { numRuns: 100 },
    );
  });

  /* What a careless system does next: at a host, in no order, with what it has. */
  const anAct = fc.record({
    host: fc.nat(3),
    act: fc.constantFrom('judge', 'judge with ehlo', 'tell', 'hello', 'sent', 'in clear', 'broken'),
    session: fc.nat(1),
  });

  it('never lets a careless mail system send over less than the strictest demand, nor call delivered what nobody took', async () => {
    let sendings = 0;
    await fc.assert(
      fc.asyncProperty(
        aPlannedWorld,
        anAttemptInput,
        fc.array(anAct, { minLength: 1, maxLength: 12 }),
        async (world, input, acts) => {
          const { plan } = await planned(world, { ...input, purpose: 'deliver' });
          for (const { host: at, act, session } of acts) {
            const host = plan.hosts[at % Math.max(1, plan.hosts.length)];
            if (host === undefined) break;
            const peer = socketOf(world, host.host, session, host.addresses[0] ?? '');
            const tries: Readonly<Record<typeof act, () => Promise<HostVerdict>>> = {
              judge: () => host.judge(peer),
              'judge with ehlo': () => host.judge(peer, { ehlo: '250-x\n250 REQUIRETLS' }),
              tell: () => host.judgeStartTls({ offered: true }),
              hello: () => host.judgeHello('250-x\n250-SIZE 1\n250 SMTPUTF8'),
              sent: () => host.sent('250 2.0.0 taken'),
              'in clear': () => host.judgeStartTls({ offered: false }),
              broken: () => host.judgeStartTls({ startTls: '454 4.7.0 not now' }),
            };
            try {
              const verdict = await tries[act]();
              if (verdict.do === 'send') sendings++;
            } catch (error) {
              // Out of turn is said loudly, and changes nothing.
              if (!(error instanceof MisuseError)) throw error;
            }
          }
          const journal = (await plan.finish()).journal.attempts[0]!;
          expect(breachesIn(playOf(world, journal))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
    expect(sendings).toBeGreaterThan(40);
  });

  it('that nobody carries out makes everybody wait who is not bounced anyway, and counts nothing', async () => {
    await fc.assert(
      fc.asyncProperty(aPlannedWorld, anAttemptInput, async (world, input) => {
        const { plan } = await planned(world, input);
        const { attempts } = await plan.finish();
        const { recipients, decisions } = attempts[0]!;
        expect(recipients.map(({ outcome }) => outcome)).not.toContain('delivered');
        if (decisions.some(({ table }) => table === 'stopped'))
          for (const { outcome, status } of recipients)
            expect([outcome, status]).toEqual(['deferred', '4.3.0']);
      }),
      { numRuns: 100 },
    );
  });
});

function socketOf(world: World, host: string, session: number, address: string) {
  const { peer } = serverAt(world, host).dialogues[session]!;
  return {
    address,
    handshake: { kind: 'established', protocol: 'TLSv1.3', cipher: 'ECDHE' },
    inspect: (tlsa: readonly TlsaRecord[]): PeerFacts => inspect(peer, host, tlsa),
  };
}
