/*
 * A broken law told as a scenario that a person can read, and that `waxseal simulate` plays. It is made smaller as long as the law still
 * breaks: fewer messages, fewer recipients, less of the world.
 */

import { applyChange, type Scenario, type Step, type World } from '../../adapters/scripted/index.js';
import { decodeScenario } from '../../adapters/scripted/scenario.codec.js';
import type { Programs } from '../../effects/simulate.js';
import { domainPart } from '../../policy/names/mailbox.js';
import type { WorldChange } from '../internet.js';
import type { AttemptNote, Courier } from './courier.js';
import type { Dice } from './dice.js';
import { type Breach, breachesOf, type KeptPolicy, keptBehind } from './laws/check-attempt.js';
import { EPOCH } from './plan.js';
import { playAttempt } from './play-attempt.js';
import type { BrokenLaw } from './tally.js';

/** Attempts that shrinking may cost. */
const ATTEMPTS_MAX = 4000;
/** In a scenario hosts of equal preference keep their order, and every answer comes at once. */
const FIRST: Dice = {
  draw: () => 0,
  below: () => 0,
  happens: () => false,
  pick: (choices) => choices[0]!,
  within: () => FIRST,
};

/** The smallest scenario found that breaks this law of one attempt; null: no scenario does, so that the seed has to tell it. */
export function planFor(broken: BrokenLaw, courier: Courier, programs: Programs): Scenario | null {
  const notes = courier
    .notesOf(broken.domain)
    .filter(({ at, purpose }) => at <= broken.at && purpose === 'deliver');
  const breaks = (scenario: Scenario) =>
    decodeScenario(scenario).ok && breachesIn(scenario, programs).some(({ law }) => law === broken.law);
  for (let count = 1; ; count *= 2) {
    const whole = scenarioOf(broken, notes.slice(-count), courier);
    if (whole !== null && breaks(whole)) return smaller(whole, breaks);
    if (count >= notes.length) return null;
  }
}

/** What breaks a law when a scenario is played, in order. */
export function breachesIn({ world: first, steps }: Scenario, programs: Programs): readonly Breach[] {
  const policies = new Map();
  let kept: KeptPolicy | null = null;
  let world = first;
  let at = EPOCH;
  return steps.flatMap(({ change, after = 0, attempt = 1, message }) => {
    at += after;
    world = applyChange(world, change);
    const domain = domainPart(message.to[0]);
    const facts = factsOf(message);
    const attempted = playAttempt({
      ...{ programs, world, policies, store: 'keeps', dice: FIRST },
      input: {
        startedAt: at,
        attempt,
        destination: { kind: 'domain', name: domain },
        recipients: message.to,
        message: facts,
        dialled: {},
        purpose: 'deliver',
      },
    });
    const sight = { domain, world, at, message: facts, attempted, before: kept };
    kept = keptBehind(sight);
    return breachesOf(sight);
  });
}

function factsOf({ from = 'sender@sender.example', requireTls, tlsRequiredNo }: Step['message']) {
  return {
    sender: from,
    requireTls: requireTls === true ? 'yes' : 'no',
    tlsRequired: tlsRequiredNo === true ? 'no' : 'absent',
    report: 'none',
    sizeBytes: 300,
    body: '7bit',
    utf8: 'not-needed',
  } as const;
}

function scenarioOf(broken: BrokenLaw, notes: readonly AttemptNote[], courier: Courier): Scenario | null {
  const [first] = notes;
  if (first === undefined) return null;
  let world = courier.momentOf(broken.domain, first).world;
  let at = first.at;
  const start = world;
  const steps = notes.map((note): Step => {
    const next = courier.momentOf(broken.domain, note).world;
    const change = differenceOf(world, next);
    const after = note.at - at;
    world = next;
    at = note.at;
    const { sender, requireTls, tlsRequired } = note.message;
    return {
      ...(change === null ? {} : { change }),
      ...(after === 0 ? {} : { after }),
      message: {
        from: sender,
        to: note.recipients as Step['message']['to'],
        ...(requireTls === 'yes' ? { requireTls: true } : {}),
        ...(tlsRequired === 'no' ? { tlsRequiredNo: true } : {}),
      },
      ...(note.attempt === 1 ? {} : { attempt: note.attempt }),
      expect: [],
    };
  });
  return expecting(
    { name: `law ${broken.law}: ${broken.what}`, world: start, steps: steps as unknown as Scenario['steps'] },
    broken.law,
  );
}

/** Of a message that went, or ended, as it must not, it is expected that it waits. */
function expecting(scenario: Scenario, law: number): Scenario {
  const last = scenario.steps.at(-1)!;
  const hosts = Object.keys(scenario.world.mail ?? {});
  const expect = last.message.to.map(
    () => ({ outcome: 'deferred', ...(law === 3 ? { notConnected: hosts } : {}) }) as const,
  );
  return {
    ...scenario,
    steps: [...scenario.steps.slice(0, -1), { ...last, expect }] as unknown as Scenario['steps'],
  };
}

/** What has to change from one world to the other; null: nothing. */
function differenceOf(from: World, to: World): WorldChange | null {
  const change = {
    dns: changed(from.dns, to.dns),
    mail: changed(from.mail ?? {}, to.mail ?? {}),
    policy: changed(from.policy ?? {}, to.policy ?? {}),
  };
  const parts = Object.entries(change).filter(([, part]) => Object.keys(part).length > 0);
  return parts.length === 0 ? null : (Object.fromEntries(parts) as WorldChange);
}

function changed<T>(
  from: Readonly<Record<string, T>>,
  to: Readonly<Record<string, T>>,
): Readonly<Record<string, T | null>> {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]))
      .map((name) => [name, Object.hasOwn(to, name) ? to[name]! : null]),
  );
}

/** Takes away what the law breaks without, until nothing more can go: messages first, many at once, then one thing after the other. */
function smaller(whole: Scenario, isBroken: (scenario: Scenario) => boolean): Scenario {
  let attempts = 0;
  const breaks = (scenario: Scenario) => {
    attempts += scenario.steps.length;
    return attempts <= ATTEMPTS_MAX && isBroken(scenario);
  };
  let best = fewerSteps(whole, breaks);
  for (let next: Scenario | undefined = best; next !== undefined && attempts <= ATTEMPTS_MAX; ) {
    best = next;
    next = undefined;
    for (const candidate of candidates(best)) {
      if (!breaks(candidate)) continue;
      next = candidate;
      break;
    }
  }
  return best;
}

function fewerSteps(whole: Scenario, breaks: (scenario: Scenario) => boolean): Scenario {
  let best = whole;
  for (let count = best.steps.length >> 1; count >= 1; count >>= 1)
    for (let at = 0; at < best.steps.length - 1; ) {
      const candidate = withoutSteps(best, at, Math.min(count, best.steps.length - 1 - at));
      if (breaks(candidate)) best = candidate;
      else at += count;
    }
  return best;
}

/** Steps that go leave behind what they had changed and the time that they took. */
function withoutSteps(scenario: Scenario, at: number, count: number): Scenario {
  const { steps } = scenario;
  const gone = steps.slice(at, at + count);
  const next = steps[at + count]!;
  const { change: _, after: __, ...rest } = next;
  const after = [...gone, next].reduce((sum, step) => sum + (step.after ?? 0), 0);
  const change = [...gone, next].reduce<Step['change']>(
    (sum, step) => joinedChange(sum, step.change),
    undefined,
  );
  const joined = { ...rest, ...(after === 0 ? {} : { after }), ...(change === undefined ? {} : { change }) };
  return {
    ...scenario,
    steps: [...steps.slice(0, at), joined, ...steps.slice(at + count + 1)] as unknown as Scenario['steps'],
  };
}

function* candidates(scenario: Scenario): Generator<Scenario> {
  const { world, steps } = scenario;
  const withSteps = (own: readonly Step[]): Scenario => ({
    ...scenario,
    steps: own as unknown as Scenario['steps'],
  });
  for (let at = 0; at < steps.length - 1; at++) yield withoutSteps(scenario, at, 1);
  const [first] = steps;
  if (first.change !== undefined || first.after !== undefined) {
    const { change, after: _, ...rest } = first;
    yield { ...withSteps([rest, ...steps.slice(1)]), world: applyChange(world, change) };
  }
  for (const [at, step] of steps.entries()) {
    for (const address of step.message.to.slice(1)) {
      const to = step.message.to.filter((own) => own !== address) as unknown as Step['message']['to'];
      yield withSteps(
        replaced(steps, at, {
          ...step,
          message: { ...step.message, to },
          expect: step.expect.slice(0, to.length),
        }),
      );
    }
    if (step.attempt !== undefined) {
      const { attempt: _, ...rest } = step;
      yield withSteps(replaced(steps, at, rest));
    }
    for (const change of withoutParts(step.change ?? {}))
      yield withSteps(replaced(steps, at, { ...step, change }));
  }
  for (const own of withoutParts(world)) yield { ...scenario, world: own as World };
  for (const [id, host] of Object.entries(world.mail ?? {}))
    for (const less of withoutKeys(host))
      yield { ...scenario, world: { ...world, mail: { ...world.mail, [id]: less } } };
}

function joinedChange(one: Step['change'], other: Step['change']): Step['change'] {
  if (one === undefined) return other;
  if (other === undefined) return one;
  return {
    dns: { ...one.dns, ...other.dns },
    mail: { ...one.mail, ...other.mail },
    policy: { ...one.policy, ...other.policy },
  };
}

function replaced(steps: readonly Step[], at: number, step: Step): readonly Step[] {
  return steps.map((own, place) => (place === at ? step : own));
}

/** The same without one of its entries, each in turn. */
function* withoutParts<T extends WorldChange>(part: T): Generator<T> {
  for (const kind of ['dns', 'mail', 'policy'] as const) {
    const entries = part[kind];
    if (entries === undefined) continue;
    for (const less of withoutKeys(entries)) yield { ...part, [kind]: less };
  }
}

function* withoutKeys<T extends object>(whole: T): Generator<T> {
  for (const key of Object.keys(whole)) {
    const { [key as keyof T]: _, ...rest } = whole;
    yield rest as T;
  }
}
