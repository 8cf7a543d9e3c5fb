import { decide } from '../kernel/table.js';
import { requireTlsReadiness } from './requiretls-readiness.table.js';
import { SIGNALS, type Sighting, type Signal } from './sighting.js';

/** What a signal said when it was last seen; `at`: milliseconds since 1970. */
export interface SeenSignal {
  readonly value: 'yes' | 'no';
  readonly at: number;
}

/** What is remembered of one domain; a signal that is absent was never seen. */
export type DomainSignals = Readonly<Partial<Record<Signal, SeenSignal>>>;

/** How a domain stands towards who asks now. */
export type SignalAnswer = Readonly<Record<Signal, 'yes' | 'no' | 'unknown'>> & {
  /** When each was seen, in milliseconds since 1970; null: it was not, or too long ago to mean anything. */
  readonly seenAt: Readonly<Record<Signal, number | null>>;
};

/** Half a year: what was seen before that says little about today. */
export const SIGNAL_LIFE_MS = 180 * 86_400_000;

/** The later of two sightings speaks, whichever is written first. */
export function mergeSighting(kept: DomainSignals, sighting: Sighting, at: number): DomainSignals {
  const merged: Partial<Record<Signal, SeenSignal>> = { ...kept };
  for (const signal of SIGNALS) {
    const value = sighting[signal];
    if (value !== undefined && (kept[signal]?.at ?? Number.NEGATIVE_INFINITY) <= at)
      merged[signal] = { value, at };
  }
  return merged;
}

/** What is remembered, as far as it is young enough. */
export function answerFrom(kept: DomainSignals, now: number): SignalAnswer {
  const fresh = (signal: Signal) => {
    const seen = kept[signal];
    return seen !== undefined && now - seen.at < SIGNAL_LIFE_MS ? seen : null;
  };
  const of = <T>(read: (seen: SeenSignal | null) => T) =>
    Object.fromEntries(SIGNALS.map((signal) => [signal, read(fresh(signal))])) as Record<Signal, T>;
  return { ...of((seen) => seen?.value ?? 'unknown'), seenAt: of((seen) => seen?.at ?? null) };
}

/** Whether a message to all of them may be expected to arrive under REQUIRETLS (RFC 8689); nobody is asked. */
export function canRequireTls(recipients: readonly SignalAnswer[]): boolean {
  return (
    recipients.length > 0 &&
    recipients.every(
      ({ requireTls, mtaSts, dane, dnssec }) =>
        decide(requireTlsReadiness, { requireTls, mtaSts, dane, dnssec }).verdict === 'ready',
    )
  );
}
