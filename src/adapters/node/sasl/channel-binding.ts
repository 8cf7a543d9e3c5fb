/* What a proof is bound to: the TLS session (RFC 9266), or before TLS 1.3 the certificate of the server (RFC 5929, Section 4). */
import { createHash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { hashOfSignature } from '../x509/algorithms.js';
import { elementsIn, TAG, wholeElement } from '../x509/der.js';

export interface ChannelBinding {
  readonly type: 'tls-exporter' | 'tls-server-end-point';
  readonly data: Buffer;
}

/** Null where the session has none that is defined. */
export function channelBinding(socket: TLSSocket, leaf: X509Certificate | undefined): ChannelBinding | null {
  try {
    if (socket.getProtocol() === 'TLSv1.3') {
      // An empty context, and not an absent one.
      const data = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      return { type: 'tls-exporter', data };
    }
    const hash = leaf === undefined ? null : hashOf(leaf);
    if (leaf === undefined || hash === null) return null;
    return { type: 'tls-server-end-point', data: createHash(hash).update(leaf.raw).digest() };
  } catch {
    return null;
  }
}

/** The hash of the certificate's signature, where MD5 and SHA-1 become SHA-256; null where the signature has none of its own. */
function hashOf({ raw }: X509Certificate): string | null {
  const certificate = wholeElement(raw, TAG.sequence);
  const [, algorithm] = (certificate && elementsIn(raw, certificate, 3)) ?? [];
  return algorithm?.tag === TAG.sequence ? hashOfSignature(raw, algorithm) : null;
}
