/* Random turns of a queued message: what may be asked, what the world answers, and how a turn is played. */
import fc from 'fast-check';
import type { QueueAnswered, QueueEffect } from '../../src/effects/queue-catalog.js';
import { messageProgram, type TurnEnd } from '../../src/machine/index.js';
import type { AttemptResult, RecipientResult } from '../../src/policy/attempt/types.js';
import type { LastLookVerdict } from '../../src/policy/mta-sts/last-look.js';
import type { AttemptAnswer } from '../../src/policy/queue/judge-turn.js';
import type { TurnInput } from '../../src/policy/queue/turn.js';

export const HOUR_MS = 3_600_000;
export const START = Date.UTC(2026, 4, 1);

export type Said = 'delivered' | 'bounced' | 'deferred' | 'stopped';

/** What the world does in one turn. */
export interface TurnWorld {
  readonly answer: 'fault' | 'stopped' | readonly Said[];
  readonly policy: 'had-no-part' | 'changed' | 'unseen' | 'same' | 'look-fails';
  readonly draw: number;
  readonly notices: 'kept' | 'failed';
  readonly settles: 'settled' | 'superseded' | 'failed';
}

export const aTurnWorld: fc.Arbitrary<TurnWorld> = fc.record({
  answer: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom('fault' as const, 'stopped' as const) },
    {
      weight: 8,
      arbitrary: fc.array(
        fc.oneof(
          { weight: 6, arbitrary: fc.constant('deferred' as const) },
          {
            weight: 1,
            arbitrary: fc.constantFrom('delivered' as const, 'bounced' as const, 'stopped' as const),
          },
        ),
        { minLength: 3, maxLength: 3 },
      ),
    },
  ),
  policy: fc.constantFrom('had-no-part', 'changed', 'unseen', 'same', 'look-fails'),
  draw: fc.integer({ min: 0, max: 0xffff_ffff }),
  notices: fc.oneof({ weight: 5, arbitrary: fc.constant('kept' as const) }, fc.constant('failed' as const)),
  settles: fc.oneof(
    { weight: 8, arbitrary: fc.constant('settled' as const) },
    fc.constantFrom('superseded' as const, 'failed' as const),
  ),
});

/** Asks a program until it has come to its end. `told`: each question, in order. */
export function playTurn(
  input: TurnInput,
  world: TurnWorld,
  now: number,
  program = messageProgram,
): TurnEnd & { readonly asked: readonly QueueEffect[] } {
  const asked: QueueEffect[] = [];
  let step = program.start(input);
  while (step.kind === 'waiting') {
    const [effect, ...more] = step.effects;
    if (effect === undefined || more.length > 0) throw new Error('one question at a time');
    asked.push(effect);
    const event = {
      type: `${effect.type}.answered`,
      id: asked.length,
      at: now,
      answer: answerTo(effect, world),
    };
    step = program.step(step.state, event as QueueAnswered);
  }
  if (step.kind !== 'finished') throw new Error(JSON.stringify(step));
  return { ...step.output, asked };
}

function answerTo(effect: QueueEffect, world: TurnWorld): object {
  switch (effect.type) {
    case 'attempt.run':
      return attemptAnswer(effect.recipients, world);
    case 'policy.look':
      return { kind: world.policy === 'look-fails' ? 'failed' : verdictOf(world.policy, effect.patience) };
    case 'wait.draw':
      return { value: world.draw };
    case 'notice.store':
      return { kind: world.notices };
    case 'turn.settle':
      return { kind: world.settles };
  }
}

/** As the table `last-look` has it. */
function verdictOf(policy: TurnWorld['policy'], patience: 'left' | 'spent'): LastLookVerdict {
  if (patience === 'spent' || policy === 'same' || policy === 'had-no-part') return 'may-bounce';
  return policy === 'changed' ? 'grant-another-attempt' : 'wait';
}

const FOUND: AttemptResult['policy'] = {
  domain: 'b.example',
  verdict: 'use-cached',
  known: {
    kind: 'policy',
    policy: { mode: 'enforce', mx: [], maxAgeSeconds: 1, lines: [] },
    freshness: 'fresh',
  },
  record: { kind: 'found', id: '1' },
  fetched: null,
  before: { kind: 'read', cached: null, failure: null },
  after: { kind: 'read', cached: null, failure: null },
};

export function attemptAnswer(recipients: readonly string[], { answer, policy }: TurnWorld): AttemptAnswer {
  if (typeof answer === 'string') return { kind: answer };
  const demand = {
    table: 'sts-demand',
    verdict: 'unreachable',
    row: 'STSD-4',
    why: '',
    refs: [],
    input: {},
    mx: 'mx.b.example',
  };
  const isPolicy = policy !== 'had-no-part';
  return {
    kind: 'ran',
    stoppedBy: 'us',
    told: recipients.map(() => ({ facts: [], change: [], handedOn: 'relayed' })),
    result: {
      destination: { kind: 'domain', name: 'b.example' },
      recipients: recipients.map((recipient, at) => resultOf(recipient, answer[at]!, isPolicy)),
      mxSecurity: 'insecure',
      requireTls: 'no',
      decisions: isPolicy ? [demand] : [],
      reports: [],
      dialled: { 'mx.b.example': ['192.0.2.1'] },
      policy: isPolicy ? FOUND : null,
    },
  };
}

function resultOf(recipient: string, said: Said, isPolicy: boolean): RecipientResult {
  const decision = (verdict: string) => ({ table: 't', verdict, row: 'r', why: 'w', refs: [], input: {} });
  const outcome = said === 'stopped' ? 'deferred' : said;
  const status = {
    delivered: '2.0.0',
    bounced: '5.1.1',
    deferred: isPolicy ? '4.7.5' : '4.4.1',
    stopped: '4.4.2',
  }[said];
  return {
    recipient,
    outcome,
    status,
    state: {
      verdict: outcome === 'deferred' ? 'next-host' : outcome,
      status,
      reply: null,
      command: null,
      cause: null,
      category: said === 'stopped' ? 'aborted' : said === 'deferred' ? 'policy' : null,
      because: null,
    },
    host: null,
    decision: said === 'deferred' ? decision(isPolicy ? 'defer 4.7.5' : 'defer 4.4.1') : null,
    because: null,
  };
}
