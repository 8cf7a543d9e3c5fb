/*
 * Keys that reports are signed with. A receiver has to ignore a report whose signature does not verify, so a key that is
 * weak, or published wrongly, is said aloud before it silently makes all reports worthless.
 */
import { type Decision, decide, defineTable } from '../../kernel/table.js';

// biome-ignore format: a table
export const dkimKey = defineTable({
  name: 'dkim-key',
  about: 'Whether a private key may sign reports (RFC 8301, RFC 8463).',
  inputs: {
    algorithm: ['rsa', 'ed25519', 'other'],
    bits: ['below-1024', 'below-2048', 'from-2048'],
  },
  verdicts: ['sign', 'sign-and-warn', 'refuse'],
})([
  { id: 'DKEY-1', when: { algorithm: 'ed25519' },                        then: 'sign',
    why: 'Its length is fixed, and enough.', refs: ['DKIM-8301-3-1'] },
  { id: 'DKEY-2', when: { algorithm: 'rsa', bits: 'from-2048' },         then: 'sign',
    why: 'As long as it should be.', refs: ['DKIM-8301-3-1'] },
  { id: 'DKEY-3', when: { algorithm: 'rsa', bits: 'below-2048' },        then: 'sign-and-warn',
    why: 'Verifiers take it, and it should be longer.', refs: ['DKIM-8301-3-1'] },
  { id: 'DKEY-4', when: { algorithm: 'rsa', bits: 'below-1024' },        then: 'refuse',
    why: 'Verifiers must not accept such a signature.', refs: ['DKIM-8301-3-1'] },
  { id: 'DKEY-5', when: { algorithm: 'other' },                          then: 'refuse',
    why: 'DKIM has no algorithm for it.', refs: ['DKIM-8301-3-1'] },
]);

// biome-ignore format: a table
export const dkimRecord = defineTable({
  name: 'dkim-record',
  about: 'Whether receivers can verify reports with the key record that is published for a signing key. `key`: whether it is the public half; `services`: what its s= tag allows.',
  inputs: {
    key: ['ours', 'other', 'revoked', 'absent', 'not-learned'],
    services: ['all', 'email-and-tlsrpt', 'email-only', 'tlsrpt-only', 'neither'],
  },
  verdicts: ['fit', 'warn-no-key', 'warn-other-key', 'warn-email-only', 'warn-tlsrpt-only', 'warn-no-service', 'unknown'],
})([
  { id: 'DREC-1', when: { key: 'ours', services: ['all', 'email-and-tlsrpt'] }, then: 'fit',
    why: 'Verifiers of mail and receivers of reports can both use it.', refs: ['RPT-3-14', 'DKIM-6376-3.6.1-1'] },
  { id: 'DREC-2', when: { key: 'ours', services: 'email-only' },                then: 'warn-email-only',
    why: 'A receiver of reports may ignore what is signed with a key that is not for reports.', refs: ['RPT-3-14'] },
  { id: 'DREC-3', when: { key: 'ours', services: 'tlsrpt-only' },               then: 'warn-tlsrpt-only',
    why: 'Ordinary verifiers of mail ignore it, so the report may be refused as unsigned.', refs: ['DKIM-6376-3.6.1-1'] },
  { id: 'DREC-4', when: { key: 'ours', services: 'neither' },                   then: 'warn-no-service',
    why: 'The key is published for something else.', refs: ['RPT-3-14', 'DKIM-6376-3.6.1-1'] },
  { id: 'DREC-5', when: { key: 'other' },                                       then: 'warn-other-key',
    why: 'No signature of ours verifies with it.', refs: ['RPT-3-12'] },
  { id: 'DREC-6', when: { key: ['absent', 'revoked'] },                         then: 'warn-no-key',
    why: 'Without a public key nobody can verify the signature.', refs: ['RPT-3-12'] },
  { id: 'DREC-7', when: { key: 'not-learned' },                                 then: 'unknown',
    why: 'DNS did not answer.', refs: ['RPT-3-14'] },
]);

export interface KeyFacts {
  /** As the platform names it: `rsa`, `ed25519`, … */
  readonly algorithm: string;
  /** Of an RSA modulus. */
  readonly bits: number;
}

/** Whether a key may sign reports. */
export function judgeKey({ algorithm, bits }: KeyFacts): Decision<'sign' | 'sign-and-warn' | 'refuse'> {
  return decide(dkimKey, {
    algorithm: algorithm === 'rsa' || algorithm === 'ed25519' ? algorithm : 'other',
    bits: bits < 1024 ? 'below-1024' : bits < 2048 ? 'below-2048' : 'from-2048',
  });
}

/**
 * Whether a published key record fits a key of ours (RFC 6376, Section 3.6.1).
 *
 * @param texts the TXT records at `SELECTOR._domainkey.DOMAIN`, null where DNS did not answer
 * @param publicKey in base64, in each of the forms that p= may have it in
 */
export function judgeKeyRecord(texts: readonly string[] | null, publicKey: readonly string[]) {
  if (texts === null) return decide(dkimRecord, { key: 'not-learned', services: 'all' });
  const records = texts.map(tagsOf).filter((tags) => (tags.get('v') ?? 'DKIM1') === 'DKIM1' && tags.has('p'));
  const published = records.map((tags) => tags.get('p')!.replace(/\s+/g, ''));
  const at = Math.max(
    0,
    published.findIndex((each) => publicKey.includes(each)),
  );
  return decide(dkimRecord, {
    key: keyWord(published[at], publicKey),
    services: servicesOf(records[at]?.get('s') ?? '*'),
  });
}

function keyWord(published: string | undefined, publicKey: readonly string[]) {
  if (published === undefined) return 'absent';
  if (published === '') return 'revoked';
  return publicKey.includes(published) ? 'ours' : 'other';
}

function servicesOf(value: string): (typeof dkimRecord.inputs.services)[number] {
  const services = value.split(':').map((each) => each.trim().toLowerCase());
  const [email, tlsrpt] = [services.includes('email'), services.includes('tlsrpt')];
  if (services.includes('*')) return 'all';
  if (email) return tlsrpt ? 'email-and-tlsrpt' : 'email-only';
  return tlsrpt ? 'tlsrpt-only' : 'neither';
}

/** A tag list (RFC 6376, Section 3.2). */
function tagsOf(text: string): ReadonlyMap<string, string> {
  const tags = text.split(';').flatMap((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
  });
  return new Map(tags);
}
