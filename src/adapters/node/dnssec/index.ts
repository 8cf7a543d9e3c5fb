export { ROOT_TRUST_ANCHORS, type TrustAnchor } from './keys.js';
export { type ParsedTrustAnchors, parseTrustAnchors } from './trust-anchor.js';
export { type ValidatingDnsOptions, validatingDns } from './validating-dns.js';
