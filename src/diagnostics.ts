/*
 * What happens in engines, for whoever listens in the same process: tracing, metrics, logs of a host. Nobody listens, nothing is
 * made. Only Node has such channels, so that they are here and not in the engine.
 */
import { channel } from 'node:diagnostics_channel';
import { errorText } from './effects/error-text.js';
import type { DeliveryResult, Engine } from './engine/engine.js';
import type { PlacedDecision } from './policy/attempt/types.js';

/** `waxseal:attempt:start`: somebody asked for an attempt. */
export interface AttemptStarted {
  /** The same at the end; unique in the process. */
  readonly id: number;
  readonly purpose: 'deliver' | 'explain';
  /** Of `explain` the domain. */
  readonly recipients: readonly string[];
  /** 1 for the first. */
  readonly attempt: number;
}

/** `waxseal:attempt:end`: it has ended, with a result or by an error, as the caller learns. */
export interface AttemptEnded extends AttemptStarted {
  readonly result: DeliveryResult | null;
  readonly error: unknown;
}

/** `waxseal:decision`: a decision that was made in it, in order, in front of its end. */
export interface DecisionMade extends Pick<AttemptStarted, 'id'> {
  readonly domain: string;
  readonly decision: PlacedDecision;
}

/** `waxseal:fault`: a fault of ours, or a store that fails; what `onFault` is told. */
export interface FaultTold {
  readonly message: string;
}

/** `waxseal:work:end`: what a daemon does beside attempts has ended. Times are in milliseconds since 1970. */
export interface WorkEnded {
  /** A message came in; turns were kept; somebody was told of an event. */
  readonly work: 'receive' | 'settle' | 'webhook';
  readonly startedAt: number;
  readonly endedAt: number;
  /** Null: it went well. */
  readonly error: string | null;
  /** By names of OpenTelemetry; no mail address is among them. */
  readonly about: Readonly<Record<string, string | number>>;
}

const started = channel('waxseal:attempt:start');
const ended = channel('waxseal:attempt:end');
const decided = channel('waxseal:decision');
const fault = channel('waxseal:fault');
const worked = channel('waxseal:work:end');
let lastId = 0;

/** The same engine, whose attempts are told. */
export function observed<E extends Pick<Engine, 'deliver' | 'explain'>>(engine: E): E {
  return {
    ...engine,
    // Without a message the engine says what is missing.
    deliver: (mail, options) =>
      tell('deliver', mail?.to ?? [], options?.attempt, () => engine.deliver(mail, options)),
    explain: (domain, mail, options) =>
      tell('explain', [domain], options?.attempt, () => engine.explain(domain, mail, options)),
  };
}

/** Tells it before it is handed on. */
export function observedFault(onFault: (message: string) => void): (message: string) => void {
  return (message) => {
    fault.publish({ message } satisfies FaultTold);
    return onFault(message);
  };
}

/** Tells of work that has ended. Nobody listens, nothing is made. */
export function tellWork(work: () => WorkEnded): void {
  if (worked.hasSubscribers) worked.publish(work());
}

/** Does the work, and tells of it once it has ended, also where it rejects. */
export async function observedWork<T>(
  { work, about, clock }: Pick<WorkEnded, 'work' | 'about'> & { readonly clock: () => number },
  run: () => Promise<T>,
): Promise<T> {
  if (!worked.hasSubscribers) return run();
  const startedAt = clock();
  const end = (error: string | null) =>
    worked.publish({ work, about, startedAt, endedAt: clock(), error } satisfies WorkEnded);
  try {
    const result = await run();
    end(null);
    return result;
  } catch (error) {
    end(errorText(error));
    throw error;
  }
}

async function tell(
  purpose: AttemptStarted['purpose'],
  recipients: readonly string[],
  attempt = 1,
  run: () => Promise<DeliveryResult>,
): Promise<DeliveryResult> {
  if (!started.hasSubscribers && !ended.hasSubscribers && !decided.hasSubscribers) return run();
  lastId += 1;
  const about: AttemptStarted = { id: lastId, purpose, recipients, attempt };
  started.publish(about);
  try {
    const result = await run();
    for (const { destination, decisions } of result.attempts) {
      const domain = destination.kind === 'domain' ? destination.name : `[${destination.address}]`;
      for (const decision of decisions)
        decided.publish({ id: about.id, domain, decision } satisfies DecisionMade);
    }
    ended.publish({ ...about, result, error: null } satisfies AttemptEnded);
    return result;
  } catch (error) {
    ended.publish({ ...about, result: null, error } satisfies AttemptEnded);
    throw error;
  }
}
