import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLastLook, whatStopped } from '../../src/policy/mta-sts/last-look.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { exchangesOf, play } from '../arbitraries/plays.js';
import { aWorld } from '../arbitraries/worlds.js';
import { isLiteral, lists, policyInForce, relayOf, requiresTls } from './naive-demands.js';

/** What may be otherwise when it is looked for again. */
const someParts = fc.subarray(['announcement', 'served', 'policyHost'] as const);

describe('law 7', () => {
  it('no policy bounces a message that does not ask for REQUIRETLS (STS-5-1, CHOICE-6)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, given) => {
        const input = { ...given, message: { ...given.message, requireTls: 'no' } } as const;
        for (const { outcome, state, decision } of play(world, input).result.recipients) {
          if (outcome !== 'bounced') continue;
          const own = decision?.row ?? null;
          const isTooLarge = own === null && state.reply === null && state.status === '5.3.4';
          expect(
            isTooLarge ||
              (state.reply !== null && state.reply.code >= 500) ||
              ['MX-2', 'MX-3', 'MX-5', 'END-1', 'END-10'].includes(own!),
          ).toBe(true);
        }
      }),
    );
  });

  it('a kept policy whose currency is not confirmed bounces nothing, REQUIRETLS or not, for a host that it does not list (STS-3.3-12, CHOICE-7)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, given) => {
        const input = { ...given, message: { ...given.message, requireTls: 'yes' } } as const;
        const inForce = policyInForce(world, input);
        if (inForce?.freshness !== 'stale' || inForce.policy.mode !== 'enforce' || !requiresTls(input))
          return;
        const { result, runs } = play(world, input);
        const wasBarred = runs.some(
          ({ host, exchanges }) =>
            !lists(inForce.policy, host) &&
            exchanges.length > 0 &&
            exchanges.every(({ type }) => type.startsWith('dns.')),
        );
        const hasTarget = result.recipients.every(({ decision }) => decision?.row !== 'END-1');
        if (!wasBarred || !hasTarget || world.mx.kind === 'failed') return;
        const barred = runs.filter(({ exchanges }) => exchanges.every(({ type }) => type.startsWith('dns.')));
        const isUnreachable = barred.some(
          ({ host }) =>
            !lists(inForce.policy, host) &&
            result.decisions.some(
              ({ mx, row }) => mx === host && ['BAR-3', 'BAR-7', 'BAR-4', 'BAR-8'].includes(row),
            ),
        );
        if (isUnreachable)
          for (const { status } of result.recipients) expect(['5.7.10', '5.7.30']).not.toContain(status);
      }),
    );
  });

  it('a kept enforced policy keeps mail from being bounced by what anybody could have answered (CHOICE-22)', () => {
    let doubted = 0;
    fc.assert(
      fc.property(aWorld, anAttemptInput, (drawn, given) => {
        const policy = { mode: 'enforce', mx: ['*.a.example'], maxAgeSeconds: 86_400, lines: [] } as const;
        const cached = { id: 'kept', policy, fetchedAt: given.startedAt - 1000 };
        const world = { ...drawn, cache: { kind: 'read', cached, failure: null } } as const;
        const input = { ...given, message: { ...given.message, requireTls: 'no' } } as const;
        const { result } = play(world, input);
        if (isLiteral(input) || relayOf(input) !== null) return;
        const stillEnforced = policyInForce(world, input)?.policy.mode === 'enforce';
        for (const { outcome, decision } of result.recipients) {
          const row = decision?.row ?? '';
          if (row === 'DENY-4') doubted++;
          if (!stillEnforced || outcome !== 'bounced') continue;
          if (['MX-2', 'MX-3', 'MX-5', 'END-1'].includes(row)) expect(world.mx.kind).toBe('secure');
        }
      }),
      { numRuns: 500 },
    );
    expect(doubted).toBeGreaterThan(5);
  });

  it('no message that an enforced policy stopped is given up before a look that saw that nothing is new (STS-5-4, STS-5.1-3)', () => {
    let looks = 0;
    fc.assert(
      fc.property(aWorld, aWorld, someParts, anAttemptInput, (before, other, parts, input) => {
        const { result } = play(before, input);
        const stopped = whatStopped(result);
        const inForce = policyInForce(before, input);
        const waits = result.recipients.some(
          ({ outcome, status }) => outcome === 'deferred' && status === '4.7.5',
        );
        const isBarred = result.decisions.some(
          ({ table, verdict }) => table === 'sts-demand' && verdict === 'unreachable',
        );
        if (waits && isBarred && inForce?.policy.mode === 'enforce')
          expect(stopped.stopped).toBe('by-policy');
        if (stopped.stopped === 'otherwise') return;
        const kept = { ...before, cache: result.policy!.after };
        const after = { ...kept, ...Object.fromEntries(parts.map((part) => [part, other[part]])) };
        const look = play(after, { ...input, purpose: 'refresh-policy', recipients: [] });
        const { verdict } = judgeLastLook(stopped, look.result.policy, 'left');
        if (verdict !== 'may-bounce') return;
        looks++;
        expect(exchangesOf(look.discovery, 'dns.txt')).toHaveLength(1);
        const known = look.result.policy!.known;
        expect(known).toMatchObject({
          kind: 'policy',
          policy: { mx: stopped.held!.mx, mode: stopped.held!.mode },
        });
        const isSeen =
          look.result.policy!.fetched?.kind === 'policy' || after.announcement.answer.kind !== 'failed';
        expect(isSeen).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(looks).toBeGreaterThan(10);
  });
});
