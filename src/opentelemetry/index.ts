/** Spans of OpenTelemetry for attempts, where somebody wants them; `@opentelemetry/api` is brought by whoever does. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { context, diag, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { AttemptEnded } from '../diagnostics.js';
import { having, strictObject } from '../effects/codecs/strict-object.js';
import { callable } from '../effects/codecs/values.js';
import { checked } from '../effects/misuse.js';
import { writeSpans } from './attempt-spans.js';

const CHANNEL = 'waxseal:attempt:end';

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
 * throws is told of by the API's `diag`, and costs no mail.
 *
 * Throws a {@link MisuseError} for options that say nothing sensible.
 *
 * @param options.tracer default: the one that the API's global provider has for `waxseal`
 */
export function traceAttempts(options: TraceOptions = {}): () => void {
  const { tracer } = checked(OptionsCodec, options, 'WAXSEAL_BAD_OPTIONS', 'options');
  const hear = (message: unknown): void => {
    try {
      write(tracer ?? trace.getTracer('waxseal'), message as AttemptEnded);
    } catch (error) {
      diag.error('waxseal: spans cannot be written', error);
    }
  };
  subscribe(CHANNEL, hear);
  return () => void unsubscribe(CHANNEL, hear);
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
