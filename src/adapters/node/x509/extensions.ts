/*
 * What the extensions and the subject of a certificate say. The only file that imports @peculiar/x509, which costs
 * about a tenth of a second to load and needs reflect-metadata to be there first: import this file lazily.
 *
 * An extension that cannot be read, or that stands there twice (RFC 5280, Section 4.2, forbids it), grants nothing: no
 * names, no CA, no certSign, no serverAuth, and its name constraints are unsupported. Where the names cannot be read, the
 * common name does not stand in for them.
 */
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  Name,
} from '@peculiar/x509';
import type { CertificateFacts, NameForm } from '../../../policy/certificate/facts.js';
import type { CertificateExtension, CertificateParts } from './certificate-der.js';
import { type Element, elementAt, elementsIn, TAG, wholeElement } from './der.js';

export type ExtensionFacts = Pick<
  CertificateFacts,
  | 'dnsNames'
  | 'ipAddresses'
  | 'otherNames'
  | 'commonNames'
  | 'ca'
  | 'pathLength'
  | 'certSign'
  | 'serverAuth'
  | 'nameConstraints'
  | 'criticalExtensions'
>;

/** Object identifiers below 2.5.29, as octets in hexadecimal. */
const ID = {
  keyUsage: '551d0f',
  altName: '551d11',
  basic: '551d13',
  nameConstraints: '551d1e',
  extKeyUsage: '551d25',
};
/**
 * What is read here, and what only says under which policies a certificate stands: without a demand for one of them that
 * changes nothing on a path (RFC 5280, Section 6.1.1 (c), (e), (f) and (g)). policyConstraints may make such a demand.
 */
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.values(ID),
  // certificatePolicies, policyMappings, inhibitAnyPolicy
  '551d20',
  '551d21',
  '551d36',
]);
const KEY_CERT_SIGN = 0x20;
const SERVER_AUTH: readonly string[] = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];
/** Forms of a GeneralName (RFC 5280, Section 4.2.1.6), by tag. Those that are not here are "other". */
const DNS_NAME = TAG.implicit(2);
const IP_ADDRESS = TAG.implicit(7);
const FORMS: ReadonlyMap<number, NameForm> = new Map([
  [TAG.implicit(1), 'email'],
  [TAG.context(4), 'directory'],
  [TAG.implicit(6), 'uri'],
  [IP_ADDRESS, 'ip'],
]);
const NAMES_MAX = 10_000;

/** Reads what policy asks of a certificate beyond its digests. Never throws. */
export function readExtensionFacts(parts: CertificateParts): ExtensionFacts {
  const names = read(parts, ID.altName, ({ value }) => generalNames(value));
  const said = typeof names === 'string' ? [] : names.says;
  return {
    dnsNames: said.flatMap(({ tag, octets }) => (tag === DNS_NAME ? [octets.toString('latin1')] : [])),
    ipAddresses: said.flatMap(({ tag, octets }) => (tag === IP_ADDRESS ? [octets.toString('hex')] : [])),
    otherNames: otherNames(parts.subject, said),
    commonNames: names === 'unreadable' ? [] : commonNames(parts.subject),
    ...basicConstraints(parts),
    certSign: word(read(parts, ID.keyUsage, ({ raw }) => signsCertificates(raw))),
    serverAuth: word(read(parts, ID.extKeyUsage, ({ raw }) => servesTls(raw))),
    nameConstraints: nameConstraints(parts),
    criticalExtensions: parts.extensions.every(({ oid, critical }) => critical === 'no' || KNOWN.has(oid))
      ? 'known'
      : 'unknown',
  };
}

type Extension<T> = 'absent' | 'unreadable' | { readonly says: T };

function read<T>(
  parts: CertificateParts,
  oid: string,
  content: (extension: CertificateExtension) => T | null,
): Extension<T> {
  const [extension, second] = parts.extensions.filter((each) => each.oid === oid);
  if (extension === undefined) return 'absent';
  if (second !== undefined) return 'unreadable';
  try {
    const says = content(extension);
    return says === null ? 'unreadable' : { says };
  } catch {
    return 'unreadable';
  }
}

function word(extension: Extension<boolean>): 'yes' | 'no' | 'absent' {
  if (extension === 'absent') return 'absent';
  return extension !== 'unreadable' && extension.says ? 'yes' : 'no';
}

function basicConstraints(parts: CertificateParts): Pick<CertificateFacts, 'ca' | 'pathLength'> {
  const basic = read(parts, ID.basic, ({ raw }) => new BasicConstraintsExtension(raw));
  if (basic === 'absent') return { ca: 'absent', pathLength: null };
  if (basic === 'unreadable') return { ca: 'no', pathLength: null };
  const { ca, pathLength = null } = basic.says;
  // A length that is no plain number is the strictest one.
  const plain = pathLength === null || (Number.isSafeInteger(pathLength) && pathLength >= 0);
  return { ca: ca ? 'yes' : 'no', pathLength: plain ? pathLength : 0 };
}

function signsCertificates(raw: Buffer): boolean {
  return (new KeyUsagesExtension(raw).usages & KEY_CERT_SIGN) !== 0;
}

function servesTls(raw: Buffer): boolean {
  return new ExtendedKeyUsageExtension(raw).usages.some((usage) => SERVER_AUTH.includes(String(usage)));
}

function commonNames(subject: Buffer): readonly string[] {
  try {
    return new Name(subject).getField('CN');
  } catch {
    return [];
  }
}

// The library refuses a whole list of general names for one of a kind that it does not know, such as an otherName
// beside the DNS names that matter here; so these two extensions are read from the DER.

interface GeneralName {
  readonly tag: number;
  readonly octets: Buffer;
}

function generalNames(value: Buffer): readonly GeneralName[] | null {
  const list = wholeElement(value, TAG.sequence);
  const names = list && elementsIn(value, list, NAMES_MAX);
  return names?.map(({ tag, content, end }) => ({ tag, octets: value.subarray(content, end) })) ?? null;
}

function otherNames(subject: Buffer, names: readonly GeneralName[]): readonly NameForm[] {
  const forms = names.flatMap(({ tag }) => (tag === DNS_NAME || tag === IP_ADDRESS ? [] : [formOf(tag)]));
  // An empty sequence is two octets long.
  return [...new Set<NameForm>([...(subject.length > 2 ? ['directory' as const] : []), ...forms])];
}

function formOf(tag: number): NameForm {
  return FORMS.get(tag) ?? 'other';
}

function text(der: Buffer, name: Element): string {
  return der.toString('latin1', name.content, name.end);
}

function nameConstraints(parts: CertificateParts): CertificateFacts['nameConstraints'] {
  const extension = read(parts, ID.nameConstraints, ({ value }) => subtreesIn(value));
  if (extension === 'absent') return { kind: 'absent' };
  if (extension === 'unreadable') return { kind: 'unsupported' };
  const { permitted, excluded, otherForms } = extension.says;
  return { kind: 'dns', permitted, excluded, otherForms: [...otherForms] };
}

interface Subtrees {
  readonly permitted: string[];
  readonly excluded: string[];
  readonly otherForms: Set<NameForm>;
}

function subtreesIn(value: Buffer): Subtrees | null {
  const outer = wholeElement(value, TAG.sequence);
  const lists = outer && elementsIn(value, outer, 2);
  if (!lists) return null;
  const found: Subtrees = { permitted: [], excluded: [], otherForms: new Set() };
  for (const list of lists) {
    const into =
      list.tag === TAG.context(0) ? found.permitted : list.tag === TAG.context(1) ? found.excluded : null;
    const subtrees = elementsIn(value, list, NAMES_MAX);
    if (into === null || subtrees === null) return null;
    for (const subtree of subtrees) {
      const base = elementAt(value, subtree.content, subtree.end);
      if (subtree.tag !== TAG.sequence || base === null) return null;
      if (base.tag !== DNS_NAME) {
        found.otherForms.add(formOf(base.tag));
        continue;
      }
      // `minimum` must be 0 and `maximum` absent, so nothing may stand behind the base (RFC 5280, Section 4.2.1.10).
      if (base.end !== subtree.end) return null;
      into.push(text(value, base));
    }
  }
  return found;
}
