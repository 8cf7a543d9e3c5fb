/*
 * A small stock of made-up certificates: a leaf, an intermediate, a root and a stranger. What they are to each other
 * is drawn; digests follow from the names, so that a TLSA record can match on purpose and by nothing else.
 */
import fc from 'fast-check';
import { constraintsOf } from '../../src/policy/certificate/facts.fixture.js';
import type { CertificateFacts } from '../../src/policy/certificate/facts.js';
import { DOMAIN, EXPANDED, HOUR, NOW, weighted } from './universe.js';

export const CERTIFICATE_IDS = ['leaf', 'inter', 'root', 'stranger'] as const;
export type CertificateId = (typeof CERTIFICATE_IDS)[number];

/** Lower-case hexadecimal of the length of that digest. */
export function digestOf(id: CertificateId, what: 'certificate' | 'spki', bits: 256 | 512): string {
  const octet = `${CERTIFICATE_IDS.indexOf(id) + 1}${what === 'certificate' ? 'c' : 'd'}`;
  return octet.repeat(bits / 8);
}

/** Stands for the DER of the certificate, and of its key. */
export function certificateData(id: CertificateId): string {
  return `30c0${CERTIFICATE_IDS.indexOf(id)}0`;
}
export function keyData(id: CertificateId): string {
  return `30d0${CERTIFICATE_IDS.indexOf(id)}0`;
}

/** A certificate apart from its digests; `HOST` and `PARENT` in names stand for the host that presents it and its parent domain. */
export type CertificateDraft = Omit<
  CertificateFacts,
  `${'certificate' | 'spki'}Sha${'256' | '512'}` | 'notBefore' | 'notAfter' | 'issuerNames'
> & {
  readonly validity: 'valid' | 'expired' | 'not-yet-valid';
};

const aStanding = weighted<CertificateFacts['criticalExtensions']>([12, 'known'], [1, 'unknown']);
const aValidity = weighted([10, 'valid'], [1, 'expired'], [1, 'not-yet-valid']);
const aKey = weighted<CertificateFacts['key']>(
  [8, { kind: 'ec', fieldBits: 256 }],
  [8, { kind: 'rsa', modulusBits: 2048, exponentBits: 17, exponentParity: 'odd' }],
  [2, { kind: 'fixed' }],
  [1, { kind: 'unstated' }],
  [1, { kind: 'rsa', modulusBits: 2047, exponentBits: 17, exponentParity: 'odd' }],
  [1, { kind: 'rsa', modulusBits: 4096, exponentBits: 16, exponentParity: 'odd' }],
  [1, { kind: 'rsa', modulusBits: 4096, exponentBits: 17, exponentParity: 'even' }],
  [1, { kind: 'ec', fieldBits: 192 }],
  [1, { kind: 'ec', fieldBits: null }],
  [1, { kind: 'other' }],
);
const aDigest = weighted<CertificateFacts['signatureDigest']>(
  [18, 'sha-2'],
  [2, 'sha-3'],
  [2, 'built-in'],
  [1, 'unstated'],
  [1, 'sha-1'],
  [1, 'md5'],
  [1, 'other'],
);
const aUse = weighted<CertificateFacts['digitalSignature']>([6, 'absent'], [4, 'yes'], [1, 'no']);
const someNames = weighted<readonly string[]>(
  [10, ['HOST']],
  [2, ['*.PARENT']],
  [1, [EXPANDED]],
  [1, [DOMAIN]],
  [2, ['elsewhere.example']],
  [2, []],
  [1, ['*.HOST', 'bad name', '*', 'HOST.']],
);

export const aLeaf: fc.Arbitrary<CertificateDraft> = fc.record({
  dnsNames: someNames,
  ipAddresses: weighted<readonly string[]>([9, []], [1, ['c6290004']]),
  otherNames: weighted<CertificateFacts['otherNames']>([9, ['directory']], [1, ['directory', 'email']]),
  directoryNames: weighted<CertificateFacts['directoryNames']>(
    [8, [['C=NL', 'CN=leaf']]],
    [1, [['C=DE']]],
    [1, []],
  ),
  commonNames: weighted<readonly string[]>([3, []], [2, ['HOST']], [1, ['elsewhere.example']]),
  validity: aValidity,
  ca: weighted([4, 'absent'], [2, 'no'], [1, 'yes']),
  pathLength: fc.constant(null),
  certSign: weighted([4, 'absent'], [1, 'yes'], [1, 'no']),
  digitalSignature: aUse,
  keyEncipherment: aUse,
  serverAuth: weighted([6, 'yes'], [3, 'absent'], [1, 'no']),
  nameConstraints: fc.constant({ kind: 'absent' } as const),
  criticalExtensions: aStanding,
  key: aKey,
  signatureDigest: aDigest,
  selfIssued: weighted([4, 'no'], [1, 'yes']),
});

export const anAuthority: fc.Arbitrary<CertificateDraft> = fc.record({
  dnsNames: weighted<readonly string[]>([9, []], [1, ['ca.b.example']]),
  ipAddresses: fc.constant([]),
  otherNames: fc.constant(['directory'] as const),
  directoryNames: weighted<CertificateFacts['directoryNames']>(
    [6, [['C=NL', 'CN=ca']]],
    [1, [['C=DE', 'CN=ca']]],
  ),
  commonNames: fc.constant(['Some CA']),
  validity: aValidity,
  ca: weighted([10, 'yes'], [1, 'no'], [1, 'absent']),
  pathLength: weighted<number | null>([6, null], [2, 0], [1, 1]),
  certSign: weighted([8, 'yes'], [2, 'absent'], [1, 'no']),
  digitalSignature: aUse,
  keyEncipherment: aUse,
  serverAuth: weighted([8, 'absent'], [1, 'yes'], [1, 'no']),
  nameConstraints: weighted<CertificateFacts['nameConstraints']>(
    [8, { kind: 'absent' }],
    [1, constraintsOf({ permitted: ['a.example'] })],
    [1, constraintsOf({ permitted: ['.a.example', 'c.example'], otherForms: ['ip'] })],
    [1, constraintsOf({ excluded: ['.a.example'] })],
    [1, constraintsOf({ excluded: ['mx1.a.example'], otherForms: ['email'] })],
    [1, constraintsOf({ permittedDirectories: [['C=NL'], ['C=FR', 'O=x']] })],
    [1, constraintsOf({ permittedDirectories: [[]], excludedDirectories: [['C=NL', 'CN=leaf']] })],
    [1, constraintsOf({ excludedDirectories: [['C=DE']] })],
    [1, { kind: 'unsupported' }],
  ),
  criticalExtensions: aStanding,
  key: aKey,
  signatureDigest: aDigest,
  selfIssued: weighted([1, 'no'], [1, 'yes']),
});

/** The facts that an adapter states about it when that host presents it. */
export function factsOf(id: CertificateId, draft: CertificateDraft, host: string): CertificateFacts {
  const { validity, ...rest } = draft;
  const parent = host.slice(host.indexOf('.') + 1);
  const named = (names: readonly string[]) =>
    names.map((name) => name.replace('HOST', host).replace('PARENT', parent));
  return {
    certificateSha256: digestOf(id, 'certificate', 256),
    certificateSha512: digestOf(id, 'certificate', 512),
    spkiSha256: digestOf(id, 'spki', 256),
    spkiSha512: digestOf(id, 'spki', 512),
    notBefore: validity === 'not-yet-valid' ? NOW + 24 * HOUR : NOW - 48 * HOUR,
    notAfter: validity === 'expired' ? NOW - 24 * HOUR : NOW + 48 * HOUR,
    ...rest,
    dnsNames: named(rest.dnsNames),
    commonNames: named(rest.commonNames),
    issuerNames: rest.selfIssued === 'yes' ? named(rest.commonNames) : ['Some CA'],
  };
}
