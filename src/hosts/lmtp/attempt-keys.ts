import { createHash } from 'node:crypto';

/**
 * How a message is known again at its next attempt: by what the client calls it, where it says so (XFORWARD IDENT, else ENVID),
 * and always by sender and content, because short queue ids are used again. The set of recipients is none of it: it changes
 * from attempt to attempt.
 */
export function attemptKey(
  message: { readonly ident: string; readonly sender: string; readonly digest: string },
  recipient: string,
): string {
  const parts = [message.ident, message.sender, message.digest, recipient];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
