/*
 * Relays that did not let us in. What they said concerns all mail that goes there, so it is remembered beyond an attempt; whether
 * mail waits for that is decided by the table `next-hop`.
 */
import type { AttemptResult } from '../policy/attempt/types.js';
import type { ChosenTransport } from '../policy/relay/route.js';

/** When a transport was refused for who we are, in milliseconds since 1970, by name. */
export type RelayRefusals = Map<string, number>;

/** How long a relay is left alone that does not know us: long enough that no account is locked, short enough to see a repair. */
const PARKED_MS = 300_000;

/** The chosen way, marked where its relay has refused to know us a short while ago. */
export function parkIfRefused(
  chosen: ChosenTransport,
  refusedAt: RelayRefusals,
  now: number,
): ChosenTransport {
  const since = now - (refusedAt.get(chosen.name) ?? Number.NEGATIVE_INFINITY);
  return since >= 0 && since < PARKED_MS ? { ...chosen, parked: 'yes' } : chosen;
}

/** Notes how a relay treated us, and answers the recipient whose mail shows that it refused to know us; null: it did not. */
export function rememberRefusal(
  refusedAt: RelayRefusals,
  transport: string,
  recipients: AttemptResult['recipients'],
  now: number,
): AttemptResult['recipients'][number] | null {
  const refused = recipients.find(({ state }) => state.category === 'authentication');
  if (refused !== undefined) refusedAt.set(transport, now);
  else if (recipients.some(({ outcome }) => outcome === 'delivered')) refusedAt.delete(transport);
  return refused ?? null;
}
