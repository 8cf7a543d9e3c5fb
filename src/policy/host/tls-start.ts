import { classOf, codeOf as codeOfReply, type Lost, type Reply } from '../smtp/reply.js';

/** What came of STARTTLS, of the handshake, and of the hello behind it, as far as they were asked for. */
export interface TlsStart {
  readonly startTls:
    | { readonly kind: 'replied'; readonly reply: Reply }
    | { readonly kind: 'injected'; readonly reply: Reply }
    | Lost
    | null;
  readonly handshake:
    | { readonly kind: 'established' }
    | { readonly kind: 'failed'; readonly cause: string; readonly code: string }
    | null;
  readonly hello: { readonly kind: 'replied'; readonly reply: Reply } | Lost | null;
}

/** Whether the server waits for the handshake now (RFC 3207, Section 4). */
export function isReadyForTls(startTls: TlsStart['startTls']): boolean {
  return startTls?.kind === 'replied' && codeOfReply(startTls.reply) === 220;
}

/**
 * How starting TLS went, in the words of the tables `tls-outcome` and `session-report`, with a code for the report. A connection
 * that is lost after STARTTLS, or by an alert right behind the handshake (TLS 1.3 tells late), is a broken handshake.
 */
export function classifyTlsStart({ startTls, handshake, hello }: TlsStart) {
  if (startTls?.kind === 'injected') return { outcome: 'injected', ended: 'injected', code: '' } as const;
  if (startTls?.kind === 'replied' && !isReadyForTls(startTls)) {
    const outcome = classOf(startTls.reply) === '5yz' ? 'refused' : 'refused-for-now';
    return { outcome, ended: 'refused', code: `${startTls.reply.code}` } as const;
  }
  const isLate = hello?.kind === 'lost' && hello.cause === 'tls-alert';
  if (handshake?.kind === 'established' && !isLate) {
    return { outcome: 'established', ended: 'established', code: '' } as const;
  }
  return {
    outcome: 'handshake-failed',
    ended: 'handshake-failed',
    code: codeOf({ startTls, handshake, hello }),
  } as const;
}

function codeOf({ startTls, handshake, hello }: TlsStart): string {
  if (handshake?.kind === 'failed') return handshake.code || handshake.cause;
  if (handshake?.kind === 'established' && hello?.kind === 'lost') return hello.cause;
  return startTls?.kind === 'lost' ? startTls.cause : 'lost';
}
