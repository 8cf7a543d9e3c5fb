/* Mail systems that make their connections themselves, in a world drawn beforehand: careful ones, and careless ones. */
import type { AskOf } from '../../src/effects/catalog.js';
import { interpret } from '../../src/effects/interpret.js';
import type { AttemptJournal, JournalEntry } from '../../src/effects/journal.js';
import type { Adapters, SmtpSession } from '../../src/effects/ports.js';
import type { SocketPorts } from '../../src/effects/socket-ports.js';
import { deferAll } from '../../src/engine/attempt-inputs.js';
import { type Plan, type PlanPorts, planAttempt } from '../../src/engine/plan/plan.js';
import type { HostVerdict, PlannedHost } from '../../src/engine/plan/planned-host.js';
import { programs } from '../../src/machine/programs.js';
import type { AttemptInput } from '../../src/policy/attempt/types.js';
import type { PeerFacts } from '../../src/policy/certificate/facts.js';
import type { LostCause, Reply } from '../../src/policy/smtp/reply.js';
import type { Exchange, Play, Run } from '../arbitraries/plays.js';
import { NOW } from '../arbitraries/universe.js';
import { answersOf, type World } from '../arbitraries/worlds.js';

/** The same name has the same records, whoever asks for them. */
export function withOneAlias(world: World): World {
  const [first] = world.servers;
  const servers = world.servers.map((server) => ({ ...server, expandedTlsa: first.expandedTlsa }));
  return { ...world, servers: servers as unknown as World['servers'] };
}

/** Where an attempt stands: adapters answer as the world does to the host that it has come to. */
class Stage {
  readonly world: World;
  host: string | null = null;
  readonly #tls = new Set<number>();

  constructor(world: World) {
    this.world = world;
  }

  readonly look = (entry: JournalEntry): void => {
    if (entry.kind === 'run') {
      this.host = entry.host;
      this.#tls.clear();
    }
    if (entry.kind === 'end') this.host = null;
  };

  answers() {
    return answersOf(this.world, this.host, (session) => this.#tls.has(session));
  }

  adapters(): Adapters {
    const port =
      <K extends Exclude<keyof Adapters, 'smtp.session'>>(type: K) =>
      async (ask: AskOf<K>) =>
        this.answers()[type](ask as never);
    return {
      'dns.mx': port('dns.mx'),
      'dns.txt': port('dns.txt'),
      'dns.addresses': port('dns.addresses'),
      'dns.cname': port('dns.cname'),
      'dns.tlsa': port('dns.tlsa'),
      'random.draw': port('random.draw'),
      'policy-cache.read': port('policy-cache.read'),
      'policy-cache.write': port('policy-cache.write'),
      'policy.fetch': port('policy.fetch'),
      'smtp.session': () => this.session(),
    } as Adapters;
  }

  session(): SmtpSession {
    return {
      connect: async (ask) => this.answers()['smtp.connect'](ask),
      greeting: async (ask) => this.answers()['smtp.greeting'](ask),
      auth: async (ask) => this.answers()['smtp.auth'](ask),
      hello: async (ask) => this.answers()['smtp.hello'](ask),
      startTls: async (ask) => this.answers()['smtp.starttls'](ask),
      handshake: async (ask) => {
        const answer = this.answers()['tls.handshake'](ask);
        if (answer.kind === 'established') this.#tls.add(ask.session);
        return answer;
      },
      inspect: async (ask) => this.answers()['peer.inspect'](ask),
      send: async (ask) => this.answers()['smtp.send'](ask),
      quit: async () => ({ kind: 'closed' }),
      destroy: () => undefined,
    };
  }
}

const never = new AbortController().signal;

/** As the engine carries out an attempt, at a standing clock. */
async function carryOut(
  adapters: Adapters,
  input: AttemptInput,
  stage: Stage,
  { onEntry, signal }: { readonly onEntry: (entry: JournalEntry) => void; readonly signal: AbortSignal },
) {
  const entries: JournalEntry[] = [];
  const ended = await interpret(input, {
    programs,
    adapters,
    message: () => [],
    clock: () => NOW,
    signal,
    note: (entry) => {
      stage.look(entry);
      entries.push(entry);
      onEntry(entry);
    },
  });
  return { result: ended.kind === 'finished' ? ended.output : deferAll(input), entries };
}

/** What a delivery leaves. */
export async function deliver(world: World, input: AttemptInput): Promise<AttemptJournal> {
  const stage = new Stage(world);
  const { result, entries } = await carryOut(stage.adapters(), input, stage, {
    onEntry: () => undefined,
    signal: never,
  });
  return { input, places: input.recipients.map((_, at) => at), entries, result };
}

class LostInWords extends Error {
  constructor(readonly told: LostCause) {
    super(told);
  }
}
class FailedInWords<T> extends Error {
  constructor(readonly told: T) {
    super('failed');
  }
}
interface FakeSocket {
  readonly address: string;
  readonly handshake: { readonly kind: 'established'; readonly protocol: string; readonly cipher: string };
  readonly inspect: (tlsa: AskOf<'peer.inspect'>['tlsa']) => PeerFacts | Promise<PeerFacts>;
}

const SOCKETS: SocketPorts = {
  tlsOptions: (serverName) => ({ serverName }),
  shownBy: (socket) => {
    const { address, handshake, inspect } = socket as FakeSocket;
    return { address, localAddress: '', handshake, inspect: async (tlsa) => inspect(tlsa) };
  },
  connectCause: (error) => (error as FailedInWords<'refused'>).told,
  lostCause: (error) => (error as LostInWords).told,
  handshakeFailure: (error) => (error as FailedInWords<never>).told,
  greetAgain: () => undefined,
  session: () => {
    throw new Error('nobody connects here');
  },
};

/** A plan of a world, and the world as it is for those who carry the plan out. */
export async function planned(world: World, input: AttemptInput): Promise<{ plan: Plan; stage: Stage }> {
  const stage = new Stage(world);
  const ports: PlanPorts = {
    adapters: stage.adapters(),
    sockets: SOCKETS,
    signal: undefined,
    clock: () => NOW,
    attempt: (adapters, own, options) => carryOut(adapters, own, stage, options),
    tell: async () => undefined,
  };
  return { plan: await planAttempt(ports, input), stage };
}

/** Goes through a plan turn by turn, as the engine does. */
export async function goTurnByTurn(world: World, input: AttemptInput): Promise<AttemptJournal> {
  const { plan, stage } = await planned(world, input);
  const session = stage.session();
  const methods = {
    'smtp.connect': session.connect,
    'smtp.greeting': session.greeting,
    'smtp.auth': session.auth,
    'smtp.hello': session.hello,
    'smtp.starttls': session.startTls,
    'tls.handshake': session.handshake,
    'peer.inspect': session.inspect,
    'smtp.send': (ask: AskOf<'smtp.send'>) => session.send(ask, () => [], never),
    'smtp.quit': session.quit,
  };
  let turn = await plan.turn();
  while (turn !== null) turn = await plan.answer(await methods[turn.type](turn as never, never));
  return (await plan.finish()).journal.attempts[0]!;
}

type Said = Reply | { readonly kind: 'lost'; readonly cause: LostCause };
const wordsOf = (said: Said | { readonly kind: 'replied'; readonly reply: Reply }) =>
  'reply' in said ? said.reply : 'cause' in said ? new LostInWords(said.cause) : said;

/** A mail system that says of each host what it saw, and does what it is told. */
export async function goByHosts(world: World, input: AttemptInput): Promise<AttemptJournal> {
  const { plan, stage } = await planned(world, input);
  for (const host of plan.hosts) {
    if (host.connect && (await visit(host, stage, input)) === 'end') break;
  }
  return (await plan.finish()).journal.attempts[0]!;
}

async function visit(host: PlannedHost, stage: Stage, input: AttemptInput): Promise<HostVerdict['do']> {
  stage.host = host.host;
  let verdict: HostVerdict | null = null;
  for (let number = 1; verdict === null || verdict.do === 'connect'; number++) {
    const session = stage.session();
    const at = { session: number, deadlineMs: 0 };
    const address: string = verdict?.address ?? host.addresses[0]!;
    const isClear: boolean = verdict?.cleartext ?? false;
    const connected = await session.connect(
      { ...at, address, port: host.port, greetingMs: 0, alternate: null },
      never,
    );
    // No plan goes to a relay whose greeting comes under TLS.
    if (connected.kind === 'connected') throw new TypeError('nobody asked for that');
    if (connected.kind === 'failed') {
      verdict = await host.judgeStartTls({ address, connect: new FailedInWords(connected.cause) });
      continue;
    }
    const seen = {
      address,
      ...(connected.kind === 'greeted' && { localAddress: connected.localAddress }),
      greeting: wordsOf(connected.kind === 'greeted' ? connected.reply : connected),
    };
    const ehlo = await session.hello({ ...at, verb: 'EHLO', name: '' }, never);
    const helo = await session.hello({ ...at, verb: 'HELO', name: '' }, never);
    verdict = await host.judgeStartTls({ ...seen, ehlo: wordsOf(ehlo), helo: wordsOf(helo) });
    if (verdict.do === 'start-tls') verdict = await overTls(host, session, address, number);
    // Whoever takes only so many recipients at a time gets the others on the same connection.
    while (verdict.do === 'send')
      verdict = await transact(host, session, number, verdict, { input, isClear });
  }
  return verdict.do;
}

async function transact(
  host: PlannedHost,
  session: SmtpSession,
  number: number,
  verdict: Extract<HostVerdict, { do: 'send' }>,
  { input, isClear }: { readonly input: AttemptInput; readonly isClear: boolean },
): Promise<HostVerdict> {
  if (isClear && verdict.parameters.includes('REQUIRETLS')) throw new Error('in clear');
  const { deadlines } = input.settings;
  const { mail, recipients, data, end, lost, dotSent } = await session.send(
    { session: number, ...verdict, deadlines, pipelining: 'no' },
    () => [],
    never,
  );
  return host.sent({
    ...(mail && { mail }),
    ...(mail && { recipients }),
    ...(data && { data }),
    ...(end && { end }),
    ...(lost !== null && lost !== 'aborted' && { error: new LostInWords(lost) }),
    dotSent: dotSent === 'yes',
  });
}

async function overTls(
  host: PlannedHost,
  session: SmtpSession,
  address: string,
  number: number,
): Promise<HostVerdict> {
  const at = { session: number, deadlineMs: 0 };
  const startTls = await session.startTls(at, never);
  if (startTls.kind !== 'replied' || startTls.reply.code !== 220) {
    const injected = startTls.kind === 'injected';
    return host.judgeStartTls({ startTls: wordsOf(startTls as never), injected });
  }
  const handshake = await session.handshake({ ...at, serverName: null }, never);
  if (handshake.kind === 'failed')
    return host.judgeStartTls({ startTls: startTls.reply, handshake: new FailedInWords(handshake) });
  await host.judgeStartTls({ startTls: startTls.reply });
  const socket: FakeSocket = {
    address,
    handshake,
    inspect: (tlsa) => session.inspect({ ...at, tlsa }, never),
  };
  let verdict = await host.judge(socket);
  while (verdict.do === 'hello')
    verdict = await host.judgeHello(wordsOf(await session.hello({ ...at, ...verdict }, never)));
  return verdict;
}

/** The record as the laws look at it. */
export function playOf(world: World, journal: AttemptJournal): Play {
  const runs: { host: string; exchanges: Exchange[] }[] = [];
  const discovery: Exchange[] = [];
  const asks = new Map<number, Extract<JournalEntry, { kind: 'ask' }>['ask']>();
  let current: Exchange[] = discovery;
  for (const entry of journal.entries) {
    if (entry.kind === 'run') {
      runs.push({ host: entry.host, exchanges: [] });
      current = runs.at(-1)!.exchanges;
    }
    if (entry.kind === 'end') current = discovery;
    if (entry.kind === 'ask') asks.set(entry.ask.id, entry.ask);
    if (entry.kind !== 'answer' || entry.event.type === 'aborted') continue;
    const ask = asks.get(entry.event.id)!;
    current.push({ type: ask.type, ask, answer: entry.event.answer, at: entry.event.at } as Exchange);
  }
  const { input } = journal;
  const result = journal.result!;
  const ended = { kind: 'finished', output: result } as const;
  return { input, world, ended, result, journal, discovery, runs: runs as readonly Run[] };
}
