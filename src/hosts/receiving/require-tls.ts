/* REQUIRETLS as a receiver has it (RFC 8689, Sections 2 and 4.1). */

import { oneOf } from '../../effects/codecs/values.js';
import { checked } from '../../effects/misuse.js';

/** Whether the session is under TLS now. */
export type Protection = 'tls' | 'clear';

const ProtectionCodec = oneOf('tls', 'clear');

/**
 * Keywords for the reply to EHLO: REQUIRETLS under TLS and only there (RFC 8689, Section 4.1). Throws a {@link MisuseError} for
 * another word than those two.
 */
export function announced(protection: Protection): readonly string[] {
  return checked(ProtectionCodec, protection, 'WAXSEAL_BAD_OPTIONS', 'protection') === 'tls'
    ? ['REQUIRETLS']
    : [];
}

/** Parameters of MAIL by keyword, in any case; `true` where there is no value, as smtp-server has them. */
export type MailParameters = Readonly<Record<string, string | boolean | undefined>>;

export type RequireTlsAnswer =
  | { readonly kind: 'taken'; readonly requireTls: 'yes' | 'no' }
  /** What MAIL is answered. `text` begins with the enhanced status. */
  | { readonly kind: 'refused'; readonly code: number; readonly text: string };

/**
 * What MAIL asks of TLS, whatever the parameters are. What it answers goes with the message, as `facts.requireTls`. Throws a
 * {@link MisuseError} for another word of protection than `tls` and `clear`.
 */
export function readRequireTls(parameters: MailParameters, protection: Protection): RequireTlsAnswer {
  checked(ProtectionCodec, protection, 'WAXSEAL_BAD_OPTIONS', 'protection');
  const found = Object.entries(Object(parameters) as MailParameters).filter(
    ([keyword]) => keyword.toUpperCase() === 'REQUIRETLS',
  );
  const [given] = found;
  if (given === undefined) return { kind: 'taken', requireTls: 'no' };
  if (found.length > 1 || given[1] !== true)
    return { kind: 'refused', code: 501, text: '5.5.4 REQUIRETLS is given once, and has no value' };
  if (protection === 'clear')
    return {
      kind: 'refused',
      code: 530,
      text: '5.7.0 REQUIRETLS is taken under TLS only; say STARTTLS first',
    };
  return { kind: 'taken', requireTls: 'yes' };
}
