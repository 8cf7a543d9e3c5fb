import type { AttemptResult } from '../policy/attempt/types.js';
import type { Mailbox } from '../policy/names/mailbox.js';
import { answerFrom, canRequireTls, type SignalAnswer } from '../policy/signals/domain-signals.js';
import { sightingOf } from '../policy/signals/sighting.js';
import { destinationKey } from './attempt-inputs.js';
import type { EngineOptions } from './options.js';
import { tell } from './tell.js';

/** What is known of one recipient's domain before a message is sent. */
export interface RecipientSignals extends SignalAnswer {
  /** As it was asked. */
  readonly recipient: string;
  /** In lower-case A-labels, or an address literal in brackets. */
  readonly domain: string;
}

export interface SignalsAnswer {
  /** In the order of the question. */
  readonly recipients: readonly RecipientSignals[];
  /** Whether REQUIRETLS can be switched on for a message to all of them (table `requiretls-readiness`). */
  readonly requireTlsForAll: boolean;
}

type Memory = Pick<EngineOptions, 'signals' | 'clock'>;

/** Keeps what an attempt saw; mail goes on at once. */
export function noteSignals({ signals, clock }: Memory, result: AttemptResult, scope = ''): void {
  const sighting = sightingOf(result);
  if (Object.keys(sighting).length > 0)
    tell(() => signals?.note({ scope, domain: destinationKey(result.destination), sighting, at: clock() }));
}

/** Everything is unknown where nothing is kept. */
export async function answerSignals(
  recipients: readonly string[],
  mailboxes: readonly Mailbox[],
  scope: string,
  { signals, clock }: Memory,
): Promise<SignalsAnswer> {
  const domains = mailboxes.map(({ destination }) => destinationKey(destination));
  const kept = (await signals?.read(scope, domains)) ?? [];
  const answers = domains.map((domain, at) => ({
    recipient: recipients[at]!,
    domain,
    ...answerFrom(kept[at] ?? {}, clock()),
  }));
  return { recipients: answers, requireTlsForAll: canRequireTls(answers) };
}
