import { errorText } from '../../effects/error-text.js';
import type { DkimKey } from './dkim-keys.js';

export type SignedMail =
  | { readonly kind: 'signed'; readonly octets: Uint8Array }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Signing {
  /** Whose keys they are (d=). */
  readonly domain: string;
  readonly keys: readonly DkimKey[];
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What is signed of the header; each must be there. */
  readonly fields: readonly string[];
}

/**
 * Puts a DKIM signature of each key in front of a message (RFC 6376), without l=. Unless all of them succeed there is no message.
 * Never rejects.
 */
export async function signMail(message: Uint8Array, signing: Signing): Promise<SignedMail> {
  const { domain, keys, at, fields } = signing;
  if (keys.length === 0) return { kind: 'failed', reason: 'there is no key to sign with' };
  try {
    // Loaded late: it is large, and only who signs needs it.
    const { dkimSign } = await import('mailauth/lib/dkim/sign.js');
    const options = {
      canonicalization: 'relaxed/relaxed',
      signTime: at,
      headerList: fields.join(':'),
      signatureData: keys.map(({ selector, privateKeyPem, algorithm }) => ({
        signingDomain: domain,
        selector,
        privateKey: privateKeyPem,
        algorithm,
      })),
    };
    // Its types want an array of names, and its code would sign other fields then.
    const { signatures, errors } = await dkimSign(
      Buffer.from(message),
      options as unknown as Parameters<typeof dkimSign>[1],
    );
    const failed = errors.length > 0 ? String((errors[0] as { err?: unknown }).err ?? errors[0]) : null;
    const reason = failed ?? whatIsMissing(signatures, keys.length, fields);
    if (reason !== null) return { kind: 'failed', reason };
    return { kind: 'signed', octets: Buffer.concat([Buffer.from(signatures), message]) };
  } catch (error) {
    return { kind: 'failed', reason: errorText(error) };
  }
}

/** Looked at again here, because a report that is not fully signed may be ignored without a word. */
function whatIsMissing(signatures: string, count: number, wanted: readonly string[]): string | null {
  const all = signatures.split(/\r\n(?=DKIM-Signature:)/i).map((each) => each.replace(/\r\n[ \t]+/g, ' '));
  if (all.length !== count) return `there are ${all.length} signatures instead of ${count}`;
  for (const signature of all) {
    const fields = (/\bh=([^;]*)/.exec(signature)?.[1] ?? '')
      .split(':')
      .map((name) => name.trim().toLowerCase());
    const missing = wanted.find((name) => !fields.includes(name.toLowerCase()));
    if (missing !== undefined) return `a signature leaves out ${missing}`;
    if (/;\s*l=/.test(signature)) return 'a signature covers a part of the body only';
  }
  return null;
}
