/*
 * Spans of an attempt that has ended. They fall out of its journal: one for the attempt, one for each host, one for each question,
 * and each decision is an event. The core takes no time, so that a question begins where the answer before it came.
 */
import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Answered, Ask } from '../effects/catalog.js';
import { failureIn } from '../effects/failure-in.js';
import type { AttemptJournal } from '../effects/journal.js';
import type { AttemptResult } from '../policy/attempt/types.js';
import type { Reply } from '../policy/smtp/reply.js';

export interface EndedAttempt {
  readonly purpose: 'deliver' | 'explain';
  /** 1 for the first. */
  readonly attempt: number;
  readonly journal: AttemptJournal;
  readonly result: AttemptResult;
}

/** The attempt itself, or a host in it, with the questions that are open. */
interface Frame {
  readonly span: Span;
  readonly inside: Context;
  readonly asked: Map<number, Span>;
}

/** Begins and ends the spans of an attempt, under the span that is active where it ended. No mail address is in any of them. */
export function writeSpans(tracer: Tracer, { purpose, attempt, journal, result }: EndedAttempt): void {
  let at = journal.input.startedAt;
  const begin = (name: string, parent: Context, attributes: Attributes): Frame => {
    const span = tracer.startSpan(name, { startTime: new Date(at), attributes }, parent);
    return { span, inside: trace.setSpan(parent, span), asked: new Map() };
  };
  const frames = [
    begin('waxseal.attempt', context.active(), {
      ...{ 'messaging.system': 'waxseal', 'messaging.operation.type': 'process' },
      ...{ 'waxseal.purpose': purpose, 'waxseal.attempt': attempt, ...outcomeOf(result) },
    }),
  ];
  const end = ({ span, asked }: Frame) => {
    for (const open of [...asked.values(), span]) open.end(new Date(at));
  };
  for (const entry of journal.entries) {
    const frame = frames.at(-1)!;
    switch (entry.kind) {
      case 'ask': {
        const { type, id } = entry.ask;
        frame.asked.set(id, begin(type, frame.inside, aboutAsk(entry.ask)).span);
        break;
      }
      case 'answer': {
        at = entry.event.at;
        const span = frame.asked.get(entry.event.id);
        frame.asked.delete(entry.event.id);
        if (span !== undefined) endAnswered(span, entry.event, at);
        break;
      }
      case 'run':
        frames.push(begin('waxseal.host', frame.inside, { 'server.address': entry.host }));
        break;
      case 'end':
        at = entry.at;
        if (frames.length > 1) end(frames.pop()!);
        break;
    }
  }
  const [whole, ...hosts] = frames as [Frame, ...Frame[]];
  for (const host of hosts.reverse()) end(host);
  for (const { table, row, verdict, mx } of result.decisions)
    whole.span.addEvent(
      'decision',
      {
        ...{ 'waxseal.table': table, 'waxseal.row': row },
        'waxseal.verdict': verdict,
        ...(mx !== null && { 'server.address': mx }),
      },
      new Date(at),
    );
  end(whole);
}

/** What became of its recipients, without their names. */
function outcomeOf({ destination, transport, recipients }: AttemptResult): Attributes {
  const count = (wanted: string) => recipients.filter(({ outcome }) => outcome === wanted).length;
  const [first] = recipients;
  return {
    'waxseal.domain': destination.kind === 'domain' ? destination.name : `[${destination.address}]`,
    'messaging.destination.name': transport ?? 'direct',
    ...{ 'waxseal.delivered': count('delivered'), 'waxseal.deferred': count('deferred') },
    'waxseal.bounced': count('bounced'),
    ...(first !== undefined && { 'waxseal.status': first.status }),
    ...(first?.because && { 'waxseal.row': first.because.row }),
  };
}

function aboutAsk(ask: Ask): Attributes {
  switch (ask.type) {
    case 'smtp.connect':
      return { 'network.peer.address': ask.address, 'network.peer.port': ask.port };
    case 'policy.fetch':
      return { 'server.address': ask.host, 'server.port': ask.port };
    case 'smtp.auth':
      return { 'waxseal.mechanism': ask.mechanism };
    case 'dns.mx':
    case 'dns.txt':
    case 'dns.cname':
    case 'dns.tlsa':
    case 'dns.addresses':
      return { 'dns.question.name': ask.name };
    default:
      return {};
  }
}

function endAnswered(span: Span, event: Answered, at: number): void {
  const { protocol, cipher, reply, error } = foundIn(event);
  if (protocol !== undefined) span.setAttribute('tls.protocol.version', protocol);
  if (cipher !== undefined) span.setAttribute('tls.cipher', cipher);
  if (reply != null) span.setAttribute('waxseal.reply', reply.code);
  if (error != null) {
    span.setAttribute('error.type', error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  }
  span.end(new Date(at));
}

/** What of an answer is worth telling; `error`: why there is none. */
interface Found {
  readonly protocol?: string;
  readonly cipher?: string;
  readonly reply?: Reply | null;
  readonly error?: string | null;
}

function foundIn(event: Answered): Found {
  switch (event.type) {
    // Whoever stopped it has no answer.
    case 'aborted':
      return { error: 'aborted' };
    case 'dns.addresses.answered': {
      const { a, aaaa } = event.answer;
      return { error: failureIn(a) ?? failureIn(aaaa) };
    }
    case 'smtp.send.answered': {
      const { mail, recipients, data, end, lost } = event.answer;
      // The one that ended it.
      const refusal = [mail, ...recipients, data].find((each) => each !== null && each.code >= 400);
      return { reply: end ?? refusal ?? null, error: lost };
    }
    default:
      return { ...(event.answer as Found), error: failureIn(event.answer) };
  }
}
