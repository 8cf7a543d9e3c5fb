/*
 * Certificates and keys as they lie on disks of mail servers, PEM or DER. Only what a TLSA record is made of is taken from
 * them: the DER of certificates, and the SubjectPublicKeyInfo as it stands in them. Which of several certificates is the
 * server's own, and who has issued it, they tell themselves; where the order of the file says otherwise, it is said.
 */
import { X509Certificate } from 'node:crypto';
import { readCertificate } from '../adapters/node/x509/certificate-der.js';
import { certificateFacts } from '../adapters/node/x509/certificate-facts.js';
import type { CertificateFacts } from '../policy/certificate/facts.js';
import { CommandError, EXIT } from './exit.js';
import { keyInBlock, keyInDer, weaknessOf } from './key-file.js';
import { type PemBlock, pemBlocksIn } from './pem-blocks.js';
import { readOctets } from './read-file.js';

/** A certificate, and what is in it. */
export interface CertificateInFile {
  readonly der: Buffer;
  readonly spki: Buffer;
  /** Names as they are encoded. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly facts: CertificateFacts;
}

export type KeyMaterial =
  | {
      readonly kind: 'certificates';
      /** The server's own, and from it upwards those that have issued each other. */
      readonly chain: readonly [CertificateInFile, ...CertificateInFile[]];
      /** What the file itself says against taking it for the file of a server; sentences. */
      readonly doubts: readonly string[];
    }
  /** A key without a certificate. */
  | { readonly kind: 'key'; readonly spki: Buffer; readonly doubts: readonly string[] };

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
  const blocks = pemBlocksIn(text);
  const certificates = blocks.filter(({ label }) => CERTIFICATE_LABELS.includes(label));
  if (certificates.length > CERTIFICATES_MAX)
    throw bad(
      path,
      `there are more than ${CERTIFICATES_MAX} certificates in it; give the chain of one server`,
    );
  const keys = blocks.flatMap((block) => keyInBlock(block) ?? []);
  const spkis = keys.flatMap((key) => (key.kind === 'key' ? [key.spki] : []));
  if (certificates.length > 0) {
    const read = await Promise.all(certificates.map((block, at) => readOne(derOf(block), path, at + 1)));
    return chainOf(read, spkis);
  }
  const [key] = keys;
  if (key?.kind === 'refused') throw bad(path, key.problem);
  if (key === undefined) throw bad(path, otherBlock(blocks));
  const others = spkis.filter((spki) => !spki.equals(key.spki));
  const doubts = others.length === 0 ? [] : ['there are several keys in the file; this is the first one'];
  return { kind: 'key', spki: key.spki, doubts: [...doubts, ...weaknessOf(key.spki)] };
}

function otherBlock(blocks: readonly PemBlock[]): string {
  const label = blocks[0]?.label;
  if (label === undefined) return 'what begins in it has no end; it may have been cut off';
  if (label.includes('CERTIFICATE REQUEST'))
    return 'it is a request for a certificate; give the key that it was made with, or the certificate';
  if (label.includes('PKCS7') || label === 'CMS')
    return 'it is PKCS#7; take the certificates out (openssl pkcs7 -in FILE -print_certs)';
  return `there is neither a certificate nor a key in it, but ${label}`;
}

async function readDer(der: Buffer, path: string): Promise<KeyMaterial> {
  if (readCertificate(der) !== null) return chainOf([await readOne(der, path, 1)], []);
  const key = keyInDer(der);
  if (key?.kind === 'key') return { ...key, doubts: weaknessOf(key.spki) };
  if (key !== null) throw bad(path, key.problem);
  // contentType of a PFX (RFC 7292, Section 4), and of what PKCS#7 calls signed.
  if (der.subarray(0, 40).includes(Buffer.from('2a864886f70d010701', 'hex')))
    throw bad(path, 'it is PKCS#12; take the certificates out (openssl pkcs12 -in FILE -nokeys)');
  if (der.subarray(0, 40).includes(Buffer.from('2a864886f70d010702', 'hex')))
    throw bad(
      path,
      'it is PKCS#7; take the certificates out (openssl pkcs7 -inform DER -in FILE -print_certs)',
    );
  throw bad(path, 'it is neither a certificate nor a key, in PEM or DER');
}

async function readOne(octets: Buffer | null, path: string, at: number): Promise<CertificateInFile> {
  const parts = octets === null ? null : readCertificate(octets);
  const facts = octets === null ? null : await certificateFacts(octets);
  if (octets === null || parts === null || facts === null)
    throw bad(path, `certificate ${at} cannot be read`);
  return { der: octets, spki: parts.spki, subject: parts.subject, issuer: parts.issuer, facts };
}

function derOf({ pem }: PemBlock): Buffer | null {
  try {
    return new X509Certificate(pem).raw;
  } catch {
    return null;
  }
}

type Certificates = readonly CertificateInFile[];

/** `keys`: those that lie beside the certificates. */
function chainOf(all: Certificates, keys: readonly Buffer[]): KeyMaterial {
  const leaf = leafIn(all, keys);
  const chain: [CertificateInFile, ...CertificateInFile[]] = [leaf];
  for (let next = issuerOf(leaf, all); next !== null && !chain.includes(next); next = issuerOf(next, all))
    chain.push(next);
  return { kind: 'certificates', chain, doubts: doubtsOf(all, chain, keys) };
}

/** That of the key beside it; else the first that issues nothing in the file and is no CA; else the first. */
function leafIn(all: Certificates, keys: readonly Buffer[]): CertificateInFile {
  const own = all.find(({ spki }) => keys.some((key) => key.equals(spki)));
  const server = all.find(({ facts }) => facts.ca !== 'yes');
  const last = all.find((one) => !all.some((other) => other !== one && isIssuedBy(other, one)));
  return own ?? server ?? last ?? all[0]!;
}

function issuerOf(certificate: CertificateInFile, all: Certificates): CertificateInFile | null {
  return all.find((other) => other !== certificate && isIssuedBy(certificate, other)) ?? null;
}

function isIssuedBy(one: CertificateInFile, other: CertificateInFile): boolean {
  if (!one.issuer.equals(other.subject) || one.der.equals(other.der)) return false;
  try {
    return new X509Certificate(one.der).verify(new X509Certificate(other.der).publicKey);
  } catch {
    return false;
  }
}

function doubtsOf(all: Certificates, chain: Certificates, keys: readonly Buffer[]): readonly string[] {
  const [leaf] = chain as readonly [CertificateInFile];
  const place = all.indexOf(leaf) + 1;
  const strangers = all.flatMap((each, at) =>
    chain.some(({ der }) => der.equals(each.der)) ? [] : [`${at + 1}`],
  );
  const isKeyed = keys.length === 0 || keys.some((key) => key.equals(leaf.spki));
  return [
    ...(place === 1
      ? []
      : [
          `the server's own certificate is number ${place} in the file and not the first; many servers present the first one, so put it in front`,
        ]),
    ...(isKeyed
      ? []
      : ['the key in the file is not that of the certificate; the server needs the one that belongs to it']),
    ...weaknessOf(leaf.spki),
    ...(strangers.length === 0
      ? []
      : [
          `certificate ${strangers.join(', ')} in the file has not issued what stands before it; it is of no use to this server`,
        ]),
  ];
}

function bad(path: string, problem: string): CommandError {
  return new CommandError(EXIT.badData, `the certificate or key in ${path}: ${problem}`);
}
