import type { Certificate, World } from '../../src/adapters/scripted/index.js';
import type { TrustPath } from '../../src/policy/certificate/facts.js';

/** A mail host with a certificate, and what is to be seen of it. */
export interface Sight {
  readonly certificate: Certificate;
  /** What is sent, leaf first. */
  readonly chain: readonly ('leaf' | 'intermediate' | 'anchor')[];
  readonly path: TrustPath;
  /** As "SUBJECT < SOURCE INDEX", where the records of ANCHOR_RECORDS are asked about. */
  readonly signatures: readonly string[];
}

const TRUSTED: TrustPath = { kind: 'trusted' };
const untrusted = (cause: Extract<TrustPath, { kind: 'untrusted' }>['cause'], code: string): TrustPath => ({
  kind: 'untrusted',
  cause,
  code,
});
const UNVERIFIABLE = untrusted('unknown-issuer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
const UNKNOWN_ROOT = untrusted('self-signed', 'SELF_SIGNED_CERT_IN_CHAIN');
const SELF_SIGNED = untrusted('self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT');

/** The host's trust anchor as a certificate and as a key, its digest, the leaf as a key, and what is no key at all. */
export const ANCHOR_RECORDS = (id: string) => [
  `2 0 0 @${id}:ca`,
  `2 1 0 @${id}:ca`,
  `2 0 1 @${id}:ca`,
  `2 1 0 @${id}`,
  `3 0 0 @${id}`,
  '2 0 0 3003020101',
  '2 1 0 00',
  '# 02',
];
const LEAF_BY_ANCHOR = ['0 < tlsa 0', '0 < tlsa 1'];
const LEAF_AND_ANCHOR = [...LEAF_BY_ANCHOR, '0 < chain 1', '1 < tlsa 0', '1 < tlsa 1', '1 < chain 1'];
const LEAF_BY_INTERMEDIATE = ['0 < chain 1', '1 < tlsa 0', '1 < tlsa 1'];

export const SIGHTS = {
  ca: { certificate: {}, chain: ['leaf'], path: TRUSTED, signatures: LEAF_BY_ANCHOR },
  'ca-leaf': {
    certificate: { sends: 'leaf-only' },
    chain: ['leaf'],
    path: TRUSTED,
    signatures: LEAF_BY_ANCHOR,
  },
  'ca-full': {
    certificate: { sends: 'full' },
    chain: ['leaf', 'anchor'],
    path: TRUSTED,
    signatures: LEAF_AND_ANCHOR,
  },
  intermediate: {
    certificate: { issuer: 'intermediate' },
    chain: ['leaf', 'intermediate'],
    path: TRUSTED,
    signatures: LEAF_BY_INTERMEDIATE,
  },
  'intermediate-leaf': {
    certificate: { issuer: 'intermediate', sends: 'leaf-only' },
    chain: ['leaf'],
    path: UNVERIFIABLE,
    signatures: [],
  },
  'intermediate-full': {
    certificate: { issuer: 'intermediate', sends: 'full' },
    chain: ['leaf', 'intermediate', 'anchor'],
    path: TRUSTED,
    signatures: [...LEAF_BY_INTERMEDIATE, '1 < chain 2', '2 < tlsa 0', '2 < tlsa 1', '2 < chain 2'],
  },
  private: {
    certificate: { issuer: 'private-ca' },
    chain: ['leaf', 'anchor'],
    path: UNKNOWN_ROOT,
    signatures: LEAF_AND_ANCHOR,
  },
  'private-leaf': {
    certificate: { issuer: 'private-ca', sends: 'leaf-only' },
    chain: ['leaf'],
    path: UNVERIFIABLE,
    signatures: LEAF_BY_ANCHOR,
  },
  'private-above': {
    certificate: { issuer: 'private-ca', sends: 'intermediates' },
    chain: ['leaf'],
    path: UNVERIFIABLE,
    signatures: LEAF_BY_ANCHOR,
  },
  self: {
    certificate: { issuer: 'self' },
    chain: ['leaf'],
    path: SELF_SIGNED,
    signatures: [...LEAF_BY_ANCHOR, '0 < tlsa 3', '0 < chain 0'],
  },
  'self-full': {
    certificate: { issuer: 'self', sends: 'full' },
    chain: ['leaf'],
    path: SELF_SIGNED,
    signatures: [...LEAF_BY_ANCHOR, '0 < tlsa 3', '0 < chain 0'],
  },
  named: {
    certificate: { names: ['a.example', '*.B.example', 'mail.a.example'], commonName: 'Not.A.Name' },
    chain: ['leaf'],
    path: TRUSTED,
    signatures: LEAF_BY_ANCHOR,
  },
  addressed: {
    certificate: { names: ['mx.example'], addresses: ['192.0.2.1', '2001:db8::1'] },
    chain: ['leaf'],
    path: TRUSTED,
    signatures: LEAF_BY_ANCHOR,
  },
  nameless: {
    certificate: { names: [], commonName: 'mx.example', issuer: 'private-ca' },
    chain: ['leaf', 'anchor'],
    path: UNKNOWN_ROOT,
    signatures: LEAF_AND_ANCHOR,
  },
} satisfies Record<string, Sight>;

/** The error found last is the one told, and dates are looked at last. */
export const DATED = {
  expired: untrusted('expired', 'CERT_HAS_EXPIRED'),
  'not-yet-valid': untrusted('not-yet-valid', 'CERT_NOT_YET_VALID'),
} as const;
export const datedId = (id: string, validity: keyof typeof DATED) => `${id}.${validity}`;

const certified = Object.entries<Sight>(SIGHTS).flatMap(([id, { certificate }]) => [
  [id, certificate] as const,
  ...(Object.keys(DATED) as (keyof typeof DATED)[]).map(
    (validity) => [datedId(id, validity), { names: [id], ...certificate, validity }] as const,
  ),
]);

const DIGESTS = ['3 0 0', '3 0 1', '3 0 2', '3 1 0', '3 1 1', '3 1 2'];

/** A mail host for every certificate, with a variant for every fault of dates, and TLSA records about them. */
export const world: World = {
  dns: {
    ...Object.fromEntries(certified.map(([id]) => [`TLSA ${id}`, ANCHOR_RECORDS(id)])),
    'TLSA digests': DIGESTS.map((parameters) => `${parameters} @private`),
    'TLSA anchor-digests': DIGESTS.map((parameters) => `${parameters.replace('3', '2')} @private:ca`),
    'TLSA strangers': ['2 0 0 @self', '2 1 0 @self', '2 0 0 @private:ca'],
    'TLSA ends': ['3 0 0 @private:ca', '3 1 1 @private'],
  },
  mail: Object.fromEntries(certified.map(([id, certificate]) => [id, { certificate }])),
};
