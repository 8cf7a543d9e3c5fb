import { having, strictObject } from '../../effects/codecs/strict-object.js';
import { orNull, Text, YesNo } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';

/** How a message was taken, for the Received field. */
export interface TakenBy {
  /** Of the TLS session, as Node names them; null: in clear. */
  readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  readonly authenticated: 'yes' | 'no';
  /** Whether MAIL had SMTPUTF8 (RFC 6531, Section 3.7.3). */
  readonly utf8: 'yes' | 'no';
  readonly requireTls: 'yes' | 'no';
}

const TakenCodec = strictObject<TakenBy>('how a message was taken', {
  tls: orNull(having<NonNullable<TakenBy['tls']>>('a TLS session', { protocol: Text, cipher: Text })),
  authenticated: YesNo,
  utf8: YesNo,
  requireTls: YesNo,
});

/**
 * What stands behind `with` in a Received field (RFC 5321, Section 4.4): the protocol by its registered name (RFC 3848, RFC 6531),
 * and comments that say that TLS is required from here on, and which TLS it was: `ESMTPS (requiretls) (TLSv1.3 TLS_AES_256_GCM_SHA384)`. A
 * reader learns from it that the requirement held on this hop; it is no evidence for whoever takes the message next. Throws a
 * {@link MisuseError} for what says nothing of that.
 */
export function receivedWith(taken: TakenBy): string {
  const { tls, authenticated, utf8, requireTls } = checked(TakenCodec, taken, 'WAXSEAL_BAD_OPTIONS', 'taken');
  const protocol = `${utf8 === 'yes' ? 'UTF8SMTP' : 'ESMTP'}${tls === null ? '' : 'S'}${authenticated === 'yes' ? 'A' : ''}`;
  const required = requireTls === 'yes' ? ' (requiretls)' : '';
  return `${protocol}${required}${tls === null ? '' : ` (${word(tls.protocol)} ${word(tls.cipher)})`}`;
}

/** Nothing in it may end the comment, or begin another line. */
function word(text: string): string {
  return text.replace(/[^A-Za-z0-9._+-]/g, '').slice(0, 60);
}
