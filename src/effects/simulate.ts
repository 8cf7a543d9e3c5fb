/*
 * Running a program without waiting: questions are answered by a function, at once. Simulation and replay are both this
 * loop; they differ in who answers, and in which order.
 */
import type { AttemptInput, AttemptResult } from '../policy/attempt/types.js';
import type { AttemptEvidence, HostEvidence } from '../policy/explain/evidence.js';
import type { HostInput, HostResult } from '../policy/host/types.js';
import type { Answered, AnswerOf, Ask, EffectName } from './catalog.js';
import { numbered } from './numbered.js';
import { type AnyProgram, describeFault, type Onlooker, type Step } from './program.js';

/** Who plays the world. */
export interface Player {
  /** Answers a question, or says that it was given up; a host run is played by the loop itself. */
  answer(ask: Exclude<Ask, { type: 'host.run' }>): {
    readonly at: number;
    readonly answer: AnswerOf<Exclude<EffectName, 'host.run'>> | 'aborted';
  };
  /** Which of the open questions is answered next; by default the first. */
  choose?(open: readonly Ask[]): Ask;
  /** A host run begins, and ends at that time. */
  beginRun?(id: number, host: string): void;
  endRun?(id: number): number;
}

/** The programs that make up an attempt. */
export interface Programs {
  readonly attempt: AnyProgram<AttemptInput, AttemptResult, AttemptEvidence>;
  readonly host: AnyProgram<HostInput, HostResult, HostEvidence>;
}

/** Who looks on: an onlooker for each kind of program. */
export interface Onlookers {
  readonly attempt: Onlooker<AttemptEvidence>;
  readonly host: Onlooker<HostEvidence>;
}

/** How a run ended. A fault is a defect of ours: the caller defers the message. */
export type Ended<Output> =
  | { readonly kind: 'finished'; readonly output: Output }
  | { readonly kind: 'fault'; readonly message: string };

/** No real attempt asks as often; a program that does is going in circles. */
const ASKS_MAX = 100_000;

/** Plays an attempt against a world. Synchronous and deterministic. */
export function simulate(
  programs: Programs,
  input: AttemptInput,
  player: Player,
  onlookers?: Onlookers,
): Ended<AttemptResult> {
  const stage = { host: programs.host, player, ids: { last: 0 }, toldOfHost: onlookers?.host };
  return play(programs.attempt, input, stage, onlookers?.attempt);
}

/** Plays one host run against a world. */
export function simulateHost(program: Programs['host'], input: HostInput, player: Player): Ended<HostResult> {
  return play(program, input, { host: program, player, ids: { last: 0 }, toldOfHost: undefined }, undefined);
}

/** What an attempt and its host runs share. */
interface Stage {
  readonly host: Programs['host'];
  readonly player: Player;
  readonly ids: { last: number };
  readonly toldOfHost: Onlooker<HostEvidence> | undefined;
}

function play<Input, Output, Known>(
  program: AnyProgram<Input, Output, Known>,
  input: Input,
  stage: Stage,
  told: Onlooker<Known> | undefined,
): Ended<Output> {
  const { player, ids } = stage;
  const open: Ask[] = [];
  let step: Step<unknown, Output> = program.start(input, told);
  while (step.kind === 'waiting') {
    for (const effect of step.effects) open.push(numbered(effect, ++ids.last));
    if (open.length === 0) return { kind: 'fault', message: 'waiting, and nothing was asked' };
    if (ids.last > ASKS_MAX) return { kind: 'fault', message: 'too many questions' };
    const ask = open.length > 1 && player.choose !== undefined ? player.choose(open) : open[0]!;
    open.splice(open.indexOf(ask), 1);
    step = program.step(step.state, answerTo(ask, stage), told);
  }
  return step.kind === 'finished' ? step : { kind: 'fault', message: describeFault(step) };
}

function answerTo(ask: Ask, stage: Stage): Answered {
  const { host, player, toldOfHost } = stage;
  if (ask.type !== 'host.run') {
    const { at, answer } = player.answer(ask);
    if (answer === 'aborted') return { type: 'aborted', id: ask.id, at };
    return { type: `${ask.type}.answered`, id: ask.id, at, answer } as Answered;
  }
  player.beginRun?.(ask.id, ask.input.candidate.host);
  const ended = play(host, ask.input, stage, toldOfHost);
  const answer = ended.kind === 'finished' ? ended.output : ended;
  return {
    type: 'host.run.answered',
    id: ask.id,
    at: player.endRun?.(ask.id) ?? ask.input.startedAt,
    answer,
  };
}
