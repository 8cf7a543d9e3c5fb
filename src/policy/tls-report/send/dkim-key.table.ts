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
  about: 'Whether receivers can verify reports with the key record that is published for a signing key. `key`: whether it is the public half, or one of several records; `type`: whether its k= tag names our algorithm; `hashes`: what its h= tag allows; `services`: what its s= tag allows.',
  inputs: {
    key: ['ours', 'other', 'revoked', 'absent', 'several', 'not-learned'],
    type: ['same', 'different'],
    hashes: ['with-sha256', 'without-sha256'],
    services: ['all', 'email-and-tlsrpt', 'email-only', 'tlsrpt-only', 'neither'],
  },
  verdicts: [
    'fit', 'warn-no-key', 'warn-other-key', 'warn-several-records', 'warn-other-type', 'warn-no-sha256',
    'warn-email-only', 'warn-tlsrpt-only', 'warn-no-service', 'unknown',
  ],
})([
  { id: 'DREC-1', when: { key: 'ours', type: 'same', hashes: 'with-sha256', services: ['all', 'email-and-tlsrpt'] }, then: 'fit',
    why: 'Verifiers of mail and receivers of reports can both use it.', refs: ['RPT-3-14', 'DKIM-6376-3.6.1-1'] },
  { id: 'DREC-2', when: { key: 'ours', type: 'same', hashes: 'with-sha256', services: 'email-only' },                then: 'warn-email-only',
    why: 'A receiver of reports may ignore what is signed with a key that is not for reports.', refs: ['RPT-3-14'] },
  { id: 'DREC-3', when: { key: 'ours', type: 'same', hashes: 'with-sha256', services: 'tlsrpt-only' },               then: 'warn-tlsrpt-only',
    why: 'Ordinary verifiers of mail ignore it, so the report may be refused as unsigned.', refs: ['DKIM-6376-3.6.1-1'] },
  { id: 'DREC-4', when: { key: 'ours', type: 'same', hashes: 'with-sha256', services: 'neither' },                   then: 'warn-no-service',
    why: 'The key is published for something else.', refs: ['RPT-3-14', 'DKIM-6376-3.6.1-1'] },
  { id: 'DREC-5', when: { key: 'other' },                                       then: 'warn-other-key',
    why: 'No signature of ours verifies with it.', refs: ['RPT-3-12'] },
  { id: 'DREC-6', when: { key: ['absent', 'revoked'] },                         then: 'warn-no-key',
    why: 'Without a public key nobody can verify the signature.', refs: ['RPT-3-12'] },
  { id: 'DREC-7', when: { key: 'not-learned' },                                 then: 'unknown',
    why: 'DNS did not answer.', refs: ['RPT-3-14'] },
  { id: 'DREC-8', when: { key: 'several' },                                     then: 'warn-several-records',
    why: 'Which of several records at one name a verifier takes is undefined; leave only that of this key.', refs: ['RPT-3-12'] },
  { id: 'DREC-9', when: { key: 'ours', type: 'different' },                     then: 'warn-other-type',
    why: 'Verifiers read it as a key of another algorithm; k= must name that of the key, and means RSA where it is missing.', refs: ['RPT-3-12'] },
  { id: 'DREC-10', when: { key: 'ours', type: 'same', hashes: 'without-sha256' }, then: 'warn-no-sha256',
    why: 'Signatures are made with SHA-256, and its h= tag does not allow that.', refs: ['RPT-3-12', 'DKIM-8301-3-1'] },
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

/** What a key record has to fit. */
export interface SigningKey {
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** In base64, in each of the forms that p= may have it in. */
  readonly publicKey: readonly string[];
}

/**
 * Whether a published key record fits a key of ours (RFC 6376, Sections 3.6.1 and 3.6.2.2; RFC 8463, Section 4).
 *
 * @param texts the TXT records at `SELECTOR._domainkey.DOMAIN`, null where DNS did not answer
 */
export function judgeKeyRecord(texts: readonly string[] | null, { algorithm, publicKey }: SigningKey) {
  const record = texts?.map(tagsOf).find((tags) => (tags.get('v') ?? 'DKIM1') === 'DKIM1' && tags.has('p'));
  return decide(dkimRecord, {
    key: keyWord(texts, record?.get('p')?.replace(/\s+/g, ''), publicKey),
    type: `${record?.get('k') ?? 'rsa'}-sha256` === algorithm ? 'same' : 'different',
    hashes: listOf(record?.get('h') ?? 'sha256').includes('sha256') ? 'with-sha256' : 'without-sha256',
    services: servicesOf(record?.get('s') ?? '*'),
  });
}

function keyWord(
  texts: readonly string[] | null,
  published: string | undefined,
  publicKey: readonly string[],
): (typeof dkimRecord.inputs.key)[number] {
  if (texts === null) return 'not-learned';
  if (published === undefined) return 'absent';
  if (texts.length > 1) return 'several';
  if (published === '') return 'revoked';
  return publicKey.includes(published) ? 'ours' : 'other';
}

function listOf(value: string): readonly string[] {
  return value.split(':').map((each) => each.trim());
}

function servicesOf(value: string): (typeof dkimRecord.inputs.services)[number] {
  const services = listOf(value.toLowerCase());
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
