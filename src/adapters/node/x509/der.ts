/*
 * Just enough of DER (X.690) to find the parts of a certificate without copying or re-encoding them. Definite lengths
 * and one-octet tags only, which is all that a certificate uses; anything else reads as null. Never throws.
 */

/** One element: its tag, and where it, its content and its end stand in the buffer. */
export interface Element {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** A constructed context tag, `[n]`. */
  context: (n: number) => 0xa0 | n,
  /** A primitive context tag, `[n] IMPLICIT` of a primitive type. */
  implicit: (n: number) => 0x80 | n,
} as const;

/** The element that starts at `start` and ends not behind `limit`, or null. */
export function elementAt(der: Uint8Array, start: number, limit: number): Element | null {
  if (start + 2 > limit) return null;
  const tag = der[start]!;
  if ((tag & 0x1f) === 0x1f) return null;
  let length = der[start + 1]!;
  let content = start + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4 || content + octets > limit) return null;
    length = 0;
    for (let i = 0; i < octets; i += 1) length = length * 256 + der[content + i]!;
    content += octets;
  }
  const end = content + length;
  return end > limit ? null : { tag, start, content, end };
}

/** The elements inside one, at most `countMax`, or null if they do not fill it exactly. */
export function elementsIn(der: Uint8Array, outer: Element, countMax: number): readonly Element[] | null {
  const elements: Element[] = [];
  for (let at = outer.content; at < outer.end; ) {
    const element = elementAt(der, at, outer.end);
    if (element === null || elements.length === countMax) return null;
    elements.push(element);
    at = element.end;
  }
  return elements;
}

/** The only element of a buffer, with that tag and nothing behind it, or null. */
export function wholeElement(der: Uint8Array, tag: number): Element | null {
  const element = elementAt(der, 0, der.length);
  return element === null || element.tag !== tag || element.end !== der.length ? null : element;
}
