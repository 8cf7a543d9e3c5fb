/*
 * A question about a connection and its answer, kept as evidence for whoever asks the same. What the peer presented is
 * none of these: that is stated anew each time, for the TLSA records of the message at hand.
 */
import type { AnswerOf, AskOf } from '../../../effects/catalog.js';
import type { TlsaRecord } from '../../../policy/dane/tlsa.js';
import { isRecommended } from '../../../policy/host/tls-suites.js';
import { keywordsOf } from '../../../policy/smtp/ehlo.js';

interface Steps {
  readonly connect: 'smtp.connect';
  readonly greeting: 'smtp.greeting';
  readonly hello: 'smtp.hello';
  readonly startTls: 'smtp.starttls';
  readonly handshake: 'tls.handshake';
  readonly auth: 'smtp.auth';
}
/** What leads to a connection under TLS, named as the methods of a session are. */
export type Step = keyof Steps;
export type AskFor<S extends Step> = AskOf<Steps[S]>;
export type AnswerFor<S extends Step> = AnswerOf<Steps[S]>;

export type Exchange = {
  [S in Step]: { readonly step: S; readonly ask: AskFor<S>; readonly answer: AnswerFor<S> };
}[Step];

/**
 * Whether the same is asked: whose question it is, and how long the answer or the attempt may take, makes no difference. Where two
 * addresses will do, a connection to either is what was asked for.
 */
export function asksFor<S extends Step>(exchange: Exchange | undefined, step: S, ask: AskFor<S>): boolean {
  if (exchange?.step !== step) return false;
  if (exchange.step === 'connect')
    return destinationsOf(ask as AskFor<'connect'>).includes(destinationOf(exchange));
  if (exchange.step === 'handshake' && !isWithin(exchange, ask as AskFor<'handshake'>)) return false;
  return isSame(exchange.ask, ask);
}

/** Where more was offered than now would be, what was agreed on must be of what would be. */
function isWithin(
  { ask: { suites }, answer }: Exchange & { step: 'handshake' },
  ask: AskFor<'handshake'>,
): boolean {
  const isWider = suites === 'any' && ask.suites !== 'any';
  return !isWider || (answer.kind === 'established' && isRecommended(answer));
}

/** What belongs to the one who asks. */
const OWN: ReadonlySet<string> = new Set(['type', 'id', 'session', 'deadlineMs', 'until', 'suites']);

function isSame(one: object, other: object): boolean {
  const told = one as Readonly<Record<string, unknown>>;
  const asked = other as Readonly<Record<string, unknown>>;
  const names = Object.keys({ ...told, ...asked }).filter((name) => !OWN.has(name));
  return names.every(
    (name) => told[name] === asked[name] || JSON.stringify(told[name]) === JSON.stringify(asked[name]),
  );
}

/** TLSA records as a set: their order, which resolvers change from answer to answer, means nothing. */
export function tlsaSet(records: readonly TlsaRecord[]): string {
  const texts = records.map((record) => JSON.stringify(Object.entries(record).sort()));
  return [...new Set(texts)].sort().join('\n');
}

/** Where a connection that was asked for may lead, in order of preference. */
export function destinationsOf(ask: AskFor<'connect'>): readonly string[] {
  const { address, alternate, port } = ask;
  const way = wayOf(ask);
  return [address, ...(alternate === null ? [] : [alternate.address])].map(
    (each) => `${each} ${port} ${way}`,
  );
}

type Connected = Extract<AnswerFor<'connect'>, { kind: 'greeted' | 'connected' }>;

function isConnected(answer: AnswerFor<'connect'>): answer is Connected {
  return answer.kind === 'greeted' || answer.kind === 'connected';
}

/** By which way: who may come through a proxy, or is greeted in clear, is not whom another means. */
function wayOf({ greeting, socks }: AskFor<'connect'>): string {
  return JSON.stringify([greeting ?? null, socks ?? null]);
}

/** Where a connection leads; "" if nowhere. */
export function destinationOf(exchange: Exchange | undefined): string {
  if (exchange?.step !== 'connect' || !isConnected(exchange.answer)) return '';
  return `${exchange.answer.address} ${exchange.ask.port} ${wayOf(exchange.ask)}`;
}

/** The question that only an equal connection answers: the address that was connected to, and no other. */
export function pinned(exchange: Exchange): Exchange['ask'] {
  if (exchange.step !== 'connect' || !isConnected(exchange.answer)) return exchange.ask;
  return { ...exchange.ask, address: exchange.answer.address, alternate: null };
}

/**
 * Whether the answer of another connection may stand where this one was told. Words differ from one connection to the
 * next, codes do not. Keywords count in full for a message in clear; before TLS only STARTTLS does, because the rest is
 * forgotten under TLS (RFC 3207, Section 4.2).
 */
export function agree(told: Exchange, heard: Exchange, next: Step | 'inspect' | 'send'): boolean {
  return gistOf(told, next) === gistOf(heard, next);
}

function gistOf({ step, answer }: Exchange, next: Step | 'inspect' | 'send'): string {
  if (!('reply' in answer) || answer.reply === null) return JSON.stringify({ step, answer });
  const { reply, ...others } = answer;
  const keywords = [...(step === 'hello' ? keywordsOf(reply) : [])].sort();
  const counted = next === 'send' ? keywords : keywords.filter(([keyword]) => keyword === 'STARTTLS');
  return JSON.stringify({ step, others, code: reply.code, counted });
}
