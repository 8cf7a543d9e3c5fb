import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { type DkimKey, loadDkimKey } from './dkim-keys.js';

const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;

export function rsaPem(modulusLength: number): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export(PKCS8).toString();
}

export function ed25519Pem(): string {
  return generateKeyPairSync('ed25519').privateKey.export(PKCS8).toString();
}

/** A key that there is nothing to say against. */
export function keyOf(privateKeyPem: string, selector: string): DkimKey {
  const loaded = loadDkimKey(privateKeyPem, selector);
  if (loaded.kind === 'refused') throw new Error(loaded.complaint);
  return loaded.key;
}

/** What a DKIM-Signature field says, by its tags. */
export type Signature = ReadonlyMap<string, string>;

/**
 * Reads the signatures of a message and verifies each with the key that it names, by RFC 6376, Sections 3.4 to 3.7, in a way of
 * its own. Throws where one does not verify.
 */
export function verifySignatures(message: string, keys: readonly DkimKey[]): readonly Signature[] {
  const end = message.indexOf('\r\n\r\n');
  const fields = message.slice(0, end).split(/\r\n(?![ \t])/);
  const body = `${message
    .slice(end + 4)
    .replace(/[ \t]+(?=\r\n)/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/(?:\r\n)+$/, '')}\r\n`;
  const bodyHash = createHash('sha256').update(body).digest('base64');
  return fields
    .filter((field) => /^DKIM-Signature:/i.test(field))
    .map((field) => {
      const tags = new Map(
        field
          .slice(field.indexOf(':') + 1)
          .split(';')
          .map(
            (tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).trim()] as const,
          ),
      );
      const key = keys.find(({ selector }) => selector === tags.get('s'));
      if (key === undefined) throw new Error(`no key ${tags.get('s')}`);
      if (tags.get('bh')!.replace(/\s/g, '') !== bodyHash) throw new Error('the body hash differs');
      const unused = [...fields];
      const signed = tags
        .get('h')!
        .split(':')
        .map((name) => {
          const at = unused.findLastIndex((each) =>
            each.toLowerCase().startsWith(`${name.trim().toLowerCase()}:`),
          );
          return at < 0 ? '' : `${relaxed(unused.splice(at, 1)[0]!)}\r\n`;
        });
      const own = relaxed(field.replace(/(;\s*b=)[^;]*/, '$1'));
      const data = Buffer.from(`${signed.join('')}${own}`);
      const isEd25519 = key.algorithm === 'ed25519-sha256';
      const isValid = verify(
        isEd25519 ? null : 'sha256',
        isEd25519 ? createHash('sha256').update(data).digest() : data,
        createPublicKey(key.privateKeyPem),
        Buffer.from(tags.get('b')!.replace(/\s/g, ''), 'base64'),
      );
      if (!isValid) throw new Error(`the signature by ${key.selector} does not verify`);
      return tags;
    });
}

/** RFC 6376, Section 3.4.2. */
function relaxed(field: string): string {
  const at = field.indexOf(':');
  const value = field
    .slice(at + 1)
    .replaceAll('\r\n', '')
    .replace(/[ \t]+/g, ' ')
    .trim();
  return `${field.slice(0, at).trim().toLowerCase()}:${value}`;
}
