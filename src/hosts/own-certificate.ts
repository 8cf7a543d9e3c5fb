import { webcrypto } from 'node:crypto';

/** A certificate and its key in PEM. */
export interface OwnCertificate {
  readonly cert: string;
  readonly key: string;
}

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const VALID_DAYS = 3650;

/**
 * A certificate that vouches for itself, made anew at each start: enough for a client of our own host that only wants what it
 * hands over to be encrypted, and is told of REQUIRETLS only under TLS (RFC 8689, Section 4.1).
 */
export async function makeOwnCertificate(name: string, now: number): Promise<OwnCertificate> {
  await import('reflect-metadata');
  const { X509CertificateGenerator, PemConverter, SubjectAlternativeNameExtension } = await import(
    '@peculiar/x509'
  );
  const keys = await webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [name] }],
      notBefore: new Date(now - DAY_MS),
      notAfter: new Date(now + VALID_DAYS * DAY_MS),
      signingAlgorithm: SIGNING,
      keys,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
    },
    webcrypto as never,
  );
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}
