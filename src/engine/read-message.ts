import type { MessageSource } from '../effects/ports.js';
import { isAscii } from '../policy/names/mailbox.js';
import { HEADER_LENGTH_MAX, readTlsRequired } from '../policy/require-tls/header.js';
import type { MessageFacts } from '../policy/require-tls/message.js';

/** What of a message's facts is in its octets. */
export interface ReadMessage {
  readonly content: MessageSource;
  readonly facts: Pick<MessageFacts, 'tlsRequired' | 'sizeBytes' | 'body' | 'utf8'>;
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Learns from the octets of a message what the engine must know: its size with CRLF line ends (RFC 1870), whether it is
 * 8-bit, whether its header needs SMTPUTF8 (RFC 6531), and its TLS-Required fields (RFC 8689). Pure; any octets will do.
 *
 * @param addresses the envelope addresses; one with a local part beyond ASCII needs SMTPUTF8 too
 */
export function readMessage(octets: Uint8Array, addresses: readonly string[] = []): ReadMessage {
  const header = headerOf(octets);
  const hasUtf8 =
    !isAscii(header) || addresses.some((address) => !isAscii(address.slice(0, address.lastIndexOf('@') + 1)));
  return {
    content: () => [octets],
    facts: {
      tlsRequired: readTlsRequired(header),
      sizeBytes: sizeOnWire(octets),
      body: octets.some((octet) => octet > 0x7f) ? '8bit' : '7bit',
      utf8: hasUtf8 ? 'needed' : 'not-needed',
    },
  };
}

/** The header block as Latin-1, bounded. */
function headerOf(octets: Uint8Array): string {
  const parts: string[] = [];
  const end = Math.min(octets.length, HEADER_LENGTH_MAX);
  let lineStart = 0;
  for (let at = 0; at < end; at++) {
    if (octets[at] !== LF) continue;
    const isEmpty = at === lineStart || (at === lineStart + 1 && octets[lineStart] === CR);
    if (isEmpty) return parts.join('');
    parts.push(latin1(octets.subarray(lineStart, at + 1)));
    lineStart = at + 1;
  }
  parts.push(latin1(octets.subarray(lineStart, end)));
  return parts.join('');
}

function latin1(octets: Uint8Array): string {
  let text = '';
  for (let from = 0; from < octets.length; from += 8192)
    text += String.fromCharCode(...octets.subarray(from, from + 8192));
  return text;
}

/** Every line end counts two octets, however it is written, and the last line has one. */
function sizeOnWire(octets: Uint8Array): number {
  let size = octets.length;
  for (let at = 0; at < octets.length; at++) {
    if (octets[at] === LF && octets[at - 1] !== CR) size++;
    if (octets[at] === CR && octets[at + 1] !== LF) size++;
  }
  const isEnded = octets.length === 0 || octets.at(-1) === LF || octets.at(-1) === CR;
  return isEnded ? size : size + 2;
}
