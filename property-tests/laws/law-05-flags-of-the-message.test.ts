import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { play } from '../arbitraries/plays.js';
import { aWorld, type World } from '../arbitraries/worlds.js';
import type { AttemptInput } from '../../src/policy/attempt/types.js';

/** One word of all servers about the message itself: the same replies everywhere, in clear and under TLS, and no limit on its size. */
function alike(world: World): World {
  const [first] = world.servers;
  const { transaction } = first.dialogues[0];
  const servers = world.servers.map((server) => ({
    ...server,
    dialogues: server.dialogues.map((dialogue) => ({ ...dialogue, transaction, inClear: null, chaos: null })),
  }));
  return { ...world, servers: servers as unknown as World['servers'] };
}

function deliveredOf(world: World, input: AttemptInput, message: Partial<AttemptInput['message']>): readonly string[] {
  const { result } = play(world, { ...input, message: { ...input.message, sizeBytes: 0, ...message } });
  return result.recipients.filter(({ outcome }) => outcome === 'delivered').map(({ recipient }) => recipient);
}

describe('law 5', () => {
  it('TLS-Required: No never makes a message fail that would have passed without it, where all servers say the same of the message (RTLS-3-2, RTLS-8.4-1)', () => {
    fc.assert(
      fc.property(aWorld.map(alike), anAttemptInput, (world, input) => {
        const without = deliveredOf(world, input, { tlsRequired: 'absent', requireTls: 'no' });
        const withIt = deliveredOf(world, input, { tlsRequired: 'no', requireTls: 'no' });
        expect(withIt).toEqual(expect.arrayContaining([...without]));
      }),
    );
  });

  it('TLS-Required: No never makes a message fail that would have passed without it, whatever each server says', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, (world, input) => {
        const without = deliveredOf(world, input, { tlsRequired: 'absent', requireTls: 'no' });
        const withIt = deliveredOf(world, input, { tlsRequired: 'no', requireTls: 'no' });
        expect(withIt).toEqual(expect.arrayContaining([...without]));
      }),
    );
  });

  it('REQUIRETLS never makes a message pass that would have failed without it, where all servers say the same of the message (RTLS-4.2.1-1)', () => {
    fc.assert(
      fc.property(aWorld.map(alike), anAttemptInput, (world, input) => {
        const withIt = deliveredOf(world, input, { requireTls: 'yes' });
        const without = deliveredOf(world, input, { requireTls: 'no' });
        expect(without).toEqual(expect.arrayContaining([...withIt]));
      }),
    );
  });
});
