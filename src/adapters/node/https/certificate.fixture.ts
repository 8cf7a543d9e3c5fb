import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface SelfSigned {
  readonly pem: string;
  readonly der: Buffer;
  /** The private key in PEM. */
  readonly key: string;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: Uint8Array.of(1, 0, 1) };
const DAY_MS = 86_400_000;

/** A certificate that is its own trust anchor. No subjectAltName if there are no names. */
export async function selfSigned(spec: {
  readonly dnsNames: readonly string[];
  readonly commonName?: string;
  readonly notAfter?: Date;
  /** A key of RSA of that size, and not of P-256. */
  readonly rsaBits?: number;
}): Promise<SelfSigned> {
  const algorithm = spec.rsaBits === undefined ? EC : { ...RSA, modulusLength: spec.rsaBits };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${spec.commonName ?? 'test'}`,
      notBefore: new Date(Date.now() - 2 * DAY_MS),
      notAfter: spec.notAfter ?? new Date(Date.now() + DAY_MS),
      signingAlgorithm: algorithm,
      keys: keys as never,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        ...(spec.dnsNames.length === 0
          ? []
          : [
              new SubjectAlternativeNameExtension(
                spec.dnsNames.map((value) => ({ type: 'dns' as const, value })),
              ),
            ]),
      ],
    },
    webcrypto as never,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    pem: certificate.toString('pem'),
    der: Buffer.from(certificate.rawData),
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
  };
}
