/** Spans of OpenTelemetry for attempts and for the work of a daemon, where somebody wants them; `@opentelemetry/api` is brought by whoever does. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { context, diag, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { AttemptEnded, WorkEnded } from '../diagnostics.js';
import { having, strictObject } from '../effects/codecs/strict-object.js';
import { callable } from '../effects/codecs/values.js';
import { checked } from '../effects/misuse.js';
import { writeSpans } from './attempt-spans.js';

const ATTEMPTS = 'waxseal:attempt:end';
const WORK = 'waxseal:work:end';

/** Whose spans they are; default: the tracer that the API's global provider has for `waxseal`. */
export interface TraceOptions {
  readonly tracer?: Tracer;
}

const OptionsCodec = strictObject<TraceOptions>(
  'an object with options',
  { tracer: having<Tracer>('a tracer', { startSpan: callable(), startActiveSpan: callable() }) },
  [],
);

/**
 * From now on every attempt of every engine of `waxseal/node` in this process has spans. Answers what ends that. A tracer that
 * throws is told of by the API's `diag`, and costs no mail. Throws a {@link MisuseError} for options that say nothing sensible.
 */
export function traceAttempts(options: TraceOptions = {}): () => void {
  return hearing(ATTEMPTS, options, (tracer, message) => write(tracer, message as AttemptEnded));
}

/**
 * From now on what a daemon in this process does beside attempts has spans: `waxseal.receive` for each message that came in,
 * `waxseal.settle` for each set of turns that was kept, `waxseal.webhook` for each try to tell of an event. Answers what ends that.
 * Throws a {@link MisuseError} for options that say nothing sensible.
 */
export function traceWork(options: TraceOptions = {}): () => void {
  return hearing(WORK, options, (tracer, message) => writeWork(tracer, message as WorkEnded));
}

function hearing(
  channel: string,
  options: TraceOptions,
  write: (tracer: Tracer, message: unknown) => void,
): () => void {
  const { tracer } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
  const hear = (message: unknown): void => {
    try {
      write(tracer ?? trace.getTracer('waxseal'), message);
    } catch (error) {
      diag.error('waxseal: spans cannot be written', error);
    }
  };
  subscribe(channel, hear);
  return () => void unsubscribe(channel, hear);
}

function writeWork(tracer: Tracer, { work, startedAt, endedAt, error, about }: WorkEnded): void {
  const attributes = { 'messaging.system': 'waxseal', ...about };
  const span = tracer.startSpan(
    `waxseal.${work}`,
    { startTime: new Date(startedAt), attributes },
    context.active(),
  );
  if (error !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.end(new Date(endedAt));
}

function write(tracer: Tracer, { purpose, attempt, result, error }: AttemptEnded): void {
  if (result === null) {
    const span = tracer.startSpan('waxseal.attempt', {}, context.active());
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    return;
  }
  for (const [at, journal] of result.journal.attempts.entries())
    writeSpans(tracer, { purpose, attempt, journal, result: result.attempts[at]! });
}
