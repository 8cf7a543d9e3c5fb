import { complaints } from './complaints.js';
import type { EngineOptions } from './options.js';
import { tell } from './tell.js';

/** What is made once for all attempts of an engine. */
export type Made = EngineOptions & {
  readonly complain: (message: string) => void;
  /** When a transport was refused for who we are, in milliseconds since 1970, by name. */
  readonly refusedAt: Map<string, number>;
};

export function made(options: EngineOptions): Made {
  // What an onlooker throws is its own affair.
  const onFault = (message: string) => tell(() => options.onFault?.(message));
  return {
    ...options,
    onFault,
    complain: complaints(onFault, options.clock),
    refusedAt: options.relayRefusals ?? new Map(),
  };
}

/** Whoever cannot write a domain in A-labels says so by "", in whichever way he says it. */
export function asciiBy(toAscii: EngineOptions['toAscii']): (domain: string) => string {
  return (domain) => {
    try {
      const found: unknown = toAscii?.(domain);
      return typeof found === 'string' ? found : '';
    } catch {
      return '';
    }
  };
}
