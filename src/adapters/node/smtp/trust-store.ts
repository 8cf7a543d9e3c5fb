import type { SecureContext } from 'node:tls';
import { trusting } from '../trusting.js';
import { ANY_TLS_SETTINGS, TLS_SETTINGS } from './tls-settings.js';

/**
 * The TLS contexts of all sessions, for the suites that are offered.
 *
 * @throws MisuseError if an anchor is not PEM: that is a mistake of the operator, not of the world.
 */
export function trustStore(anchors: readonly string[] = []): (suites?: 'any') => SecureContext {
  const usual = trusting(TLS_SETTINGS, anchors);
  const any = trusting(ANY_TLS_SETTINGS, anchors);
  return (suites) => (suites === 'any' ? any() : usual());
}
