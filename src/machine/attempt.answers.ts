/*
 * What an answer adds to what the attempt machine knows. Facts only; what they mean is judged in the next state.
 */
import type { AnsweredBy } from '../effects/catalog.js';
import type { HostRun, RecipientState } from '../policy/host/types.js';
import { type AttemptContext, isWaiting, type RecipientProgress } from './attempt.context.js';

type Learned = Partial<AttemptContext>;

export function learnMx(_: AttemptContext, event: AnsweredBy<'dns.mx'>): Learned {
  return { mx: event.answer };
}

export function learnTxt(_: AttemptContext, event: AnsweredBy<'dns.txt'>): Learned {
  return { txt: event.answer };
}

export function learnCache(_: AttemptContext, event: AnsweredBy<'policy-cache.read'>): Learned {
  return { cache: event.answer };
}

export function learnDraw(_: AttemptContext, event: AnsweredBy<'random.draw'>): Learned {
  return { draws: event.answer.values };
}

export function learnPolicyHost(_: AttemptContext, event: AnsweredBy<'dns.addresses'>): Learned {
  return { policyHost: event.answer };
}

export function learnPolicy(_: AttemptContext, event: AnsweredBy<'policy.fetch'>): Learned {
  return { fetch: event.answer };
}

/** A cache that cannot be written costs a fetch the next time, and nothing else. */
export function learnStored(_: AttemptContext, event: AnsweredBy<'policy-cache.write'>): Learned {
  return { stored: event.answer.kind };
}

export function learnHost(context: AttemptContext, event: AnsweredBy<'host.run'>): Learned {
  const { answer } = event;
  const tried = context.tried + 1;
  if ('kind' in answer) return { tried, fault: answer };
  const { recipients: states, ...run } = answer;
  let next = 0;
  return {
    tried,
    runs: [...context.runs, answer],
    // By place, not by address: the same recipient may be named twice, and be answered differently.
    recipients: context.recipients.map((progress) =>
      isWaiting(progress) ? advance(progress, run, states[next++]!) : progress,
    ),
  };
}

function advance(progress: RecipientProgress, host: HostRun, state: RecipientState): RecipientProgress {
  if (state.category === null || state.category === 'aborted') return { ...progress, state, host };
  const because = state.because === null ? null : { ...state.because, mx: host.candidate.host };
  const failed = { category: state.category, failure: host.failure, status: state.status, because };
  return { ...progress, state, host, failedAt: [...progress.failedAt, failed] };
}
