import type { EffectName } from '../../effects/catalog.js';
import type { Adapters } from '../../effects/ports.js';

/**
 * The same adapters, asked each question once. What a plan foretells and what it is judged by later are the same answers, and
 * what was kept is not kept twice.
 */
export function remembered(adapters: Adapters): Adapters {
  const known = new Map<string, Promise<unknown>>();
  const once = <K extends Exclude<keyof Adapters, 'smtp.session'>>(type: K): Adapters[K] => {
    const port = adapters[type] as (ask: object, signal: AbortSignal) => Promise<unknown>;
    const asked = (ask: object, signal: AbortSignal) => {
      const key = keyOf(type, ask);
      const answer = known.get(key) ?? port(ask, signal);
      known.set(key, answer);
      return answer;
    };
    return asked as Adapters[K];
  };
  return {
    'dns.mx': once('dns.mx'),
    'dns.txt': once('dns.txt'),
    'dns.addresses': once('dns.addresses'),
    'dns.cname': once('dns.cname'),
    'dns.tlsa': once('dns.tlsa'),
    'random.draw': once('random.draw'),
    'policy-cache.read': once('policy-cache.read'),
    'policy-cache.write': once('policy-cache.write'),
    'policy.fetch': once('policy.fetch'),
    'smtp.session': adapters['smtp.session'],
  };
}

/** How long somebody would wait for the answer is no part of the question, nor is its number. */
function keyOf(type: EffectName, ask: object): string {
  return JSON.stringify([type, ask], (name, value: unknown) =>
    name === 'id' || name === 'until' ? undefined : value,
  );
}
