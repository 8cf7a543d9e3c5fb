import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import type { StsPolicy } from '../../src/policy/mta-sts/policy.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { anMtaStsPolicy } from '../arbitraries/mta-sts.js';
import { play } from '../arbitraries/plays.js';
import { NOW } from '../arbitraries/universe.js';
import { aWorld, type World } from '../arbitraries/worlds.js';

/** The same world, with that policy kept, announced and current; or with none at all. */
function under(policy: StsPolicy | null, world: World): World {
  const records = policy === null ? [] : ['v=STSv1; id=now;'];
  const cached = policy && {
    id: 'now',
    policy: { ...policy, maxAgeSeconds: 604_800 },
    fetchedAt: NOW - 1000,
  };
  const denial = policy === null ? 'nodata' : null;
  return {
    ...world,
    cache: { kind: 'read', cached, failure: null },
    announcement: {
      answer: { kind: 'secure', records, denial, aliases: [], ttlSeconds: 1 },
      id: policy && 'now',
    },
  };
}

/** The same servers, all of them with a trusted certificate that names them by its common name alone. */
function namedByCommonName(world: World): World {
  const servers = world.servers.map((server) => ({
    ...server,
    dialogues: server.dialogues.map((dialogue) => {
      if (dialogue.peer.kind !== 'presented') return dialogue;
      const leaf = { ...dialogue.peer.certificates.leaf, dnsNames: [], commonNames: ['HOST'] };
      return {
        ...dialogue,
        peer: {
          ...dialogue.peer,
          certificates: { ...dialogue.peer.certificates, leaf },
          path: { kind: 'trusted' },
        },
      };
    }),
  }));
  return { ...world, servers: servers as unknown as World['servers'] };
}

/** What became of the message, and what was asked on the way there. */
function outcomesOf(world: World, input: AttemptInput) {
  const { result, runs } = play(world, input);
  return {
    recipients: result.recipients.map(({ recipient, outcome, status }) => ({ recipient, outcome, status })),
    asked: runs.map(({ exchanges }) => exchanges.map(({ ask: { id: _, ...ask } }) => ask)),
    authentication: result.recipients.map(({ host }) => host?.authentication),
  };
}

/** The operator may let a policy under test name hosts for REQUIRETLS; that is asked for, and another matter. */
function withoutTestingPolicies(input: AttemptInput): AttemptInput {
  return { ...input, settings: { ...input.settings, requireTlsTestingPolicy: 'refuse' } };
}

describe('law 11', () => {
  it('a policy in testing mode changes reports, never deliveries (STS-5-2)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, anMtaStsPolicy, (world, given, policy) => {
        const input = withoutTestingPolicies(given);
        expect(outcomesOf(under({ ...policy, mode: 'testing' }, world), input)).toEqual(
          outcomesOf(under(null, world), input),
        );
      }),
    );
  });

  it("a policy in testing mode does not change who passes an operator's or a REQUIRETLS check either, common names included (STS-5-2)", () => {
    fc.assert(
      fc.property(
        aWorld.map(namedByCommonName),
        anAttemptInput,
        anMtaStsPolicy,
        fc.boolean(),
        (world, given, policy, byOperator) => {
          const rule = {
            destination: '*',
            demand: 'verify',
            owner: 'o',
            reason: 'r',
            expiresAt: null,
          } as const;
          const asked = withoutTestingPolicies(given);
          const input: AttemptInput = {
            ...asked,
            settings: { ...asked.settings, destinations: byOperator ? [rule] : [] },
            message: { ...asked.message, requireTls: byOperator ? 'no' : 'yes' },
          };
          expect(outcomesOf(under({ ...policy, mode: 'testing' }, world), input)).toEqual(
            outcomesOf(under(null, world), input),
          );
        },
      ),
    );
  });
});
