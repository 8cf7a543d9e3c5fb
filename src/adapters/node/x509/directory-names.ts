/* Directory names (RFC 5280, Section 4.1.2.4), in a form in which they can be compared, and the names in them by which people know it. */
import { isUtf8 } from 'node:buffer';
import type { DirectoryName } from '../../../policy/certificate/facts.js';
import { type Element, elementAt, elementsIn, TAG, wholeElement } from './der.js';

/** Far more than any name has, and few enough to compare. */
const PARTS_MAX = 10_000;
const COMMON_NAME = '550403';
const ORGANIZATION = '55040a';
const EMAIL_ADDRESS = '2a864886f70d010901';

export interface ReadName {
  readonly canonical: DirectoryName;
  /** Values of commonName, as written. */
  readonly commonNames: readonly string[];
  /** Values of commonName and organizationName, the most particular first, as written. */
  readonly shownNames: readonly string[];
  /** Whether an address stands in it (RFC 5280, Section 4.1.2.6). */
  readonly holdsEmail: boolean;
}

/** The Name that is the whole buffer; null if it is none. Never throws. */
export function readName(der: Buffer): ReadName | null {
  const outer = wholeElement(der, TAG.sequence);
  const parts = outer && elementsIn(der, outer, PARTS_MAX);
  if (!parts) return null;
  const canonical: string[] = [];
  const commonNames: string[] = [];
  const shownNames: string[] = [];
  let holdsEmail = false;
  for (const part of parts) {
    const attributes = part.tag === TAG.set ? elementsIn(der, part, PARTS_MAX) : null;
    if (attributes === null || attributes.length === 0) return null;
    const texts: string[] = [];
    for (const attribute of attributes) {
      const read = readAttribute(der, attribute);
      if (read === null) return null;
      if (read.oid === COMMON_NAME && read.text !== null) commonNames.push(read.text);
      if ((read.oid === COMMON_NAME || read.oid === ORGANIZATION) && read.text !== null)
        shownNames.push(read.text);
      holdsEmail ||= read.oid === EMAIL_ADDRESS;
      texts.push(`${read.oid}=${read.text === null ? `#${read.hex}` : comparable(read.text)}`);
    }
    // The order within one part says nothing, and no two names may become one because of the signs between.
    canonical.push(texts.toSorted().join('+'));
  }
  return { canonical, commonNames, shownNames: shownNames.reverse(), holdsEmail };
}

interface Attribute {
  readonly oid: string;
  /** Null if the value is no text. */
  readonly text: string | null;
  readonly hex: string;
}

function readAttribute(der: Buffer, attribute: Element): Attribute | null {
  const [id, value, more] = attribute.tag === TAG.sequence ? (elementsIn(der, attribute, 2) ?? []) : [];
  if (id?.tag !== TAG.oid || value === undefined || more !== undefined) return null;
  const octets = der.subarray(value.content, value.end);
  return {
    oid: der.toString('hex', id.content, id.end),
    text: textOf(value.tag, octets),
    hex: der.toString('hex', value.start, value.end),
  };
}

/** By the tag of the string type; null for what is none. */
function textOf(tag: number, octets: Buffer): string | null {
  switch (tag) {
    // UTF8String
    case 0x0c:
      return isUtf8(octets) ? octets.toString('utf8') : null;
    // NumericString, PrintableString, TeletexString, IA5String, VisibleString
    case 0x12:
    case 0x13:
    case 0x14:
    case 0x16:
    case 0x1a:
      return octets.toString('latin1');
    // BMPString
    case 0x1e:
      return octets.length % 2 === 0 ? Buffer.from(octets).swap16().toString('utf16le') : null;
    default:
      return null;
  }
}

/** RFC 5280, Section 7.1: without regard to case and to blanks at the ends; several blanks are one. */
function comparable(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
  return folded.replace(/[\\+#]/g, '\\$&');
}

/** The only element in it is a Name: `directoryName` is tagged explicitly, because Name is a choice (RFC 5280, Section 4.2.1.6). */
export function nameInside(der: Buffer, { content, end }: Element): DirectoryName | null {
  const name = elementAt(der, content, end);
  if (name === null || name.end !== end) return null;
  return readName(der.subarray(name.start, name.end))?.canonical ?? null;
}
