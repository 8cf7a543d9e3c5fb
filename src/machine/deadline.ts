import type { Effect, EffectName } from '../effects/catalog.js';
import { attemptDeadline, type DeadlineQuestion } from '../policy/attempt/stop.table.js';
import { decide } from '../policy/kernel/table.js';

/** Null: a host run asks for itself. */
const KIND: Readonly<Record<EffectName, DeadlineQuestion | null>> = {
  'dns.mx': 'lookup',
  'dns.txt': 'lookup',
  'dns.addresses': 'lookup',
  'dns.cname': 'lookup',
  'dns.tlsa': 'lookup',
  'random.draw': 'lookup',
  'policy-cache.read': 'policy',
  'policy-cache.write': 'policy',
  'policy.fetch': 'policy',
  'host.run': null,
  'smtp.connect': 'connection',
  'smtp.greeting': 'dialogue',
  'smtp.auth': 'dialogue',
  'smtp.hello': 'dialogue',
  'smtp.starttls': 'dialogue',
  'tls.handshake': 'dialogue',
  'peer.inspect': 'dialogue',
  'smtp.send': 'transaction',
  'smtp.quit': 'farewell',
};

/** The question, with the time at which the attempt's deadline (milliseconds since 1970; null: none) ends the waiting for it. */
export function boundedBy(deadlineAt: number | null, effect: Effect): Effect {
  const question = KIND[effect.type];
  if (question === null) return effect;
  const { verdict } = decide(attemptDeadline, { deadline: deadlineAt === null ? 'none' : 'set', question });
  return verdict === 'own-time' || deadlineAt === null
    ? effect
    : { ...effect, until: { at: deadlineAt, reach: verdict } };
}

/** The question as the deadline of the attempt that it belongs to bounds it. */
export function withinDeadline(
  run: { readonly input: { readonly deadlineAt?: number } },
  effect: Effect,
): Effect {
  return boundedBy(run.input.deadlineAt ?? null, effect);
}
