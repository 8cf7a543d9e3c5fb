/*
 * What an answer adds to what the host machine knows. Facts only; what they mean is judged in the next state.
 */
import type { AnsweredBy, ConnectAnswer } from '../effects/catalog.js';
import { learnTlsa } from '../policy/dane/tlsa-knowledge.js';
import { NO_KEYWORDS } from '../policy/smtp/ehlo.js';
import type { Reply } from '../policy/smtp/reply.js';
import { type HostContext, rivalOf } from './host.context.js';

type Learned = Partial<HostContext>;

export function learnAddressAnswer(_: HostContext, event: AnsweredBy<'dns.addresses'>): Learned {
  return { addressAnswer: event.answer };
}

export function learnAlias(_: HostContext, event: AnsweredBy<'dns.cname'>): Learned {
  return { aliasAnswer: event.answer };
}

export function learnTlsaAnswer(context: HostContext, event: AnsweredBy<'dns.tlsa'>): Learned {
  return { tlsa: learnTlsa(event.answer, context.tlsaBases[0]!), tlsaBases: context.tlsaBases.slice(1) };
}

/** A new connection starts from nothing that an older one taught. */
export function learnConnection(context: HostContext, event: AnsweredBy<'smtp.connect'>): Learned {
  const { answer } = event;
  const raced = afterRace(context, answer);
  return {
    addresses: raced.addresses,
    address: raced.address,
    connection: answer,
    hello: null,
    startTls: null,
    handshake: null,
    tls: null,
    keywords: NO_KEYWORDS,
    helloVerb: 'EHLO',
    mechanism: null,
    auth: null,
    mails: context.fresh === 'no' && 'mails' in answer ? (answer.mails ?? 0) : 0,
    localAddress: answer.kind === 'greeted' || answer.kind === 'connected' ? answer.localAddress : '',
    dialled: [...context.dialled, ...dialledFor(context, answer, raced)],
    lastReply: 'reply' in answer ? answer.reply : context.lastReply,
  };
}

/** Whom the answer came from; where nobody did, all that were dialled, so that the next attempt begins with others. */
function dialledFor(
  context: HostContext,
  answer: ConnectAnswer,
  raced: Pick<HostContext, 'addresses' | 'address'>,
): readonly string[] {
  if (answer.kind !== 'failed') return [raced.addresses[raced.address]!];
  return context.addresses.slice(context.address, raced.address + 1);
}

/** The winner takes the present place and the loser the next one, to be dialled later; where both failed, both are used up. */
function afterRace(context: HostContext, answer: ConnectAnswer): Pick<HostContext, 'addresses' | 'address'> {
  const { addresses, address } = context;
  const rival = rivalOf(context);
  if (rival === null) return { addresses, address };
  if (answer.kind === 'failed') return { addresses, address: address + 1 };
  if (answer.address !== rival) return { addresses, address };
  return {
    addresses: [...addresses.slice(0, address), rival, addresses[address]!, ...addresses.slice(address + 2)],
    address,
  };
}

/** Under TLS it stands where one in clear would. */
export function learnGreeting(context: HostContext, event: AnsweredBy<'smtp.greeting'>): Learned {
  const { answer } = event;
  const address = context.addresses[context.address]!;
  const connection: ConnectAnswer =
    answer.kind === 'replied'
      ? { kind: 'greeted', reply: answer.reply, localAddress: context.localAddress, address }
      : { ...answer, address };
  return { connection, ...replyIn(answer) };
}

export function learnAuth(_: HostContext, event: AnsweredBy<'smtp.auth'>): Learned {
  const { answer } = event;
  return { auth: answer, ...(answer.kind === 'replied' ? { lastReply: answer.reply } : {}) };
}

export function learnHello(_: HostContext, event: AnsweredBy<'smtp.hello'>): Learned {
  return { hello: event.answer, ...replyIn(event.answer) };
}

export function learnStartTls(_: HostContext, event: AnsweredBy<'smtp.starttls'>): Learned {
  return { startTls: event.answer, ...replyIn(event.answer) };
}

export function learnHandshake(_: HostContext, event: AnsweredBy<'tls.handshake'>): Learned {
  const { answer } = event;
  const tls = answer.kind === 'established' ? { protocol: answer.protocol, cipher: answer.cipher } : null;
  // What was said in clear is not what a server under TLS said.
  return { handshake: answer, tls, ...(tls === null ? {} : { lastReply: null }) };
}

export function learnPeer(_: HostContext, event: AnsweredBy<'peer.inspect'>): Learned {
  return { peerFacts: event.answer };
}

export function learnTransaction(context: HostContext, event: AnsweredBy<'smtp.send'>): Learned {
  const { mail, recipients, data, end } = event.answer;
  const last = [end, data, ...[...recipients].reverse(), mail].find((reply) => reply !== null) ?? null;
  const byPlace = context.input.recipients.map((_, place) => context.transaction?.recipients[place] ?? null);
  for (const [at, place] of context.named.entries()) byPlace[place] = recipients[at] ?? null;
  return {
    transaction: { ...event.answer, recipients: byPlace },
    mails: context.mails + 1,
    transactions: context.transactions + 1,
    ...(last === null ? {} : { lastReply: last }),
  };
}

export function learnLeft(context: HostContext, _: AnsweredBy<'smtp.quit'>): Learned {
  return { next: context.behind === 'connect' ? 'connect' : 'go-on' };
}

function replyIn(answer: { readonly kind: string; readonly reply?: Reply }): Learned {
  return answer.reply === undefined ? {} : { lastReply: answer.reply };
}
