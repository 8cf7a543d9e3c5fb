import type { Strictness } from '../kernel/scale.js';
import type { TlsFacts } from './types.js';

/**
 * What is offered in a handshake. `any`: behind what RFC 9325, Section 4, recommends, also key transport by RSA, for servers that have
 * nothing else: where nobody demands TLS, that is better than the clear text which would follow (RFC 7435, Sections 3 and 4; RFC 9325,
 * Section 5.2). `recommended`: no more than that, where somebody relies on it.
 */
export function suitesFor(strictness: Strictness): 'any' | 'recommended' {
  return strictness === 'opportunistic' ? 'any' : 'recommended';
}

/** Whether what was agreed on has forward secrecy, as all has that is recommended: by the name that OpenSSL has for it. */
export function isRecommended({ protocol, cipher }: TlsFacts): boolean {
  return protocol === 'TLSv1.3' || /^(EC)?DHE-/.test(cipher);
}
