import { Octets, Texts } from '../effects/codecs/values.js';
import { checked, type MisuseError } from '../effects/misuse.js';
import type { MessageSource } from '../effects/ports.js';
import { isAscii } from '../policy/names/mailbox.js';
import type { MessageFacts } from '../policy/require-tls/message.js';
import { inPieces } from './in-pieces.js';
import { MessageReader } from './message-reader.js';

/** What of a message's facts is in its octets. */
export interface ReadMessage {
  readonly content: MessageSource;
  readonly facts: Pick<MessageFacts, 'tlsRequired' | 'sizeBytes' | 'body' | 'utf8'>;
}

/**
 * Learns from the octets of a message what the engine must know: its size with CRLF line ends (RFC 1870), whether it is
 * 8-bit, whether it is internationalized, so that it needs SMTPUTF8 (RFC 6531, Section 3.2), and its TLS-Required fields
 * (RFC 8689). Pure; any octets will do. For a message that does not fit into memory there is {@link MessageReader}. Throws a
 * {@link MisuseError} for what are no octets, such as a text.
 *
 * @param addresses the envelope addresses; one with a local part beyond ASCII needs SMTPUTF8 too
 */
export function readMessage(octets: Uint8Array, addresses: readonly string[] = []): ReadMessage {
  checked(Octets, octets, 'WAXSEAL_BAD_MESSAGE', 'octets');
  const reader = new MessageReader();
  reader.push(octets);
  return { content: () => inPieces(octets), facts: withAddresses(reader.facts(), addresses) };
}

/** The facts of a message that goes from and to these addresses. */
export function withAddresses<F extends Pick<MessageFacts, 'utf8'>>(
  facts: F,
  addresses: readonly string[],
): F {
  checked(Texts, addresses, 'WAXSEAL_BAD_MESSAGE', 'addresses');
  const isBeyondAscii = (address: string) => !isAscii(address.slice(0, address.lastIndexOf('@') + 1));
  return addresses.some(isBeyondAscii) ? { ...facts, utf8: 'needed' } : facts;
}
