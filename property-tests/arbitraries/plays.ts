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
  /** Stops the attempt. */
  readonly stop?: Stop;
}

/** From that turn on nothing is answered any more; a transaction that is under way then has been heard so far. */
export interface Stop {
  readonly turn: number;
  readonly repliesHeard: number;
}

export function play(world: World, input: AttemptInput, options: PlayOptions = {}): Play {
  const { schedule = [], programs = realPrograms, distort = (answer: unknown) => answer, stop } = options;
  const entries: JournalEntry[] = [];
  const discovery: Exchange[] = [];
  const runs: { host: string; exchanges: Exchange[] }[] = [];
  let current: { host: string; exchanges: Exchange[]; tls: Set<number> } | null = null;
  let turn = 0;
  let latest = input.startedAt;
  const answerTo = (ask: WorldAsk): ReturnType<Player['answer']> => {
    const run = current;
    const at = input.startedAt + delayOf(world, ask);
    latest = Math.max(latest, at);
    const isStopped = stop !== undefined && turn >= stop.turn && ask.type !== 'smtp.quit';
    if (isStopped && (turn > stop.turn || ask.type !== 'smtp.send')) return { at, answer: 'aborted' };
    if (ask.until !== undefined && at >= ask.until.at) return { at, answer: 'aborted' };
    const answers = answersOf(world, run?.host ?? null, (session) => run?.tls.has(session) ?? false);
    const asked = (answers[ask.type] as (ask: Ask) => unknown)(ask);
    const given = distort(isStopped ? cutShort(asked as never, stop.repliesHeard) : asked, ask, turn);
    const answer = given as AnswerOf<Exclude<EffectName, 'host.run'>>;
    if (ask.type === 'tls.handshake' && (given as { kind?: string } | null)?.kind === 'established')
      run?.tls.add(ask.session);
    (run?.exchanges ?? discovery).push({ type: ask.type, ask, answer, at } as Exchange);
    return { at, answer };
  };
  const player: Player = {
    choose: choiceOf(schedule),
    answer(ask) {
      const given = answerTo(ask);
      turn++;
      const { at, answer } = given;
      const event =
        answer === 'aborted'
          ? { type: 'aborted', id: ask.id, at }
          : { type: `${ask.type}.answered`, id: ask.id, at, answer };
      entries.push({ kind: 'ask', ask }, { kind: 'answer', event: event as never });
      return given;
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

/** What had been heard of a transaction when it was stopped. */
function cutShort(answer: AnswerOf<'smtp.send'>, repliesHeard: number): AnswerOf<'smtp.send'> {
  const { mail, recipients, data, end } = answer;
  const heard = [mail, ...recipients, data, end].map((reply, at) => (at < repliesHeard ? reply : null));
  const wasSent = repliesHeard >= recipients.length + 2 && data?.code === 354 && heard.at(-1) === null;
  return {
    mail: heard[0]!,
    recipients: heard.slice(1, -2),
    data: heard.at(-2)!,
    end: heard.at(-1)!,
    lost: heard.at(-1) === null ? 'aborted' : null,
    ...(wasSent ? { dotSent: 'yes' } : {}),
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
