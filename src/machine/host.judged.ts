import { type Exchange, NO_EXCHANGE } from '../policy/host/exchange.js';
import type { FailureCategory, RecipientState, RequireTlsFailure } from '../policy/host/types.js';
import type { Decision } from '../policy/kernel/table.js';
import { copyHost, type HostContext, type HostEnd } from './host.context.js';

/** What a judgement changes of what the host machine knows. */
export type Judged = Partial<HostContext>;

/** What is known once that is judged, for whoever judges further. */
export function having(context: HostContext, judged: Judged): HostContext {
  return Object.assign(copyHost(context), judged);
}

type Noted = Pick<HostContext, 'decisions'>;

/** The decisions so far, and these. */
export function note(context: Noted, ...decisions: readonly Decision[]): Noted {
  return { decisions: [...context.decisions, ...decisions] };
}

/** An end that is the same for every recipient. */
export function endOf(
  category: FailureCategory | 'aborted',
  failure: RequireTlsFailure,
  because: Decision,
  exchange: Exchange = NO_EXCHANGE,
): HostEnd {
  return { failure, state: { verdict: 'next-host', status: '', ...exchange, category, because } };
}

/** The connection is left, and with it the host. */
export function leave({ decisions }: Noted, end: HostEnd): Judged {
  return { decisions, end, next: 'leave', behind: 'end' };
}

/** The same for every recipient that has no state yet. */
export function all(context: HostContext, state: RecipientState): readonly RecipientState[] {
  return context.input.recipients.map((_, place) => context.states?.[place] ?? state);
}

/** The places of the recipients that have no state yet, in order. */
export function waitingPlaces({ input, states }: HostContext): readonly number[] {
  return [...input.recipients.keys()].filter((place) => (states?.[place] ?? null) === null);
}
