import { type ComposedNotice, SIGNED_NOTICE_FIELDS } from '../../policy/dsn/index.js';
import { domainPart } from '../../policy/names/mailbox.js';
import type { DkimKey } from './dkim-keys.js';
import { signMail } from './sign-mail.js';

export interface NoticeSigning {
  /** The address in From, whose domain signs. */
  readonly postmaster: string;
  readonly keys: readonly DkimKey[];
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Told of a notice that goes unsigned, since it could not be signed. */
  readonly onFault: (message: string) => void;
}

/**
 * The octets of a notice with a signature of each key; without, where there is none or it fails: a sender who is told by an unsigned
 * notice is better off than one who is not told. Never rejects.
 */
export async function signNotice(
  { chunks }: Pick<ComposedNotice, 'chunks'>,
  { postmaster, keys, at, onFault }: NoticeSigning,
): Promise<readonly Uint8Array[]> {
  const octets = chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk));
  if (keys.length === 0) return octets;
  const domain = domainPart(postmaster);
  const mail = await signMail(Buffer.concat(octets), { domain, keys, at, fields: SIGNED_NOTICE_FIELDS });
  if (mail.kind === 'signed') return [mail.octets];
  onFault(`a notice is not signed: ${mail.reason}`);
  return octets;
}
