import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aWorld } from '../arbitraries/worlds.js';
import { lists, policyInForce, requiresTls } from './naive-demands.js';

describe("law 7, as far as one attempt goes (looking for the policy again is the queue's, and there is none yet)", () => {
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
});
