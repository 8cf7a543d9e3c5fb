import type { CertificateFacts, PeerFacts } from './facts.js';

/** A certificate without names, digests or extensions, with a strong key; dates from 0 to 1000. */
export const PLAIN: CertificateFacts = {
  certificateSha256: '',
  certificateSha512: '',
  spkiSha256: '',
  spkiSha512: '',
  dnsNames: [],
  ipAddresses: [],
  otherNames: ['directory'],
  directoryNames: [['550403=plain']],
  commonNames: [],
  issuerNames: [],
  notBefore: 0,
  notAfter: 1000,
  ca: 'absent',
  pathLength: null,
  certSign: 'absent',
  digitalSignature: 'absent',
  keyEncipherment: 'absent',
  serverAuth: 'absent',
  nameConstraints: { kind: 'absent' },
  criticalExtensions: 'known',
  key: { kind: 'ec', fieldBits: 256 },
  signatureDigest: 'sha-2',
  selfIssued: 'no',
};

type Presented = Extract<PeerFacts, { kind: 'presented' }>;

/** What is said of a peer beside its chain; no record holds anything. */
export const SHOWN: Omit<Presented, 'kind' | 'chain' | 'signatures'> = {
  anchors: [],
  recordKeys: [],
  looked: 'whole',
  leafKeyUse: 'signature',
  path: { kind: 'trusted' },
};

type Constraints = Extract<CertificateFacts['nameConstraints'], { kind: 'dns' }>;

/** Name constraints that say this and nothing else. */
export function constraintsOf(said: Partial<Omit<Constraints, 'kind'>>): Constraints {
  return {
    kind: 'dns',
    permitted: [],
    excluded: [],
    permittedDirectories: [],
    excludedDirectories: [],
    otherForms: [],
    ...said,
  };
}
