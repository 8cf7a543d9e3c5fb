/*
 * What would have come of an attempt if some answers had been others. Recorded answers stay, by what was asked of whom;
 * edits take the place of some; and what was never recorded is answered as a well-kept server would, which is noted.
 */
import type { AttemptInput, AttemptResult } from '../../policy/attempt/types.js';
import type { Ask } from '../catalog.js';
import type { AttemptJournal } from '../journal.js';
import { goOn, type Halt, type Player, type Programs, simulate } from '../simulate.js';
import { type Asked, domainOf, type Edit, type WorldAnswer, type WorldAsk } from './edit.js';
import { type Around, wellKept } from './well-kept.js';

/** Answers by the key of the question, in the order in which they came; null: the attempt was stopped. */
export type Answers = ReadonlyMap<
  string,
  readonly { readonly answer: WorldAnswer | null; readonly at: number }[]
>;

export interface Supposition {
  readonly input: AttemptInput;
  readonly asked: readonly Asked[];
  /** What was taken for granted, each once. */
  readonly assumed: readonly string[];
  /** Questions that were asked of nobody, in order: as far as there are any, the record does not reach. */
  readonly unasked: readonly string[];
  /** Null: a fault of ours. */
  readonly result: AttemptResult | null;
  readonly edits: readonly Edit[];
  /** Where it stood before each question, in the order of `asked`. */
  readonly halts: readonly Halted[];
  /** As `assumed`, one by one as it came to each. */
  readonly assumedThere: readonly string[];
}

interface Halted {
  readonly halt: Halt;
  /** How much had been assumed by then, and what time it was. */
  readonly assumed: number;
  readonly unasked: number;
  readonly now: number;
}

/** The recorded answers by their keys. */
export function answersIn({ entries }: AttemptJournal): Answers {
  const answers = new Map<string, { answer: WorldAnswer | null; at: number }[]>();
  const events = new Map(
    entries.flatMap((entry) => (entry.kind === 'answer' ? [[entry.event.id, entry.event] as const] : [])),
  );
  let sessions = new Sessions(null);
  for (const entry of entries) {
    if (entry.kind === 'run') sessions = new Sessions(entry.host);
    else if (entry.kind === 'end') sessions = new Sessions(null);
    if (entry.kind !== 'ask') continue;
    const event = events.get(entry.ask.id);
    if (event === undefined) continue;
    const answer = event.type === 'aborted' ? null : event.answer;
    const key = sessions.keyOf(entry.ask);
    sessions.learn(entry.ask, answer);
    const known = answers.get(key) ?? [];
    answers.set(key, [...known, { answer, at: event.at }]);
  }
  return answers;
}

/** Plays the attempt again, as it would have been. */
export function suppose(
  programs: Programs,
  journal: Pick<AttemptJournal, 'input'>,
  answers: Answers,
  edits: readonly Edit[],
): Supposition {
  // In an order of their own, so that a set of edits means one thing.
  const inOrder = ordered(edits);
  const input = inOrder.reduce((before, edit) => edit.input?.(before) ?? before, journal.input);
  const player = new Supposer(input, answers, inOrder);
  return supposition(edits, player, simulate(programs, input, player));
}

/** The same with one edit more: it goes another way at the first question that this edit answers, and not before. */
export function supposeAlso(
  programs: Programs,
  journal: Pick<AttemptJournal, 'input'>,
  answers: Answers,
  before: Supposition,
  edit: Edit,
): Supposition {
  const edits = [...before.edits, edit];
  if (edit.input !== null) return suppose(programs, journal, answers, edits);
  const at = before.asked.findIndex(({ key }) => edit.answers.has(key));
  if (at < 0) return { ...before, edits, assumed: assumedBy(edits, before.assumedThere) };
  const player = new Supposer(before.input, answers, ordered(edits));
  player.relive(before, at);
  return supposition(edits, player, goOn(programs, before.halts[at]!.halt, player));
}

function ordered(edits: readonly Edit[]): readonly Edit[] {
  return [...edits].sort((left, right) => (left.key < right.key ? -1 : 1));
}

function assumedBy(edits: readonly Edit[], there: readonly string[]): readonly string[] {
  const invented = edits.flatMap(({ invents }) => invents ?? []);
  const known = there.filter((sentence) => !invented.some((host) => isAboutHost(sentence, host)));
  return [...new Set([...ordered(edits).flatMap(({ assumes }) => assumes), ...known])];
}

function isAboutHost(sentence: string, host: string): boolean {
  return sentence.startsWith(`${host} `) || sentence.includes(`._tcp.${host},`);
}

function supposition(
  edits: readonly Edit[],
  { input, asked, assumed, unasked, halts }: Supposer,
  ended: ReturnType<typeof simulate>,
): Supposition {
  return {
    ...{ input, asked, unasked, edits, halts },
    assumed: assumedBy(edits, assumed),
    assumedThere: assumed,
    result: ended.kind === 'finished' ? ended.output : null,
  };
}

/** Which questions are the same: of names what was asked, of servers whom, and whether under TLS. */
class Sessions {
  readonly #addresses = new Map<number, string>();
  readonly #secured = new Set<number>();
  constructor(readonly host: string | null) {}

  addressOf(ask: WorldAsk): string | null {
    return 'session' in ask ? (this.#addresses.get(ask.session) ?? null) : null;
  }

  phaseOf(ask: WorldAsk): 'clear' | 'tls' {
    return 'session' in ask && this.#secured.has(ask.session) ? 'tls' : 'clear';
  }

  keyOf(ask: WorldAsk): string {
    if ('name' in ask && ask.type !== 'smtp.hello') return `${ask.type} ${ask.name}`;
    if (ask.type === 'smtp.connect')
      return `${ask.type} ${this.host} ${ask.address} ${ask.alternate?.address ?? ''}`.trimEnd();
    if (!('session' in ask)) return ask.type;
    const verb = ask.type === 'smtp.hello' ? ` ${ask.verb}` : '';
    const phase = ask.type === 'smtp.hello' || ask.type === 'smtp.send' ? ` ${this.phaseOf(ask)}` : '';
    return `${ask.type} ${this.host} ${this.addressOf(ask)}${verb}${phase}`;
  }

  learn(ask: WorldAsk, answer: WorldAnswer | null): void {
    if (ask.type === 'smtp.connect') {
      const address = answer !== null && 'address' in answer ? answer.address : ask.address;
      this.#addresses.set(ask.session, address);
    }
    const isSecure = answer !== null && 'kind' in answer && answer.kind === 'established';
    if (ask.type === 'tls.handshake' && isSecure) this.#secured.add(ask.session);
  }
}

class Supposer implements Player {
  readonly asked: Asked[] = [];
  readonly assumed: string[] = [];
  readonly unasked: string[] = [];
  readonly halts: Halted[] = [];
  readonly #times = new Map<string, number>();
  #sessions = new Sessions(null);
  #now: number;
  #mxHosts: readonly string[] = [];
  /** Where the TLSA records of the host stand, if that is a name that it is an alias of. */
  #base: string | null = null;

  constructor(
    readonly input: AttemptInput,
    readonly answers: Answers,
    readonly edits: readonly Edit[],
  ) {
    this.#now = input.startedAt;
  }

  halted(halt: Halt): void {
    const { assumed, unasked } = this;
    this.halts.push({ halt, assumed: assumed.length, unasked: unasked.length, now: this.#now });
  }

  /** What another was asked and answered, as far as before that question. */
  relive(other: Supposition, end: number): void {
    const { assumed, unasked, now } = other.halts[end]!;
    let run: number | null = null;
    for (let at = 0; at <= end; at++) {
      const asked = other.asked[at]!;
      const { around } = other.halts[at]!.halt;
      const own = around === null ? null : around.open[0].id;
      if (own !== run && asked.host !== null) this.beginRun(own!, asked.host);
      else if (own !== run) this.#sessions = new Sessions(null);
      run = own;
      if (at === end) break;
      this.#times.set(asked.key, (this.#times.get(asked.key) ?? 0) + 1);
      this.#sessions.learn(asked.ask, asked.answer);
      this.#hear(asked);
    }
    this.halts.push(...other.halts.slice(0, end + 1));
    this.assumed.push(...other.assumedThere.slice(0, assumed));
    this.unasked.push(...other.unasked.slice(0, unasked));
    this.#now = now;
  }

  beginRun(_id: number, host: string): void {
    this.#sessions = new Sessions(host);
    this.#base = null;
  }

  endRun(): number {
    this.#sessions = new Sessions(null);
    return this.#now;
  }

  answer(ask: Exclude<Ask, { type: 'host.run' }>): ReturnType<Player['answer']> {
    const key = this.#sessions.keyOf(ask);
    const recorded = this.#recorded(key);
    this.#now = Math.max(this.#now, recorded?.at ?? 0);
    const around = this.#around(ask);
    const known = recorded?.answer ?? null;
    const edited = this.edits.reduce<WorldAnswer | null>((before, { answers }) => {
      const edit = answers.get(key);
      return edit === undefined ? before : edit(before, ask);
    }, known);
    // What was given up stays so, unless an edit says what would have been heard.
    const isStopped = recorded !== undefined && edited === null;
    const answer = edited ?? (isStopped ? null : this.#assume(key, ask, around));
    const { host } = this.#sessions;
    this.#sessions.learn(ask, answer);
    this.#hear({ key, ask, answer, host, address: this.#sessions.addressOf(ask) });
    const at = this.#now;
    return answer === null ? { at, answer: 'aborted' } : { at, answer };
  }

  #hear(asked: Asked): void {
    const { ask, answer } = asked;
    if (ask.type === 'dns.mx' && answer !== null && 'records' in answer)
      this.#mxHosts = answer.records.flatMap((each) =>
        typeof each === 'object' && 'exchange' in each ? [each.exchange] : [],
      );
    if (ask.type === 'dns.tlsa') this.#base = ask.name.replace(/^_\d+\._tcp\./, '');
    this.asked.push(asked);
  }

  /** Of questions that are asked once more than they were, the last answer holds. */
  #recorded(key: string) {
    const known = this.answers.get(key);
    const times = this.#times.get(key) ?? 0;
    this.#times.set(key, times + 1);
    return known === undefined ? undefined : known[Math.min(times, known.length - 1)];
  }

  #around(ask: WorldAsk): Around {
    const { host } = this.#sessions;
    const domain = domainOf(this.input);
    return {
      host,
      phase: this.#sessions.phaseOf(ask),
      now: this.#now,
      names: [host, this.#base, domain.startsWith('[') ? null : domain].flatMap((name) => name ?? []),
      mxHosts: this.#mxHosts,
    };
  }

  #assume(key: string, ask: WorldAsk, around: Around): WorldAnswer {
    if (ask.type !== 'smtp.quit' && ask.type !== 'policy-cache.write') this.unasked.push(key);
    const sentence = assumptionOf(ask, around, this.input);
    if (sentence !== null) this.assumed.push(sentence);
    return wellKept(ask, around);
  }
}

function assumptionOf(ask: WorldAsk, { host, phase }: Around, { message }: AttemptInput): string | null {
  switch (ask.type) {
    case 'dns.mx':
      return `${ask.name} has no MX records.`;
    case 'dns.txt':
      return `There is no MTA-STS record at ${ask.name}.`;
    case 'dns.addresses':
      return `${ask.name} has an address.`;
    case 'dns.tlsa':
      return `There are no TLSA records at ${ask.name}, or they match.`;
    case 'policy.fetch':
      return `The MTA-STS policy at ${ask.host} lists the hosts of the domain.`;
    case 'dns.cname':
    case 'random.draw':
    case 'policy-cache.read':
    case 'policy-cache.write':
    case 'smtp.quit':
      return null;
    case 'smtp.connect':
      return `${host} can be reached.`;
    case 'smtp.greeting':
      return `${host} greets.`;
    case 'smtp.auth':
      return `${host} knows us.`;
    case 'smtp.hello':
      if (phase === 'clear') return `${host} starts TLS.`;
      return message.requireTls === 'yes' ? `${host} offers REQUIRETLS under TLS.` : null;
    case 'smtp.starttls':
    case 'tls.handshake':
      return `${host} starts TLS.`;
    case 'peer.inspect':
      return ask.tlsa.length === 0
        ? `${host} presents a certificate that is valid for it.`
        : `${host} presents a certificate that is valid for it, and that its TLSA records describe.`;
    case 'smtp.send':
      return `${host} takes the message.`;
  }
}
