/* What was seen of one message on its way: over what it went, and who stood at the other end. */
import type { PeerFacts } from '../../src/policy/certificate/facts.js';
import { type ExchangeOf, exchangesOf, type Run } from '../arbitraries/plays.js';

export interface Sending {
  readonly host: string;
  readonly exchange: ExchangeOf<'smtp.send'>;
  readonly tls: 'yes' | 'no';
  readonly peer: PeerFacts | null;
  /** Lines of the hello reply that came last on this connection. */
  readonly hello: readonly string[];
  readonly startedTlsBefore: boolean;
}

/** Every time the message was put on the wire in a run. */
export function sendingsOf({ host, exchanges }: Run): readonly Sending[] {
  return exchangesOf(exchanges, 'smtp.send').map((exchange) => {
    const before = exchanges.slice(0, exchanges.indexOf(exchange));
    const { session } = exchange.ask;
    const handshake = exchangesOf(before, 'tls.handshake').findLast(({ ask }) => ask.session === session);
    const hello = exchangesOf(before, 'smtp.hello').findLast(({ ask }) => ask.session === session)?.answer;
    return {
      host,
      exchange,
      tls: handshake?.answer.kind === 'established' ? 'yes' : 'no',
      peer:
        exchangesOf(before, 'peer.inspect').findLast(({ ask }) => ask.session === session)?.answer ?? null,
      hello: hello?.kind === 'replied' ? hello.reply.lines.slice(1) : [],
      startedTlsBefore: exchangesOf(before, 'smtp.starttls').length > 0,
    };
  });
}

/** Whether anything was dialled in a run. */
export function hasConnected({ exchanges }: Run): boolean {
  return exchanges.some(({ type }) => type === 'smtp.connect');
}
