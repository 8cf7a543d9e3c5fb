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

type RunAsk = Extract<Ask, { type: 'host.run' }>;
type WorldAsk = Exclude<Ask, RunAsk>;

/** Who plays the world. */
export interface Player {
  /** Answers a question, or says that it was given up; a host run is played by the loop itself. */
  answer(ask: WorldAsk): {
    readonly at: number;
    readonly answer: AnswerOf<Exclude<EffectName, 'host.run'>> | 'aborted';
  };
  /** Which of the open questions is answered next; by default the first. */
  choose?(open: readonly Ask[]): Ask;
  /** A host run begins, and ends at that time. */
  beginRun?(id: number, host: string): void;
  endRun?(id: number): number;
  /** Told before each question that it answers where the play stands, which `goOn` can begin with. */
  halted?(halt: Halt): void;
}

/** Where a play stands before a question is answered. Whoever keeps it can go on from there as often as he likes. */
export interface Halt {
  /** How many questions were asked. */
  readonly asked: number;
  readonly here: Standing;
  /** Where the attempt stands if a host run asks, else null. */
  readonly around: Standing | null;
}

/** A program that waits, and what it waits for; the first is answered next. */
interface Standing {
  readonly state: unknown;
  readonly open: readonly [Ask, ...Ask[]];
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
  const stage = stageOf(programs.host, player, onlookers?.host);
  return play(programs.attempt, input, stage, onlookers?.attempt);
}

/** Plays one host run against a world. */
export function simulateHost(program: Programs['host'], input: HostInput, player: Player): Ended<HostResult> {
  return play(program, input, stageOf(program, player), undefined);
}

/** Plays an attempt from a halt on, as if all before had been answered as it was there: with the same programs and input. */
export function goOn({ attempt, host }: Programs, halt: Halt, player: Player): Ended<AttemptResult> {
  const stage: Stage = {
    host,
    player,
    ids: { last: halt.asked },
    toldOfHost: undefined,
    around: halt.around,
  };
  if (halt.around === null) return from(attempt, halt.here, worldAnswer(halt.here.open[0], stage), stage);
  const ended = from(host, halt.here, worldAnswer(halt.here.open[0], stage), stage);
  return from(attempt, halt.around, runAnswer(halt.around.open[0], ended, stage), stage);
}

/** What an attempt and its host runs share. */
interface Stage {
  readonly host: Programs['host'];
  readonly player: Player;
  readonly ids: { last: number };
  readonly toldOfHost: Onlooker<HostEvidence> | undefined;
  /** Where the attempt stands while a host run is played. */
  around: Standing | null;
}

function stageOf(host: Programs['host'], player: Player, toldOfHost?: Onlooker<HostEvidence>): Stage {
  return { host, player, ids: { last: 0 }, toldOfHost, around: null };
}

function play<Input, Output, Known>(
  program: AnyProgram<Input, Output, Known>,
  input: Input,
  stage: Stage,
  told: Onlooker<Known> | undefined,
): Ended<Output> {
  return onward(program, program.start(input, told), [], stage, told);
}

function from<Output>(
  program: AnyProgram<never, Output>,
  { state, open: [, ...open] }: Standing,
  answered: Answered,
  stage: Stage,
): Ended<Output> {
  return onward(program, program.step(state, answered), open, stage, undefined);
}

/** `open`: what was asked before. */
function onward<Output, Known>(
  program: AnyProgram<never, Output, Known>,
  first: Step<unknown, Output>,
  open: Ask[],
  stage: Stage,
  told: Onlooker<Known> | undefined,
): Ended<Output> {
  const { player, ids } = stage;
  let step = first;
  while (step.kind === 'waiting') {
    for (const effect of step.effects) open.push(numbered(effect, ++ids.last));
    if (open.length === 0) return { kind: 'fault', message: 'waiting, and nothing was asked' };
    if (ids.last > ASKS_MAX) return { kind: 'fault', message: 'too many questions' };
    const ask = open.length > 1 && player.choose !== undefined ? player.choose(open) : open[0]!;
    open.splice(open.indexOf(ask), 1);
    step = program.step(step.state, answerTo(ask, step.state, open, stage), told);
  }
  return step.kind === 'finished' ? step : { kind: 'fault', message: describeFault(step) };
}

function answerTo(ask: Ask, state: unknown, open: readonly Ask[], stage: Stage): Answered {
  const { host, player, toldOfHost } = stage;
  const here = player.halted === undefined ? null : { state, open: [ask, ...open] as const };
  if (ask.type !== 'host.run') {
    if (here !== null) player.halted?.({ asked: stage.ids.last, here, around: stage.around });
    return worldAnswer(ask, stage);
  }
  stage.around = here;
  player.beginRun?.(ask.id, ask.input.candidate.host);
  return runAnswer(ask, play(host, ask.input, stage, toldOfHost), stage);
}

function worldAnswer(ask: Ask, { player }: Stage): Answered {
  const { at, answer } = player.answer(ask as WorldAsk);
  if (answer === 'aborted') return { type: 'aborted', id: ask.id, at };
  return { type: `${ask.type}.answered`, id: ask.id, at, answer } as Answered;
}

function runAnswer(ask: Ask, ended: Ended<HostResult>, stage: Stage): Answered {
  stage.around = null;
  const { id, input } = ask as RunAsk;
  const answer = ended.kind === 'finished' ? ended.output : ended;
  return { type: 'host.run.answered', id, at: stage.player.endRun?.(id) ?? input.startedAt, answer };
}
