/*
 * Certificates and keys as they lie on disks of mail servers, PEM or DER. Only what a TLSA record is made of is taken from
 * them: the DER of certificates, and the SubjectPublicKeyInfo as it stands in them.
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readCertificate } from '../adapters/node/x509/certificate-der.js';
import { certificateFacts } from '../adapters/node/x509/certificate-facts.js';
import type { CertificateFacts } from '../policy/certificate/facts.js';
import { CommandError, EXIT } from './exit.js';
import { readOctets } from './read-file.js';

/** A certificate, and what is in it. */
export interface CertificateInFile {
  readonly der: Buffer;
  readonly spki: Buffer;
  readonly facts: CertificateFacts;
}

export type KeyMaterial =
  /** In the order of the file: the first is the server's own. */
  | {
      readonly kind: 'certificates';
      readonly chain: readonly [CertificateInFile, ...CertificateInFile[]];
    }
  /** A key without a certificate. */
  | { readonly kind: 'key'; readonly spki: Buffer };

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*|[^-]*)-----END \1-----/g;
const CERTIFICATE_LABELS: readonly string[] = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];
const CERTIFICATES_MAX = 20;

/** Reads a certificate file or key file. Throws a CommandError. */
export async function readKeyMaterial(path: string): Promise<KeyMaterial> {
  const octets = Buffer.from(
    await readOctets(path, {
      what: 'the certificate or key',
      octetsMax: 1_048_576,
      unreadable: EXIT.noInput,
      tooLarge: EXIT.noInput,
    }),
  );
  const text = octets.toString('latin1');
  return text.includes('-----BEGIN ') ? readPem(text, path) : readDer(octets, path);
}

async function readPem(text: string, path: string): Promise<KeyMaterial> {
  const blocks = [...text.matchAll(BLOCK)].map(([pem, label]) => ({ pem, label: label! }));
  const certificates = blocks.filter(({ label }) => CERTIFICATE_LABELS.includes(label));
  if (certificates.length > CERTIFICATES_MAX)
    throw bad(
      path,
      `there are more than ${CERTIFICATES_MAX} certificates in it; give the chain of one server`,
    );
  if (certificates.length > 0) {
    const chain = await Promise.all(
      certificates.map(({ pem }, at) => readOne(() => derOf(pem), path, at + 1)),
    );
    return { kind: 'certificates', chain: chain as [CertificateInFile, ...CertificateInFile[]] };
  }
  const key = blocks.find(({ label }) => label.endsWith('PUBLIC KEY') || label.endsWith('PRIVATE KEY'));
  if (key === undefined) throw bad(path, 'there is neither a certificate nor a key in it');
  return { kind: 'key', spki: keyIn(key, path) };
}

function keyIn({ pem, label }: { readonly pem: string; readonly label: string }, path: string): Buffer {
  // Already what the record is made of; nothing is encoded anew.
  if (label === 'PUBLIC KEY') return spkiIn(Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64'), path);
  if (label === 'ENCRYPTED PRIVATE KEY' || pem.includes('ENCRYPTED'))
    throw bad(path, 'the key is encrypted; give its public half (openssl pkey -in KEY -pubout -out PUB)');
  return publicHalf(
    () => (label.endsWith('PUBLIC KEY') ? createPublicKey(pem) : createPublicKey(createPrivateKey(pem))),
    path,
  );
}

async function readDer(der: Buffer, path: string): Promise<KeyMaterial> {
  if (readCertificate(der) !== null)
    return { kind: 'certificates', chain: [await readOne(() => der, path, 1)] };
  const spki = attempt(() => createPublicKey({ key: der, format: 'der', type: 'spki' }));
  if (spki !== null) return { kind: 'key', spki: der };
  const privateKey = attempt(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  if (privateKey !== null) return { kind: 'key', spki: publicHalf(() => createPublicKey(privateKey), path) };
  throw bad(path, 'it is neither a certificate nor a key, in PEM or DER');
}

async function readOne(der: () => Buffer, path: string, at: number): Promise<CertificateInFile> {
  const octets = attempt(der);
  const parts = octets === null ? null : readCertificate(octets);
  const facts = octets === null ? null : await certificateFacts(octets);
  if (octets === null || parts === null || facts === null)
    throw bad(path, `certificate ${at} cannot be read`);
  return { der: octets, spki: parts.spki, facts };
}

function derOf(pem: string): Buffer {
  return new X509Certificate(pem).raw;
}

function spkiIn(der: Buffer, path: string): Buffer {
  if (attempt(() => createPublicKey({ key: der, format: 'der', type: 'spki' })) === null)
    throw bad(path, 'the public key cannot be read');
  return der;
}

function publicHalf(read: () => KeyObject, path: string): Buffer {
  const key = attempt(read);
  if (key === null) throw bad(path, 'the key cannot be read');
  return key.export({ type: 'spki', format: 'der' });
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function bad(path: string, problem: string): CommandError {
  return new CommandError(EXIT.badData, `the certificate or key in ${path}: ${problem}`);
}
