/*
 * One attempt of the real machines against a world, as it is seen from outside: which hosts were dialled under which name, what was said to
 * each, what was taken. How long answers take is drawn for each question, and a question that nobody answers takes its deadline.
 */
import {
  type Addresses,
  allocate,
  freshMemory,
  idsAt,
  scriptedWorld,
  type World,
  type WorldMemory,
} from '../../adapters/scripted/index.js';
import type { AnswerOf, Ask } from '../../effects/catalog.js';
import { Witness } from '../../effects/explain.js';
import type { AttemptJournal, JournalEntry } from '../../effects/journal.js';
import { type Player, type Programs, simulate } from '../../effects/simulate.js';
import { deferAll } from '../../engine/attempt-inputs.js';
import type { AttemptInput, AttemptResult } from '../../policy/attempt/types.js';
import { settingsOf } from '../../policy/settings.js';
import type { Reply } from '../../policy/smtp/reply.js';
import type { Dice } from './dice.js';
import { EPOCH } from './plan.js';

export type PolicyMemory = WorldMemory['policies'];

export interface AttemptTask {
  readonly programs: Programs;
  readonly world: World;
  readonly input: Omit<AttemptInput, 'settings'>;
  /** What is kept of policies; the attempt changes it. */
  readonly policies: PolicyMemory;
  /** What the store does besides keeping. */
  readonly store: 'keeps' | 'unreadable' | 'full';
  readonly dice: Dice;
  /** Which of several open questions is answered next. Default: the first. */
  readonly choose?: (open: readonly Ask[]) => Ask;
}

/** A message put on a connection. */
export interface Sending {
  /** The name under which the host was dialled, and who answered there: the ID of a mail host. */
  readonly name: string;
  readonly id: string;
  readonly tls: 'yes' | 'no';
  /** Behind the last EHLO. */
  readonly keywords: readonly string[];
  readonly parameters: readonly string[];
  readonly recipients: readonly string[];
  /** Those of them for whom the message was taken. */
  readonly taken: readonly string[];
  /** Whether the final dot was sent and its reply lost. */
  readonly isOpen: boolean;
  readonly replies: readonly (Reply | null)[];
}

export interface Attempted {
  readonly result: AttemptResult;
  readonly journal: AttemptJournal;
  readonly isFault: boolean;
  readonly durationMs: number;
  /** Names of hosts that were turned to, in order, and those of them that were connected to. */
  readonly turnedTo: readonly string[];
  readonly dialled: readonly { readonly name: string; readonly id: string | null }[];
  readonly sendings: readonly Sending[];
  /** Whether a policy host answered, and whether what it said is kept. */
  readonly fetched: 'no' | 'answered';
  readonly kept: 'yes' | 'no';
}

const SETTINGS = settingsOf('rfc', { privateAddresses: 'allow' });

/** What was read from a world once. */
interface Read {
  readonly addresses: Addresses;
  /** By the type and the name of the question. */
  readonly lookups: Map<string, unknown>;
}

const readFrom = new WeakMap<World, Read>();

function readOf(world: World): Read {
  const known = readFrom.get(world);
  if (known !== undefined) return known;
  const read = { addresses: allocate(world, (index) => `127.0.0.${index + 2}`), lookups: new Map() };
  readFrom.set(world, read);
  return read;
}

export function playAttempt(task: AttemptTask): Attempted {
  const input: AttemptInput = { ...task.input, settings: SETTINGS };
  const stage = new Stage(task, input.startedAt);
  // As the engine does.
  const witness = input.attempt > 1 ? new Witness() : null;
  const ended = simulate(task.programs, input, stage, witness?.onlookers);
  const result = ended.kind === 'finished' ? ended.output : deferAll(input);
  const { entries, turnedTo, dialled, sendings, fetched, kept } = stage;
  const journal: AttemptJournal = { input, places: input.recipients.map((_, at) => at), entries, result };
  if (ended.kind === 'finished') witness?.remember(journal);
  return {
    ...{ result, journal },
    isFault: ended.kind !== 'finished',
    durationMs: stage.at - input.startedAt,
    ...{ turnedTo, dialled, sendings, fetched, kept },
  };
}

class Stage implements Player {
  readonly entries: JournalEntry[] = [];
  readonly turnedTo: string[] = [];
  readonly dialled: { readonly name: string; readonly id: string | null }[] = [];
  readonly sendings: Sending[] = [];
  fetched: Attempted['fetched'] = 'no';
  kept: Attempted['kept'] = 'yes';
  at: number;
  readonly choose?: (open: readonly Ask[]) => Ask;
  readonly #task: AttemptTask;
  readonly #read: Read;
  readonly #world: ReturnType<typeof scriptedWorld>;
  #name = '';
  readonly #sessions = new Map<
    number,
    { readonly id: string; tls: 'yes' | 'no'; keywords: readonly string[] }
  >();

  constructor(task: AttemptTask, startedAt: number) {
    this.#task = task;
    this.at = startedAt;
    this.#read = readOf(task.world);
    const memory = { ...freshMemory(), policies: task.policies };
    this.#world = scriptedWorld(task.world, {
      port: SETTINGS.port,
      now: startedAt,
      epoch: EPOCH,
      addresses: this.#read.addresses,
      memory,
    });
    if (task.choose !== undefined) this.choose = task.choose;
  }

  answer(ask: Exclude<Ask, { type: 'host.run' }>): ReturnType<Player['answer']> {
    const answer = this.#answerTo(ask);
    this.at += delayOf(ask, answer, this.#task.dice);
    this.entries.push({ kind: 'ask', ask });
    this.entries.push({
      kind: 'answer',
      event: { type: `${ask.type}.answered`, id: ask.id, at: this.at, answer } as never,
    });
    this.#see(ask, answer);
    return { at: this.at, answer: answer as never };
  }

  beginRun(id: number, host: string): void {
    this.#world.beginRun();
    this.#sessions.clear();
    this.#name = host;
    this.turnedTo.push(host);
    this.entries.push({ kind: 'run', id, host });
  }

  endRun(id: number): number {
    this.entries.push({ kind: 'end', id, at: this.at });
    return this.at;
  }

  #answerTo(ask: Exclude<Ask, { type: 'host.run' }>): unknown {
    const { store, dice } = this.#task;
    switch (ask.type) {
      case 'dns.mx':
      case 'dns.txt':
      case 'dns.addresses':
      case 'dns.cname':
      case 'dns.tlsa':
        return this.#lookup(ask);
      case 'policy-cache.read':
        if (store === 'unreadable') return { kind: 'unreadable', why: 'the store is down' };
        break;
      case 'policy-cache.write':
        if (store === 'full') {
          this.kept = 'no';
          return { kind: 'failed', why: 'the store is full' };
        }
        break;
      case 'random.draw':
        return { values: Array.from({ length: ask.count }, (_, at) => dice.draw('random', at)) };
    }
    return this.#world.ask(ask as never);
  }

  /** The same as long as the world is. */
  #lookup(ask: Extract<Ask, { type: `dns.${string}` }>): unknown {
    const key = `${ask.type} ${ask.name}`;
    const found = this.#read.lookups.get(key) ?? this.#world.ask(ask as never);
    this.#read.lookups.set(key, found);
    return found;
  }

  #see(ask: Exclude<Ask, { type: 'host.run' }>, answer: unknown): void {
    switch (ask.type) {
      case 'policy.fetch':
        if ((answer as AnswerOf<'policy.fetch'>).kind === 'response') this.fetched = 'answered';
        return;
      case 'smtp.connect': {
        const connected = answer as AnswerOf<'smtp.connect'>;
        const [id] = 'address' in connected ? idsAt(connected.address, this.#read.addresses) : [];
        this.dialled.push({ name: this.#name, id: id ?? null });
        if (id !== undefined) this.#sessions.set(ask.session, { id, tls: 'no', keywords: [] });
        return;
      }
      case 'smtp.hello': {
        const session = this.#sessions.get(ask.session);
        const said = answer as AnswerOf<'smtp.hello'>;
        if (session !== undefined)
          session.keywords = said.kind === 'replied' ? said.reply.lines.slice(1) : [];
        return;
      }
      case 'tls.handshake': {
        const session = this.#sessions.get(ask.session);
        if (session !== undefined && (answer as AnswerOf<'tls.handshake'>).kind === 'established')
          session.tls = 'yes';
        return;
      }
      case 'smtp.send': {
        const session = this.#sessions.get(ask.session);
        if (session !== undefined)
          this.sendings.push(sendingOf(this.#name, session, ask, answer as AnswerOf<'smtp.send'>));
      }
    }
  }
}

function sendingOf(
  name: string,
  session: { readonly id: string; readonly tls: 'yes' | 'no'; readonly keywords: readonly string[] },
  ask: Extract<Ask, { type: 'smtp.send' }>,
  { mail, recipients, data, end, dotSent }: AnswerOf<'smtp.send'>,
): Sending {
  const isYes = (reply: Reply | null | undefined, hundreds: number) =>
    reply !== null && reply !== undefined && Math.floor(reply.code / 100) === hundreds;
  const isTaken = isYes(mail, 2) && isYes(data, 3) && isYes(end, 2);
  return {
    ...{ name, id: session.id, tls: session.tls, keywords: session.keywords },
    parameters: ask.parameters,
    recipients: ask.recipients,
    taken: isTaken ? ask.recipients.filter((_, at) => isYes(recipients[at], 2)) : [],
    isOpen: dotSent === 'yes' && end === null,
    replies: [mail, ...recipients, data, end],
  };
}

/** Milliseconds. Most answer at once, some take their time. */
function delayOf(ask: Exclude<Ask, { type: 'host.run' }>, answer: unknown, dice: Dice): number {
  if (isSilence(answer)) {
    const { greetingMs, deadlineMs } = ask as { readonly greetingMs?: number; readonly deadlineMs?: number };
    return greetingMs ?? deadlineMs ?? 0;
  }
  const drawn = dice.draw('delay', ask.id);
  return drawn % 200 === 0 ? 1 + (drawn % 9973) : 1 + (drawn % 97);
}

function isSilence(answer: unknown): boolean {
  const { cause, a } = answer as { readonly cause?: string; readonly a?: { readonly cause?: string } };
  return cause === 'timeout' || a?.cause === 'timeout';
}
