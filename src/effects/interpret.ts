/*
 * Running a program in the real world: questions go to adapters, answers come back in whatever order they are given.
 * The interpreter alone knows which connection has which number; it holds the message; and it closes every connection
 * in the end, whatever happened. When the caller or the attempt's deadline stops it, whatever is asked is `aborted`, whatever an
 * adapter would make of that. It decides nothing.
 */
import type { AttemptInput, AttemptResult } from '../policy/attempt/types.js';
import type { HostInput } from '../policy/host/types.js';
import type { DialledWord } from '../policy/queue/crowd.js';
import type { Answered, AnswerOf, Ask, AskOf, Effect, EffectName } from './catalog.js';
import { namedErrorText } from './error-text.js';
import type { JournalEntry } from './journal.js';
import { numbered } from './numbered.js';
import { type PatienceUntilRead, Vigil, type Wait } from './patience.js';
import type { Adapters, GoesBack, MessageSource, SessionEffect, SmtpSession } from './ports.js';
import { type AnyProgram, describeFault, type Onlooker, type Step } from './program.js';
import type { Ended, Onlookers, Programs } from './simulate.js';

export interface Interpretation {
  readonly programs: Programs;
  readonly adapters: Adapters;
  readonly message: MessageSource;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** When it aborts, every open question is given up, and so is every one that is asked afterwards. Default: nobody stops it. */
  readonly signal?: AbortSignal;
  /** For the deadline of the attempt. Default: it is looked at when a question is asked, and not while one is open. */
  readonly wait?: Wait;
  /** Told of every question and answer, in order. */
  readonly note?: (entry: JournalEntry) => void;
  /** Told to who limits sessions. Default: it waits for one, as long as it may. */
  readonly goesBack?: GoesBack;
  readonly onlookers?: Onlookers;
}

/** Carries out an attempt. Never rejects: a fault of ours is a way to end, and means deferral. */
export async function interpret(input: AttemptInput, world: Interpretation): Promise<Ended<AttemptResult>> {
  const vigil = new Vigil(world);
  try {
    return await run(
      world.programs.attempt,
      input,
      world,
      { vigil, lastId: 0, dialled: 'nothing' },
      world.onlookers?.attempt,
    );
  } finally {
    vigil.end();
  }
}

/** What an attempt and its host runs share. */
interface Shared {
  readonly vigil: Vigil;
  lastId: number;
  dialled: DialledWord;
}

async function run<Input, Output, Known>(
  program: AnyProgram<Input, Output, Known>,
  input: Input,
  world: Interpretation,
  shared: Shared,
  told: Onlooker<Known> | undefined,
): Promise<Ended<Output>> {
  const sessions = new Map<number, SmtpSession>();
  const inbox = new Inbox();
  const open = new Set<number>();
  try {
    let step: Step<unknown, Output> = program.start(input, told);
    while (step.kind === 'waiting') {
      for (const effect of step.effects) {
        const ask = numbered(effect, ++shared.lastId);
        open.add(ask.id);
        noteAsk(world, ask);
        inbox.expect(ask, answerInTime(ask, world, sessions, shared), world.clock);
      }
      if (open.size === 0) return { kind: 'fault', message: 'waiting, and nothing was asked' };
      const event = await inbox.next();
      // An answer that nobody waits for any more is ignored by this rule, and never seen by a machine.
      if (!open.delete(event.id)) continue;
      noteAnswer(world, event);
      step = program.step(step.state, event, told);
    }
    return step.kind === 'finished' ? step : { kind: 'fault', message: describeFault(step) };
  } catch (cause) {
    return { kind: 'fault', message: describeFault({ kind: 'fault', cause }) };
  } finally {
    for (const session of sessions.values()) session.destroy();
  }
}

/** The answer, or that it was not waited for. */
function answerInTime(
  ask: Ask,
  world: Interpretation,
  sessions: Map<number, SmtpSession>,
  shared: Shared,
): Promise<AnswerOf<EffectName> | 'aborted'> {
  if (ask.type === 'host.run') return answerByRun(ask.input, world, shared);
  const untilAt = ask.until?.at ?? null;
  if (ask.type === 'smtp.send')
    return sendInTime(ask, world, sessions, shared.vigil.patienceUntilRead(untilAt));
  const patience = shared.vigil.patience(untilAt);
  if (patience.signal.aborted) return givenUp(ask, sessions);
  const answer = answerOf(ask, world, { sessions, shared }, patience.signal);
  // A farewell ends by itself.
  return ask.type === 'smtp.quit' ? answer : patience.orOver(answer);
}

function sessionFor({ adapters, goesBack }: Interpretation, shared: Shared): SmtpSession {
  const { dialled } = shared;
  shared.dialled = 'something';
  return adapters['smtp.session'](goesBack && { ...goesBack, dialled });
}

async function answerByRun(
  input: HostInput,
  world: Interpretation,
  shared: Shared,
): Promise<AnswerOf<'host.run'>> {
  const ended = await run(world.programs.host, input, world, shared, world.onlookers?.host);
  return ended.kind === 'finished' ? ended.output : ended;
}

/** What a server has said to a message counts, so the transaction is asked for it, whoever stops it. */
async function sendInTime(
  ask: Extract<SessionAsk, { type: 'smtp.send' }>,
  { message }: Interpretation,
  sessions: Map<number, SmtpSession>,
  { signal, untilRead, end }: PatienceUntilRead,
): Promise<AnswerOf<'smtp.send'> | 'aborted'> {
  try {
    if (signal.aborted) return 'aborted';
    const content = ask.until?.reach === 'until-sent' ? untilRead(message) : message;
    return await sessionOf(ask, sessions).send(ask, content, signal);
  } finally {
    end();
  }
}

/** Who is stopped leaves without a farewell: a server that is waited for in vain would not hear it. */
async function givenUp(
  ask: Ask,
  sessions: Map<number, SmtpSession>,
): Promise<AnswerOf<'smtp.quit'> | 'aborted'> {
  if (ask.type !== 'smtp.quit') return 'aborted';
  sessions.get(ask.session)?.destroy();
  return { kind: 'closed' };
}

type SessionAsk = Extract<Effect, { type: SessionEffect }>;

/** The sessions of a run, and what it shares with the others. */
interface Own {
  readonly sessions: Map<number, SmtpSession>;
  readonly shared: Shared;
}

function isSessionAsk(ask: Effect): ask is SessionAsk {
  return 'session' in ask;
}

/** An adapter that throws has failed as one that rejects. */
function answerOf(
  ask: Exclude<Ask, { type: 'host.run' | 'smtp.send' }>,
  world: Interpretation,
  own: Own,
  signal: AbortSignal,
): Promise<AnswerOf<EffectName>> {
  try {
    return Promise.resolve(
      isSessionAsk(ask) ? answerInSession(ask, world, own, signal) : answerFromWorld(ask, world, signal),
    );
  } catch (cause) {
    return Promise.reject(cause);
  }
}

function answerFromWorld<E extends Exclude<Effect, SessionAsk | { type: 'host.run' }>>(
  ask: E,
  { adapters }: Interpretation,
  signal: AbortSignal,
): Promise<AnswerOf<E['type']>> {
  const port = adapters[ask.type] as (
    ask: AskOf<E['type']>,
    signal: AbortSignal,
  ) => Promise<AnswerOf<E['type']>>;
  return port(ask as unknown as AskOf<E['type']>, signal);
}

function answerInSession(
  ask: Exclude<SessionAsk, { type: 'smtp.send' }>,
  world: Interpretation,
  { sessions, shared }: Own,
  signal: AbortSignal,
): Promise<AnswerOf<SessionEffect>> {
  if (ask.type === 'smtp.connect') sessions.set(ask.session, sessionFor(world, shared));
  const session = sessionOf(ask, sessions);
  switch (ask.type) {
    case 'smtp.connect':
      return session.connect(ask, signal);
    case 'smtp.greeting':
      return session.greeting(ask, signal);
    case 'smtp.auth':
      return session.auth(ask, signal);
    case 'smtp.hello':
      return session.hello(ask, signal);
    case 'smtp.starttls':
      return session.startTls(ask, signal);
    case 'tls.handshake':
      return session.handshake(ask, signal);
    case 'peer.inspect':
      return session.inspect(ask, signal);
    case 'smtp.quit':
      // A connection that was left in order closes by itself; cutting it short would look like a crash to the server.
      // And whatever becomes of a farewell, it must not call into question what was said before.
      return session
        .quit(ask, signal)
        .catch(() => ({ kind: 'closed' }) as const)
        .finally(() => sessions.delete(ask.session));
  }
}

function sessionOf(ask: SessionAsk, sessions: Map<number, SmtpSession>): SmtpSession {
  const session = sessions.get(ask.session);
  if (session === undefined) throw new RangeError(`there is no session ${ask.session}`);
  return session;
}

function noteAsk({ note }: Interpretation, ask: Ask): void {
  if (note === undefined) return;
  note(
    ask.type === 'host.run'
      ? { kind: 'run', id: ask.id, host: ask.input.candidate.host }
      : { kind: 'ask', ask },
  );
}

function noteAnswer({ note }: Interpretation, event: Answered): void {
  if (note === undefined) return;
  note(
    event.type === 'host.run.answered'
      ? { kind: 'end', id: event.id, at: event.at }
      : { kind: 'answer', event },
  );
}

/** Answers in the order in which they come. */
class Inbox {
  readonly #arrived: (Answered | Error)[] = [];
  #wake: (() => void) | null = null;

  /** An adapter that rejects breaks its contract; that is a fault of ours and ends the run. */
  expect(ask: Ask, answer: Promise<AnswerOf<EffectName> | 'aborted'>, clock: () => number): void {
    answer
      .then((given) =>
        this.#put(
          given === 'aborted'
            ? { type: 'aborted', id: ask.id, at: clock() }
            : ({ type: `${ask.type}.answered`, id: ask.id, at: clock(), answer: given } as Answered),
        ),
      )
      .catch((cause) =>
        this.#put(new Error(`the adapter of ${ask.type} failed: ${namedErrorText(cause)}`, { cause })),
      );
  }

  async next(): Promise<Answered> {
    while (this.#arrived.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const first = this.#arrived.shift()!;
    if (first instanceof Error) throw first;
    return first;
  }

  #put(arrival: Answered | Error): void {
    this.#arrived.push(arrival);
    this.#wake?.();
  }
}
