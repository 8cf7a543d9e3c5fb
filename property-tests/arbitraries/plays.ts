/*
 * One attempt played against a world, and what there is to see of it from outside: each question with its answer, and
 * which host run they belonged to. Laws are checked against this, never against what a plan says.
 */

import type { AnswerOf, Ask, AskOf, EffectName } from '../../src/effects/catalog.js';
import type { AttemptJournal, JournalEntry } from '../../src/effects/journal.js';
import { type Ended, type Player, type Programs, simulate } from '../../src/effects/simulate.js';
import { deferAll } from '../../src/engine/attempt-inputs.js';
import { programs as realPrograms } from '../../src/machine/programs.js';
import type { AttemptInput, AttemptResult } from '../../src/policy/attempt/types.js';
import { choiceOf, type Schedule } from './schedules.js';
import { answersOf, delayOf, type World, type WorldAsk } from './worlds.js';

/** A question with its answer. */
export type Exchange = {
  [K in Exclude<EffectName, 'host.run'>]: {
    readonly type: K;
    readonly ask: AskOf<K> & { readonly id: number };
    readonly answer: AnswerOf<K>;
    readonly at: number;
  };
}[Exclude<EffectName, 'host.run'>];

export type ExchangeOf<K extends Exchange['type']> = Extract<Exchange, { type: K }>;

export interface Run {
  readonly host: string;
  readonly exchanges: readonly Exchange[];
}

export interface Play {
  readonly input: AttemptInput;
  readonly world: World;
  readonly ended: Ended<AttemptResult>;
  /** A fault has become what the engine makes of it. */
  readonly result: AttemptResult;
  readonly journal: AttemptJournal;
  /** Outside of host runs, in order. */
  readonly discovery: readonly Exchange[];
  readonly runs: readonly Run[];
}

export interface PlayOptions {
  readonly schedule?: Schedule;
  readonly programs?: Programs;
  /** May put something else in the place of an answer; `turn` counts from 0. */
  readonly distort?: (answer: unknown, ask: WorldAsk, turn: number) => unknown;
}

export function play(world: World, input: AttemptInput, options: PlayOptions = {}): Play {
  const { schedule = [], programs = realPrograms, distort = (answer: unknown) => answer } = options;
  const entries: JournalEntry[] = [];
  const discovery: Exchange[] = [];
  const runs: { host: string; exchanges: Exchange[] }[] = [];
  let current: { host: string; exchanges: Exchange[]; tls: Set<number> } | null = null;
  let turn = 0;
  let latest = input.startedAt;
  const player: Player = {
    choose: choiceOf(schedule),
    answer(ask) {
      const run = current;
      const answers = answersOf(world, run?.host ?? null, (session) => run?.tls.has(session) ?? false);
      const given = distort((answers[ask.type] as (ask: Ask) => unknown)(ask), ask, turn++);
      const answer = given as AnswerOf<Exclude<EffectName, 'host.run'>>;
      if (ask.type === 'tls.handshake' && (given as { kind?: string } | null)?.kind === 'established')
        run?.tls.add(ask.session);
      const at = input.startedAt + delayOf(world, ask);
      latest = Math.max(latest, at);
      entries.push(
        { kind: 'ask', ask },
        { kind: 'answer', event: { type: `${ask.type}.answered`, id: ask.id, at, answer } as never },
      );
      (run?.exchanges ?? discovery).push({ type: ask.type, ask, answer, at } as Exchange);
      return { at, answer };
    },
    beginRun(id, host) {
      entries.push({ kind: 'run', id, host });
      current = { host, exchanges: [], tls: new Set() };
      runs.push(current);
    },
    endRun(id) {
      entries.push({ kind: 'end', id, at: latest });
      current = null;
      return latest;
    },
  };
  const ended = simulate(programs, input, player);
  const result = ended.kind === 'finished' ? ended.output : deferAll(input);
  return {
    input,
    world,
    ended,
    result,
    journal: { input, places: input.recipients.map((_, at) => at), entries, result },
    discovery,
    runs,
  };
}

/** The exchanges of that kind, in order. */
export function exchangesOf<K extends Exchange['type']>(
  exchanges: readonly Exchange[],
  type: K,
): readonly ExchangeOf<K>[] {
  return exchanges.filter((exchange): exchange is ExchangeOf<K> => exchange.type === type);
}

/** The recipients that a server has taken the message for, by its own words. */
export function acceptedIn({ ask, answer }: ExchangeOf<'smtp.send'>): readonly string[] {
  const isYes = (reply: { readonly code: number } | null | undefined, hundreds: number) =>
    reply != null && Math.floor(reply.code / 100) === hundreds;
  if (!isYes(answer.mail, 2) || !isYes(answer.data, 3) || !isYes(answer.end, 2)) return [];
  return ask.recipients.filter((_, at) => isYes(answer.recipients[at], 2));
}
