import type { SignatureDigest } from '../../../policy/certificate/facts.js';
import { digestOfSignature } from './algorithms.js';
import { type Element, elementAt, elementsIn, TAG, wholeElement } from './der.js';

/** The parts of a certificate (RFC 5280, Section 4.1) as slices of its DER. */
export interface CertificateParts {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** What the issuer's signature is made over. */
  readonly signatureDigest: SignatureDigest;
  /** SubjectPublicKeyInfo exactly as it stands in the certificate. */
  readonly spki: Buffer;
  /** In milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly CertificateExtension[];
}

export interface CertificateExtension {
  /** The octets of the object identifier, in hexadecimal. */
  readonly oid: string;
  readonly critical: 'yes' | 'no';
  /** What the octet string holds. */
  readonly value: Buffer;
}

const EXTENSIONS_MAX = 100;

/** Takes a certificate apart; null for whatever is not exactly one certificate in DER. Never throws. */
export function readCertificate(der: Buffer): CertificateParts | null {
  const certificate = wholeElement(der, TAG.sequence);
  const tbs = certificate && elementAt(der, certificate.content, certificate.end);
  if (tbs?.tag !== TAG.sequence) return null;
  const fields = elementsIn(der, tbs, 10);
  if (fields === null) return null;
  // The version is absent in certificates of version 1.
  const first = fields[0]?.tag === TAG.context(0) ? 1 : 0;
  const [serial, algorithm, issuer, validity, subject, spki, ...rest] = fields.slice(first);
  if (serial?.tag !== TAG.integer || algorithm?.tag !== TAG.sequence) return null;
  if (issuer?.tag !== TAG.sequence || validity?.tag !== TAG.sequence) return null;
  if (subject?.tag !== TAG.sequence || spki?.tag !== TAG.sequence) return null;
  const [notBefore, notAfter] = (elementsIn(der, validity, 2) ?? []).map((time) => readTime(der, time));
  const extensions = readExtensions(der, rest);
  if (notBefore == null || notAfter == null || extensions === null) return null;
  return {
    issuer: slice(der, issuer),
    subject: slice(der, subject),
    signatureDigest: digestOfSignature(der, algorithm),
    spki: slice(der, spki),
    notBefore,
    notAfter,
    extensions,
  };
}

function slice(der: Buffer, element: Element): Buffer {
  return der.subarray(element.start, element.end);
}

function readExtensions(der: Buffer, rest: readonly Element[]): readonly CertificateExtension[] | null {
  const wrapper = rest.find(({ tag }) => tag === TAG.context(3));
  if (wrapper === undefined) return [];
  const list = elementAt(der, wrapper.content, wrapper.end);
  if (list?.tag !== TAG.sequence || list.end !== wrapper.end) return null;
  const elements = elementsIn(der, list, EXTENSIONS_MAX);
  if (elements === null) return null;
  const extensions: CertificateExtension[] = [];
  for (const element of elements) {
    const fields = element.tag === TAG.sequence ? elementsIn(der, element, 3) : null;
    const oid = fields?.[0];
    const value = fields?.at(-1);
    if (oid?.tag !== TAG.oid || value?.tag !== TAG.octetString) return null;
    extensions.push({
      oid: der.toString('hex', oid.content, oid.end),
      critical: fields !== null && isCritical(der, fields) ? 'yes' : 'no',
      value: der.subarray(value.content, value.end),
    });
  }
  return extensions;
}

/** Whatever stands between identifier and value, and is not the BOOLEAN false, is taken for true. */
function isCritical(der: Buffer, [, between, last]: readonly Element[]): boolean {
  if (between === undefined || last === undefined) return false;
  return between.tag !== TAG.boolean || between.end !== between.content + 1 || der[between.content] !== 0;
}

/** UTCTime or GeneralizedTime as RFC 5280, Section 4.1.2.5, wants them: with seconds, in Greenwich Mean Time. */
function readTime(der: Buffer, time: Element): number | null {
  const text = der.toString('latin1', time.content, Math.min(time.end, time.content + 20));
  const form =
    time.tag === TAG.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
      : time.tag === TAG.generalizedTime
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
        : null;
  const digits = form?.exec(text)?.slice(1).map(Number);
  if (!digits) return null;
  const [year, month, day, hour, minute, second] = digits as [number, number, number, number, number, number];
  const century = time.tag === TAG.generalizedTime ? 0 : year >= 50 ? 1900 : 2000;
  const date = new Date(0);
  date.setUTCFullYear(century + year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  // A day or an hour that does not exist would silently become another one.
  const same = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return same && minute < 60 && second < 60 ? date.getTime() : null;
}
