/*
 * Certificates of the simulation. Nothing is encoded or signed: made-up octets stand for the DER of a certificate and
 * of its key, and "signed by" is a reference. Digests are derived from those octets, so that TLSA records and presented
 * chains agree exactly where real ones would.
 */
import type { CertificateFacts } from '../../policy/certificate/facts.js';
import { addressOctets } from '../../policy/names/ip-address.js';
import { madeUpOctets, madeUpSha256, madeUpSha512 } from './made-up-octets.js';
import type { Certificate } from './world.js';

export interface MadeUpCertificate {
  /** Stand for the DER of the certificate and of its SubjectPublicKeyInfo; lower-case hexadecimal. */
  readonly der: string;
  readonly spki: string;
  /** The certificate whose key signed this one; null: its own key. */
  readonly issuer: MadeUpCertificate | null;
  readonly facts: CertificateFacts;
}

const DAY_MS = 86_400_000;

/** Days from now to the first and to the last moment of validity. */
export const VALIDITY_DAYS = Object.freeze({
  valid: Object.freeze([-30, 335] as const),
  expired: Object.freeze([-60, -1] as const),
  'not-yet-valid': Object.freeze([1, 365] as const),
  authority: Object.freeze([-365, 3650] as const),
});

/** The certificate that a host with that ID holds under that description; `now` in milliseconds since 1970. */
export function certificateOf(id: string, certificate: Certificate = USUAL, now: number): MadeUpCertificate {
  const known = made.get(certificate) ?? new Map<string, MadeUpCertificate>();
  made.set(certificate, known);
  const key = `${now} ${id}`;
  const found = known.get(key) ?? makeLeaf(id, certificate, now);
  known.set(key, found);
  return found;
}

const USUAL: Certificate = Object.freeze({});
/** What was made before: the same description, ID and time always give the same certificate. */
const made = new WeakMap<Certificate, Map<string, MadeUpCertificate>>();

function makeLeaf(id: string, certificate: Certificate, now: number): MadeUpCertificate {
  const issuer = issuerOf(certificate, now);
  return make({
    // A renewed certificate is another one; the key stays the host's own.
    label: `leaf ${id} ${JSON.stringify(certificate)}`,
    keyLabel: `key ${certificate.key ?? id}`,
    issuer,
    facts: {
      dnsNames: certificate.names ?? [id],
      ipAddresses: (certificate.addresses ?? []).map((address) => addressOctets(address) ?? ''),
      commonNames: certificate.commonName === undefined ? [] : [certificate.commonName],
      ...datesOf(certificate.validity ?? 'valid', now),
      ca: 'no',
      certSign: 'no',
      serverAuth: 'yes',
      selfIssued: issuer === null ? 'yes' : 'no',
    },
  });
}

/** From a certificate up to its trust anchor, both included. */
export function ancestryOf(leaf: MadeUpCertificate): readonly [MadeUpCertificate, ...MadeUpCertificate[]] {
  return leaf.issuer === null ? [leaf] : [leaf, ...ancestryOf(leaf.issuer)];
}

/** What "@ID:ca" refers to: the self-signed certificate at the end of the path, not an intermediate. */
export function trustAnchorOf(leaf: MadeUpCertificate): MadeUpCertificate {
  return leaf.issuer === null ? leaf : trustAnchorOf(leaf.issuer);
}

/** The authorities that all hosts share. */
export const publicCa = (now: number) => authority('Public CA', null, now);
export const intermediateCa = (now: number) => authority('Intermediate CA', publicCa(now), now);
export const privateCa = (now: number) => authority('Private CA', null, now);

function issuerOf(certificate: Certificate, now: number): MadeUpCertificate | null {
  switch (certificate.issuer ?? 'ca') {
    case 'ca':
      return publicCa(now);
    case 'intermediate':
      return intermediateCa(now);
    case 'private-ca':
      return privateCa(now);
    case 'self':
      return null;
  }
}

function authority(name: string, issuer: MadeUpCertificate | null, now: number): MadeUpCertificate {
  const key = `${now} ${name}`;
  const found = authorities.get(key) ?? makeAuthority(name, issuer, now);
  if (authorities.size > AUTHORITIES_MAX) authorities.clear();
  authorities.set(key, found);
  return found;
}

const authorities = new Map<string, MadeUpCertificate>();
/** Worlds of many times may be played one after the other. */
const AUTHORITIES_MAX = 100;

function makeAuthority(name: string, issuer: MadeUpCertificate | null, now: number): MadeUpCertificate {
  return make({
    label: `authority ${name}`,
    keyLabel: `key of authority ${name}`,
    issuer,
    facts: {
      dnsNames: [],
      ipAddresses: [],
      commonNames: [name],
      ...datesOf('authority', now),
      ca: 'yes',
      certSign: 'yes',
      serverAuth: 'absent',
      selfIssued: issuer === null ? 'yes' : 'no',
    },
  });
}

function make(of: {
  readonly label: string;
  readonly keyLabel: string;
  readonly issuer: MadeUpCertificate | null;
  readonly facts: Omit<
    CertificateFacts,
    | `${'certificate' | 'spki'}Sha${256 | 512}`
    | 'pathLength'
    | 'nameConstraints'
    | 'otherNames'
    | 'directoryNames'
    | 'issuerNames'
    | 'digitalSignature'
    | 'keyEncipherment'
    | 'key'
    | 'signatureDigest'
    | 'criticalExtensions'
  >;
}): MadeUpCertificate {
  const der = `30${madeUpOctets(of.label, 63)}`;
  const spki = `30${madeUpOctets(of.keyLabel, 47)}`;
  return {
    der,
    spki,
    issuer: of.issuer,
    facts: {
      certificateSha256: madeUpSha256(der),
      certificateSha512: madeUpSha512(der),
      spkiSha256: madeUpSha256(spki),
      spkiSha512: madeUpSha512(spki),
      pathLength: null,
      nameConstraints: { kind: 'absent' },
      // The subject.
      otherNames: ['directory'],
      directoryNames: [[of.label]],
      // As real certificates of such worlds have them: P-256 and SHA-256.
      digitalSignature: of.facts.ca === 'yes' ? 'no' : 'yes',
      keyEncipherment: 'no',
      key: { kind: 'ec', fieldBits: 256 },
      signatureDigest: 'sha-2',
      criticalExtensions: 'known',
      issuerNames: (of.issuer?.facts ?? of.facts).commonNames,
      ...of.facts,
    },
  };
}

function datesOf(validity: keyof typeof VALIDITY_DAYS, now: number) {
  const [from, to] = VALIDITY_DAYS[validity];
  return { notBefore: now + from * DAY_MS, notAfter: now + to * DAY_MS };
}
