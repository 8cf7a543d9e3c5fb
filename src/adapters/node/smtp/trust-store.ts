import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { ANY_TLS_SETTINGS, TLS_SETTINGS } from './tls-settings.js';

/**
 * The TLS contexts of all sessions, for the suites that are offered: the settings, and the roots that paths may end in. Without extra anchors these are Node's own (and what
 * NODE_EXTRA_CA_CERTS and --use-openssl-ca add), with them Node's bundled ones and the extra ones. Each is built once, when it
 * is first needed, because it costs milliseconds.
 *
 * @throws TypeError if an anchor is not PEM: that is a mistake of the operator, not of the world.
 */
export function trustStore(anchors: readonly string[] = []): (suites?: 'any') => SecureContext {
  for (const anchor of anchors) assertCertificates(anchor);
  const made = new Map<'any' | undefined, SecureContext>();
  return (suites) => {
    const known = made.get(suites);
    if (known !== undefined) return known;
    const context = createSecureContext({
      ...(suites === 'any' ? ANY_TLS_SETTINGS : TLS_SETTINGS),
      ...(anchors.length > 0 && { ca: [...rootCertificates, ...anchors] }),
    });
    made.set(suites, context);
    return context;
  };
}

function assertCertificates(pem: string): void {
  const blocks = pem.match(/-----BEGIN [^-]*CERTIFICATE-----[^-]+-----END [^-]*CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new TypeError('ca: a trust anchor must be a certificate in PEM');
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch (cause) {
      throw new TypeError('ca: a trust anchor cannot be read', { cause });
    }
  }
}
