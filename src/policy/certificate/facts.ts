/*
 * What an adapter states about the certificates that a server presented. Cryptography is done there; dates, names,
 * constraints and matching are judged here in policy.
 */

/** Forms of names beside dNSName (RFC 5280, Section 4.2.1.6). `directory`: the subject, too; `email`: an address in it. */
export type NameForm = 'ip' | 'email' | 'uri' | 'directory' | 'other';

/**
 * A directory name: its relative names in the order of the DER, each as OID and value, in a form in which names that are
 * the same by RFC 5280, Section 7.1, are the same text. Empty: the name of no parts, which begins all others.
 */
export type DirectoryName = readonly string[];

/** What kind of public key it is, and how strong. `unstated`: by a journal from before this was stated. */
export type KeyFacts =
  | {
      readonly kind: 'rsa';
      readonly modulusBits: number;
      readonly exponentBits: number;
      readonly exponentParity: 'odd' | 'even';
    }
  /** `fieldBits`: of the named curve over a prime field; null for any other. */
  | { readonly kind: 'ec'; readonly fieldBits: number | null }
  /** Of an algorithm whose keys all have one strength, as Ed25519. */
  | { readonly kind: 'fixed' }
  | { readonly kind: 'other' }
  | { readonly kind: 'unstated' };

/** What a signature is made over. `built-in`: the algorithm leaves no choice, as Ed25519; `unstated`: as in {@link KeyFacts}. */
export type SignatureDigest = 'md5' | 'sha-1' | 'sha-2' | 'sha-3' | 'built-in' | 'other' | 'unstated';

export interface CertificateFacts {
  /** Digests of the DER of the certificate and of its SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly certificateSha256: string;
  readonly certificateSha512: string;
  readonly spkiSha256: string;
  readonly spkiSha512: string;
  /** dNSName entries of subjectAltName, as written. */
  readonly dnsNames: readonly string[];
  /** iPAddress entries of subjectAltName: their octets, lower-case hexadecimal. */
  readonly ipAddresses: readonly string[];
  /** The forms that the other names in subject and subjectAltName have. */
  readonly otherNames: readonly NameForm[];
  /** The subject, unless it is empty, and the directoryName entries of subjectAltName. */
  readonly directoryNames: readonly DirectoryName[];
  /** commonName attributes of the subject, as written. */
  readonly commonNames: readonly string[];
  /** commonName and organizationName of the issuer, the most particular first, as written: for people. Empty in old journals. */
  readonly issuerNames: readonly string[];
  /** Validity, in milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** basicConstraints: `absent` if there is no such extension. */
  readonly ca: 'yes' | 'no' | 'absent';
  /** pathLenConstraint, or null. */
  readonly pathLength: number | null;
  /** keyUsage: whether keyCertSign is set; `absent` if there is no such extension. */
  readonly certSign: 'yes' | 'no' | 'absent';
  /** keyUsage: whether these are set; `absent` if there is no such extension. */
  readonly digitalSignature: 'yes' | 'no' | 'absent';
  readonly keyEncipherment: 'yes' | 'no' | 'absent';
  /** extendedKeyUsage: whether serverAuth or anyExtendedKeyUsage is among them; `absent` if there is none. */
  readonly serverAuth: 'yes' | 'no' | 'absent';
  /** nameConstraints: on DNS and directory names what they say, on other forms only that there are any; `unsupported` if unreadable. */
  readonly nameConstraints:
    | { readonly kind: 'absent' }
    | {
        readonly kind: 'dns';
        readonly permitted: readonly string[];
        readonly excluded: readonly string[];
        readonly permittedDirectories: readonly DirectoryName[];
        readonly excludedDirectories: readonly DirectoryName[];
        /** Forms of names that are constrained, and whose constraints are not read. */
        readonly otherForms: readonly NameForm[];
      }
    | { readonly kind: 'unsupported' };
  /** Whether every critical extension is one that is read here or says nothing about a path like ours. */
  readonly criticalExtensions: 'known' | 'unknown';
  /** Its own key, and what its issuer's signature is made over. */
  readonly key: KeyFacts;
  readonly signatureDigest: SignatureDigest;
  /** Whether the subject and the issuer are the same name. */
  readonly selfIssued: 'yes' | 'no';
}

/** Where a key comes from that verifies a signature. */
export type KeySource =
  | { readonly from: 'chain'; readonly index: number }
  /** A certificate or key in the TLSA record of that index in the question. */
  | { readonly from: 'tlsa'; readonly index: number };

/** The signature of the certificate `chain[subject]` verifies under that key (and, for certificates, names agree). */
export interface SignatureFact {
  readonly subject: number;
  readonly key: KeySource;
}

/** The path from the leaf to the trust store, made at the time of the handshake, without any name check. */
export type TrustPath =
  | { readonly kind: 'trusted' }
  | {
      readonly kind: 'untrusted';
      readonly cause: 'expired' | 'not-yet-valid' | 'self-signed' | 'unknown-issuer' | 'revoked' | 'other';
      /** The verifier's own code, for logs and reports, e.g. CERT_HAS_EXPIRED. */
      readonly code: string;
    };

/** The answer to `peer.inspect`. */
export type PeerFacts =
  | {
      readonly kind: 'presented';
      /** As sent, leaf first; bounded by the adapter. */
      readonly chain: readonly [CertificateFacts, ...CertificateFacts[]];
      /** For each TLSA record of the question that holds a whole certificate (usage 2, 0, 0): its facts, else null. */
      readonly anchors: readonly (CertificateFacts | null)[];
      /** For each TLSA record of the question that holds a bare key (usage 2, 1, 0): what it is, else null. */
      readonly recordKeys: readonly (KeyFacts | null)[];
      readonly signatures: readonly SignatureFact[];
      /** Whether everything was looked at, or certificates, keys or signatures were left out because there were too many. */
      readonly looked: 'whole' | 'in-part';
      /** What the handshake used the key of the leaf for: a signature, or (RSA key exchange of TLS 1.2) decryption. */
      readonly leafKeyUse: 'signature' | 'encipherment';
      readonly path: TrustPath;
    }
  /** No certificate could be read: none presented, or unreadable. */
  | { readonly kind: 'unreadable'; readonly code: string };
