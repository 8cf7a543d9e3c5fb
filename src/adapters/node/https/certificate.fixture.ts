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
const DAY_MS = 86_400_000;

/** A certificate that is its own trust anchor. No subjectAltName if there are no names. */
export async function selfSigned(spec: {
  readonly dnsNames: readonly string[];
  readonly commonName?: string;
  readonly notAfter?: Date;
}): Promise<SelfSigned> {
  const keys = (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${spec.commonName ?? 'test'}`,
      notBefore: new Date(Date.now() - 2 * DAY_MS),
      notAfter: spec.notAfter ?? new Date(Date.now() + DAY_MS),
      signingAlgorithm: EC,
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
