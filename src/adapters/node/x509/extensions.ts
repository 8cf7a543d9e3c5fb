/*
 * What the extensions and the subject of a certificate say, read from the DER: what a stranger wrote costs no more than its
 * length.
 *
 * An extension that cannot be read, or that stands there twice (RFC 5280, Section 4.2, forbids it), grants nothing: no
 * names, no CA, no use of the key, no serverAuth, and its name constraints are unsupported. Where the names cannot be read,
 * the common name does not stand in for them.
 */
import type { CertificateFacts, DirectoryName, NameForm } from '../../../policy/certificate/facts.js';
import type { CertificateParts } from './certificate-der.js';
import { type Element, elementAt, elementsIn, TAG, wholeElement } from './der.js';
import { nameInside, type ReadName } from './directory-names.js';

export type ExtensionFacts = Pick<
  CertificateFacts,
  | 'dnsNames'
  | 'ipAddresses'
  | 'otherNames'
  | 'directoryNames'
  | 'commonNames'
  | 'ca'
  | 'pathLength'
  | 'certSign'
  | 'digitalSignature'
  | 'keyEncipherment'
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
/** Bits 0, 2 and 5 of keyUsage, counted from the left (RFC 5280, Section 4.2.1.3). */
const USE = { digitalSignature: 0x80, keyEncipherment: 0x20, certSign: 0x04 };
/** serverAuth and anyExtendedKeyUsage. */
const SERVER_AUTH: ReadonlySet<string> = new Set(['2b06010505070301', '551d2500']);
/** Forms of a GeneralName (RFC 5280, Section 4.2.1.6), by tag. Those that are not here are "other". */
const DNS_NAME = TAG.implicit(2);
const DIRECTORY_NAME = TAG.context(4);
const IP_ADDRESS = TAG.implicit(7);
const FORMS: ReadonlyMap<number, NameForm> = new Map([
  [TAG.implicit(1), 'email'],
  [DIRECTORY_NAME, 'directory'],
  [TAG.implicit(6), 'uri'],
  [IP_ADDRESS, 'ip'],
]);
const NAMES_MAX = 10_000;

/** Reads what policy asks of a certificate beyond its digests. Never throws. */
export function readExtensionFacts(parts: CertificateParts, readable: ReadName | null): ExtensionFacts {
  const subject = readable ?? NO_NAME;
  const names = read(parts, ID.altName, alternativeNames);
  const said = typeof names === 'string' ? NO_NAMES : names.says;
  const uses = read(parts, ID.keyUsage, keyUses);
  const isUsedFor = (bit: number) => word(uses, (octet) => (octet & bit) !== 0);
  const isSubject = subject.canonical.length > 0;
  return {
    dnsNames: said.dns,
    ipAddresses: said.ip,
    otherNames: [
      ...new Set<NameForm>([
        ...(isSubject ? ['directory' as const] : []),
        ...(subject.holdsEmail ? ['email' as const] : []),
        ...said.forms,
      ]),
    ],
    directoryNames: [...(isSubject ? [subject.canonical] : []), ...said.directories],
    commonNames: names === 'unreadable' ? [] : subject.commonNames,
    ...basicConstraints(parts),
    certSign: isUsedFor(USE.certSign),
    digitalSignature: isUsedFor(USE.digitalSignature),
    keyEncipherment: isUsedFor(USE.keyEncipherment),
    serverAuth: word(read(parts, ID.extKeyUsage, servesTls), (serves) => serves),
    nameConstraints: nameConstraints(parts),
    criticalExtensions: isUnderstood(parts, readable) ? 'known' : 'unknown',
  };
}

const NO_NAME: ReadName = { canonical: [], commonNames: [], shownNames: [], holdsEmail: false };

/** A subject that cannot be read cannot be held to the constraints of an issuer, and is no better than a strange extension. */
function isUnderstood({ extensions }: CertificateParts, subject: ReadName | null): boolean {
  return subject !== null && extensions.every(({ oid, critical }) => critical === 'no' || KNOWN.has(oid));
}

type Extension<T> = 'absent' | 'unreadable' | { readonly says: T };

function read<T>(parts: CertificateParts, oid: string, content: (value: Buffer) => T | null): Extension<T> {
  const [extension, second] = parts.extensions.filter((each) => each.oid === oid);
  if (extension === undefined) return 'absent';
  if (second !== undefined) return 'unreadable';
  const says = content(extension.value);
  return says === null ? 'unreadable' : { says };
}

function word<T>(extension: Extension<T>, grants: (says: T) => boolean): 'yes' | 'no' | 'absent' {
  if (extension === 'absent') return 'absent';
  return extension !== 'unreadable' && grants(extension.says) ? 'yes' : 'no';
}

function basicConstraints(parts: CertificateParts): Pick<CertificateFacts, 'ca' | 'pathLength'> {
  const basic = read(parts, ID.basic, (value) => {
    const outer = wholeElement(value, TAG.sequence);
    const fields = outer && elementsIn(value, outer, 2);
    if (!fields) return null;
    const [ca, length] = fields[0]?.tag === TAG.boolean ? fields : [undefined, ...fields];
    if (length !== undefined && length.tag !== TAG.integer) return null;
    const isCa = ca !== undefined && ca.end === ca.content + 1 && value[ca.content] !== 0;
    return { isCa, pathLength: length === undefined ? null : lengthIn(value, length) };
  });
  if (basic === 'absent') return { ca: 'absent', pathLength: null };
  if (basic === 'unreadable') return { ca: 'no', pathLength: null };
  return { ca: basic.says.isCa ? 'yes' : 'no', pathLength: basic.says.pathLength };
}

/** A length that is no plain number is the strictest one. */
function lengthIn(value: Buffer, { content, end }: Element): number {
  const octets = end - content;
  return octets < 1 || octets > 6 || value[content]! >= 0x80 ? 0 : value.readUIntBE(content, octets);
}

/** The first octet of the bit string, which holds all bits that are asked for. */
function keyUses(value: Buffer): number | null {
  const bits = wholeElement(value, TAG.bitString);
  if (bits === null || bits.end === bits.content) return null;
  return bits.end === bits.content + 1 ? 0 : value[bits.content + 1]!;
}

function servesTls(value: Buffer): boolean | null {
  const list = wholeElement(value, TAG.sequence);
  const purposes = list && elementsIn(value, list, NAMES_MAX);
  if (!purposes?.every(({ tag }) => tag === TAG.oid)) return null;
  return purposes.some(({ content, end }) => SERVER_AUTH.has(value.toString('hex', content, end)));
}

interface AlternativeNames {
  readonly dns: string[];
  readonly ip: string[];
  readonly directories: DirectoryName[];
  /** Of the other names, and of directory names. */
  readonly forms: Set<NameForm>;
}

const NO_NAMES: AlternativeNames = { dns: [], ip: [], directories: [], forms: new Set() };

function alternativeNames(value: Buffer): AlternativeNames | null {
  const list = wholeElement(value, TAG.sequence);
  const names = list && elementsIn(value, list, NAMES_MAX);
  if (!names) return null;
  const found: AlternativeNames = { dns: [], ip: [], directories: [], forms: new Set() };
  for (const name of names) {
    if (name.tag === DNS_NAME) found.dns.push(text(value, name));
    else if (name.tag === IP_ADDRESS) found.ip.push(value.toString('hex', name.content, name.end));
    else found.forms.add(formOf(name.tag));
    if (name.tag !== DIRECTORY_NAME) continue;
    const directory = nameInside(value, name);
    if (directory === null) return null;
    found.directories.push(directory);
  }
  return found;
}

function formOf(tag: number): NameForm {
  return FORMS.get(tag) ?? 'other';
}

function text(der: Buffer, name: Element): string {
  return der.toString('latin1', name.content, name.end);
}

function nameConstraints(parts: CertificateParts): CertificateFacts['nameConstraints'] {
  const extension = read(parts, ID.nameConstraints, subtreesIn);
  if (extension === 'absent') return { kind: 'absent' };
  if (extension === 'unreadable') return { kind: 'unsupported' };
  const { permitted, excluded, permittedDirectories, excludedDirectories, otherForms } = extension.says;
  return {
    kind: 'dns',
    permitted,
    excluded,
    permittedDirectories,
    excludedDirectories,
    otherForms: [...otherForms],
  };
}

interface Subtrees {
  readonly permitted: string[];
  readonly excluded: string[];
  readonly permittedDirectories: DirectoryName[];
  readonly excludedDirectories: DirectoryName[];
  readonly otherForms: Set<NameForm>;
}

function subtreesIn(value: Buffer): Subtrees | null {
  const outer = wholeElement(value, TAG.sequence);
  const lists = outer && elementsIn(value, outer, 2);
  if (!lists) return null;
  const found: Subtrees = {
    permitted: [],
    excluded: [],
    permittedDirectories: [],
    excludedDirectories: [],
    otherForms: new Set(),
  };
  for (const list of lists) {
    if (list.tag !== TAG.context(0) && list.tag !== TAG.context(1)) return null;
    const isPermitted = list.tag === TAG.context(0);
    const subtrees = elementsIn(value, list, NAMES_MAX);
    if (subtrees === null) return null;
    for (const subtree of subtrees) {
      const base = elementAt(value, subtree.content, subtree.end);
      if (subtree.tag !== TAG.sequence || base === null) return null;
      if (base.tag !== DNS_NAME && base.tag !== DIRECTORY_NAME) {
        found.otherForms.add(formOf(base.tag));
        continue;
      }
      // `minimum` must be 0 and `maximum` absent, so nothing may stand behind the base (RFC 5280, Section 4.2.1.10).
      if (base.end !== subtree.end) return null;
      if (base.tag === DNS_NAME) {
        (isPermitted ? found.permitted : found.excluded).push(text(value, base));
        continue;
      }
      const directory = nameInside(value, base);
      if (directory === null) return null;
      (isPermitted ? found.permittedDirectories : found.excludedDirectories).push(directory);
    }
  }
  return found;
}
