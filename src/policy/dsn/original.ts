/* What of the message itself goes into a notice: octets, as they are. */
import { latin1 } from '../smtp/latin1.js';

/** Octets of a header that are returned at most; cut between fields. */
const HEADER_OCTETS_MAX = 65_536;
const CR = 0x0d;
const LF = 0x0a;

/** The header of a message, up to its empty line, which is left out; cut between two fields where it is very long. */
export function headerOctets(octets: Uint8Array): Uint8Array {
  let fieldStart = 0;
  for (let at = 0; at < octets.length; at++) {
    if (octets[at] !== LF) continue;
    const next = at + 1;
    const isEnd = octets[next] === LF || (octets[next] === CR && octets[next + 1] === LF);
    if (next > HEADER_OCTETS_MAX) return octets.subarray(0, fieldStart);
    const isFolded = octets[next] === 0x20 || octets[next] === 0x09;
    if (!isFolded) fieldStart = next;
    if (isEnd) return octets.subarray(0, next);
  }
  return octets.length > HEADER_OCTETS_MAX ? octets.subarray(0, fieldStart) : octets;
}

/** The Message-ID of a header, with its brackets, or null if it has none that is well formed (RFC 5322, Section 3.6.4). */
export function messageIdOf(header: Uint8Array): string | null {
  const found = /(?:^|\n)message-id:\s*(<[!-;=?-~]{1,250}>)\s*(?:\r?\n|$)/i.exec(latin1(header));
  return found === null || !found[1]!.includes('@') ? null : found[1]!;
}

/** Whether some octet is beyond ASCII. */
export function has8bit(octets: Uint8Array): boolean {
  return octets.some((octet) => octet > 0x7f);
}

/** A delimiter that does not stand in those octets (RFC 2046, Section 5.1.1). */
export function freeBoundary(id: string, octets: Uint8Array): string {
  const text = latin1(octets);
  for (let number = 0; ; number++) {
    const boundary = `=_waxseal_${id}_${number}`;
    if (!text.includes(boundary)) return boundary;
  }
}
