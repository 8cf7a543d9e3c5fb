/** What the engine knows of a message. Its bytes never reach the core. */
export interface MessageFacts {
  /** The reverse-path without angle brackets; "" is the null sender. */
  readonly sender: string;
  /** Whether the message carries the REQUIRETLS tag (RFC 8689, Section 2). */
  readonly requireTls: 'yes' | 'no';
  /** What its TLS-Required header fields say; see `header.ts`. */
  readonly tlsRequired: 'no' | 'absent' | 'invalid';
  /** Whether it is a report that software made: DMARC reports never fall back to cleartext; TLS reports are not reported on. */
  readonly report: 'none' | 'dmarc' | 'tls';
  readonly sizeBytes: number;
  readonly body: '7bit' | '8bit';
  /** Whether its headers or addresses need SMTPUTF8 (RFC 6531). */
  readonly utf8: 'needed' | 'not-needed';
}

/** A message that asks for nothing and needs nothing, and of which nobody has counted the octets. */
export const PLAIN_FACTS = {
  requireTls: 'no',
  tlsRequired: 'absent',
  report: 'none',
  sizeBytes: 0,
  body: '7bit',
  utf8: 'not-needed',
} as const satisfies Omit<MessageFacts, 'sender'>;
