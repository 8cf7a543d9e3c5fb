import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Adapters } from '../../src/effects/ports.js';
import type { AnyProgram } from '../../src/effects/program.js';
import type { Programs } from '../../src/effects/simulate.js';
import { createEngine } from '../../src/engine/engine.js';
import { programs } from '../../src/machine/programs.js';
import { anAttemptInput } from '../arbitraries/attempt-inputs.js';
import { acceptedIn, type Play, play } from '../arbitraries/plays.js';
import { answersOf, aWorld, type World, type WorldAsk } from '../arbitraries/worlds.js';
import { breachesIn } from './strictest-demand.js';
import { sendingsOf } from './witness.js';

/** A program with a defect: it throws at its step of that number, counted over all its runs. */
function defective<Input, Output>(program: AnyProgram<Input, Output>, at: number): AnyProgram<Input, Output> {
  let steps = 0;
  const count = <Step>(run: () => Step) =>
    steps++ === at ? { kind: 'fault' as const, cause: new Error('a defect') } : run();
  return {
    start: (input) => count(() => program.start(input)),
    step: (state, event) => count(() => program.step(state, event)),
  };
}

function expectOnlyTrueDeliveries({ result, runs, input }: Play): void {
  const accepted = runs.flatMap(sendingsOf).flatMap(({ exchange }) => acceptedIn(exchange));
  for (const { recipient, outcome } of result.recipients) {
    if (outcome === 'delivered' && input.purpose === 'deliver') expect(accepted).toContain(recipient);
  }
}

const whichProgram = fc.constantFrom('attempt', 'host');
const garbage = fc.constantFrom<unknown>(
  undefined,
  null,
  7,
  'yes',
  [],
  {},
  { kind: 'nonsense' },
  { kind: 'secure' },
  { kind: 'replied' },
);

describe('law 12', { timeout: 60_000 }, () => {
  it('a machine that faults at any step delivers nothing from then on: whoever still waits is deferred (CHOICE-6)', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, whichProgram, fc.nat(20), (world, input, which, at) => {
        const broken: Programs = {
          ...programs,
          [which]: defective(programs[which] as AnyProgram<unknown, unknown>, at),
        };
        const played = play(world, input, { programs: broken });
        expectOnlyTrueDeliveries(played);
        if (played.ended.kind === 'fault') {
          for (const { outcome, status } of played.result.recipients)
            expect([outcome, status]).toEqual(['deferred', '4.3.0']);
        }
        if (played.result.decisions.some(({ row }) => row === 'NEXT-4')) {
          for (const { outcome, status } of played.result.recipients)
            if (outcome === 'deferred') expect(status).toBe('4.3.0');
        }
      }),
    );
  });

  it('an answer that is no answer never lets a message through on less than was demanded, and nothing throws', () => {
    fc.assert(
      fc.property(aWorld, anAttemptInput, garbage, fc.nat(25), (world, input, junk, at) => {
        const played = play(world, input, {
          distort: (answer, ask, turn) =>
            turn === at && !mayBeUnknown(ask) && !isWhole(ask, junk) ? junk : answer,
        });
        expectOnlyTrueDeliveries(played);
        expect(breachesIn(played)).toEqual([]);
      }),
    );
  });

  it('an adapter that rejects or throws defers whoever still waits, and the engine never rejects (CHOICE-6)', async () => {
    await fc.assert(
      fc.asyncProperty(
        aWorld,
        anAttemptInput,
        fc.nat(20),
        fc.constantFrom('rejects', 'throws'),
        async (world, input, at, how) => {
          const faults: string[] = [];
          const taken: string[] = [];
          const adapters = failingAt(world, at, how, (recipients) => taken.push(...recipients));
          const engine = createEngine({
            adapters,
            settings: input.settings,
            clock: () => input.startedAt,
            onFault: (fault) => {
              if (!isOfStore(fault)) faults.push(fault);
            },
          });
          const { sender, ...facts } = input.message;
          const { results } = await engine.deliver({
            from: sender,
            to: ['x@a.example', 'y@a.example'],
            content: () => [],
            facts,
          });
          for (const { outcome, recipient } of results)
            if (outcome === 'delivered') expect(taken).toContain(recipient);
          if (faults.length > 0)
            expect(results.map(({ outcome }) => outcome)).toEqual(['deferred', 'deferred']);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Of an alias only that it is secure makes a difference; that says it. */
function isWhole(ask: WorldAsk, junk: unknown): boolean {
  return (
    ask.type === 'dns.cname' && (junk as { readonly kind?: string } | null | undefined)?.kind === 'secure'
  );
}

/** A fetch that gives nothing is no fault: a policy never learned is no demand. And what was sent is sent. */
function mayBeUnknown(ask: WorldAsk): boolean {
  return (
    ask.type === 'smtp.send' ||
    ask.type === 'policy.fetch' ||
    (ask.type === 'dns.addresses' && ask.name.startsWith('mta-sts.'))
  );
}

/** A store that fails is told of, and a message that does not depend on it goes on. */
function isOfStore(fault: string): boolean {
  return /^an MTA-STS policy /.test(fault) || /kept/.test(fault);
}

/** The world as adapters, the call of that number not answered but failed. */
function failingAt(
  world: World,
  at: number,
  how: 'rejects' | 'throws',
  taken: (recipients: readonly string[]) => void,
): Adapters {
  let calls = 0;
  const call = <Answer>(answer: () => Answer): Promise<Answer> => {
    if (calls++ !== at) return Promise.resolve(answer());
    if (how === 'throws') throw new Error('an adapter broke its contract');
    return Promise.reject(new Error('an adapter broke its contract'));
  };
  const domain = answersOf(world, null, () => false);
  const near = (host: string) => answersOf(world, host, () => false);
  const session = (): ReturnType<Adapters['smtp.session']> => {
    let tls = false;
    const answers = answersOf(world, 'mx1.a.example', () => tls);
    return {
      connect: (ask) => call(() => answers['smtp.connect'](ask)),
      greeting: (ask) => call(() => answers['smtp.greeting'](ask)),
      auth: (ask) => call(() => answers['smtp.auth'](ask)),
      hello: (ask) => call(() => answers['smtp.hello'](ask)),
      startTls: (ask) => call(() => answers['smtp.starttls'](ask)),
      handshake: (ask) =>
        call(() => {
          const answer = answers['tls.handshake'](ask);
          tls = answer.kind === 'established';
          return answer;
        }),
      inspect: (ask) => call(() => answers['peer.inspect'](ask)),
      send: (ask) =>
        call(() => {
          const answer = answers['smtp.send'](ask);
          taken(acceptedIn({ type: 'smtp.send', ask: { ...ask, id: 0 }, answer, at: 0 }));
          return answer;
        }),
      quit: (ask) => call(() => answers['smtp.quit'](ask)),
      destroy: () => {},
    };
  };
  return {
    'dns.mx': (ask) => call(() => domain['dns.mx'](ask)),
    'dns.txt': (ask) => call(() => domain['dns.txt'](ask)),
    'dns.addresses': (ask) =>
      call(() => (ask.name.startsWith('mta-sts.') ? domain : near(ask.name))['dns.addresses'](ask)),
    'dns.cname': (ask) => call(() => near(ask.name)['dns.cname'](ask)),
    'dns.tlsa': (ask) => call(() => near(ask.name.replace(/^_\d+\._tcp\./, ''))['dns.tlsa'](ask)),
    'random.draw': (ask) => call(() => domain['random.draw'](ask)),
    'policy-cache.read': (ask) => call(() => domain['policy-cache.read'](ask)),
    'policy-cache.write': (ask) => call(() => domain['policy-cache.write'](ask)),
    'policy.fetch': (ask) => call(() => domain['policy.fetch'](ask)),
    'smtp.session': session,
  };
}
