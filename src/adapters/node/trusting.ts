import { X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import { MisuseError } from '../../effects/misuse.js';
import { RecentMap } from './x509/recent-map.js';

/** Of the whole process: reading all of Node's roots takes tens of milliseconds in which nobody else has a turn. */
const made = new RecentMap<string, SecureContext>(16);

/**
 * A TLS context with those settings, and the roots that paths may end in. Without extra anchors these are Node's own (and what
 * NODE_EXTRA_CA_CERTS and --use-openssl-ca add), with them Node's bundled ones and the extra ones. It is made when it is first
 * needed, and shared by all that want the same.
 *
 * @throws MisuseError if an anchor is not PEM: that is a mistake of the operator, not of the world.
 */
export function trusting(
  settings: SecureContextOptions,
  anchors: readonly string[] = [],
): () => SecureContext {
  for (const anchor of anchors) assertCertificates(anchor);
  const key = JSON.stringify([settings, anchors]);
  return () => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const context = createSecureContext({
      ...settings,
      ...(anchors.length > 0 && { ca: [...rootCertificates, ...anchors] }),
    });
    made.set(key, context);
    return context;
  };
}

function assertCertificates(pem: string): void {
  const blocks = pem.match(/-----BEGIN [^-]*CERTIFICATE-----[^-]+-----END [^-]*CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw unusable('must be a certificate in PEM');
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch {
      throw unusable('cannot be read');
    }
  }
}

const unusable = (why: string) => new MisuseError('WAXSEAL_BAD_OPTIONS', `ca: a trust anchor ${why}`);
