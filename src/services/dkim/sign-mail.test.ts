import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { composeMail, SIGNED_FIELDS } from '../../policy/tls-report/send/compose-mail.js';
import { loadDkimKey } from './dkim-keys.js';
import { ed25519Pem, keyOf, rsaPem, verifySignatures } from './keys.fixture.js';
import { signMail } from './sign-mail.js';

const AT = Date.UTC(2026, 4, 2, 3, 4, 5);
const rsa = keyOf(rsaPem(2048), 'r2026');
const ed25519 = keyOf(ed25519Pem(), 'e2026');
const message = composeMail({
  names: { domain: 'a.example', submitter: 's.example', day: '2026-05-01', uniqueId: 'x1' },
  from: 'tlsrpt@s.example',
  to: 'tls@a.example',
  date: AT,
  messageId: 'm1',
  leftOut: { policies: 0, failures: 0 },
  base64: Buffer.from('the report').toString('base64'),
});
const sign = async (keys = [rsa, ed25519]) => {
  const signed = await signMail(Buffer.from(message), {
    domain: 's.example',
    keys,
    at: AT,
    fields: SIGNED_FIELDS,
  });
  if (signed.kind === 'failed') throw new Error(signed.reason);
  return Buffer.from(signed.octets).toString('latin1');
};

describe('the signature of a report', () => {
  it('verifies, with each of the keys, and is of the submitter (RPT-3-12, RPT-3-13, DKIM-8301-3-1)', async () => {
    const signatures = verifySignatures(await sign(), [rsa, ed25519]);
    expect(signatures.map((tags) => [tags.get('a'), tags.get('d'), tags.get('t'), tags.has('l')])).toEqual([
      ['rsa-sha256', 's.example', `${AT / 1000}`, false],
      ['ed25519-sha256', 's.example', `${AT / 1000}`, false],
    ]);
  });

  it('covers From and every other field (RPT-5.3-4, DKIM-6376-5.4-1, X-6)', async () => {
    const [tags] = verifySignatures(await sign([rsa]), [rsa]);
    const covered = tags!
      .get('h')!
      .split(':')
      .map((name) => name.trim().toLowerCase());
    expect(covered.toSorted()).toEqual(SIGNED_FIELDS.map((name) => name.toLowerCase()).toSorted());
  });

  it('breaks with whatever is changed or added (RPT-3-13)', async () => {
    const signed = await sign();
    const verify = (text: string) => () => verifySignatures(text, [rsa, ed25519]);
    expect(verify(signed)).not.toThrow();
    expect(verify(`${signed}more\r\n`)).toThrow('the body hash differs');
    for (const name of SIGNED_FIELDS)
      expect(verify(signed.replace(new RegExp(`^${name}: .`, 'm'), `${name}: ~`)), name).toThrow(
        'not verify',
      );
  });

  it('is there, or there is no message (RPT-3-12)', async () => {
    expect(
      await signMail(Buffer.from(message), { domain: 's.example', keys: [], at: AT, fields: SIGNED_FIELDS }),
    ).toMatchObject({
      kind: 'failed',
    });
    const broken = { ...rsa, privateKeyPem: 'no key' };
    expect(
      await signMail(Buffer.from(message), {
        domain: 's.example',
        keys: [ed25519, broken],
        at: AT,
        fields: SIGNED_FIELDS,
      }),
    ).toMatchObject({
      kind: 'failed',
    });
    const mixed = { ...rsa, algorithm: 'ed25519-sha256' } as const;
    expect(
      await signMail(Buffer.from(message), {
        domain: 's.example',
        keys: [mixed],
        at: AT,
        fields: SIGNED_FIELDS,
      }),
    ).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('Invalid key type'),
    });
    const unsigned = message.replace('TLS-Report-Domain', 'X-Report-Domain');
    expect(
      await signMail(Buffer.from(unsigned), {
        domain: 's.example',
        keys: [rsa],
        at: AT,
        fields: SIGNED_FIELDS,
      }),
    ).toEqual({
      kind: 'failed',
      reason: 'a signature leaves out TLS-Report-Domain',
    });
  });
});

describe('a key file', () => {
  it('is taken if it can sign (DKIM-8301-3-1)', () => {
    expect(loadDkimKey(rsaPem(1024), 'a')).toMatchObject({
      kind: 'key',
      warning: expect.stringContaining('1024'),
    });
    expect(loadDkimKey(rsaPem(2048), 'a.b')).toMatchObject({ kind: 'key', warning: null });
    expect(loadDkimKey(ed25519Pem(), 'a')).toMatchObject({
      key: { algorithm: 'ed25519-sha256' },
      warning: null,
    });
  });

  it('is refused with a reason if not (DKIM-8301-3-1)', () => {
    const pem = { type: 'pkcs8', format: 'pem' } as const;
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem).toString();
    expect(loadDkimKey(rsaPem(512), 'a')).toMatchObject({ complaint: expect.stringContaining('512') });
    expect(loadDkimKey(ec, 'a')).toMatchObject({
      complaint: expect.stringContaining('DKIM has no algorithm'),
    });
    expect(loadDkimKey('', 'a')).toMatchObject({ kind: 'refused' });
    for (const selector of ['', 'a b', 'a;b', '-a', 'a..b', 'a\r\nb'])
      expect(loadDkimKey(ed25519Pem(), selector), selector).toMatchObject({ kind: 'refused' });
  });

  it('has a public half in the forms that are published', () => {
    expect(ed25519.publicKey.map((form) => Buffer.from(form, 'base64').length)).toEqual([32]);
    expect(rsa.publicKey[0]).toMatch(/^MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A/);
  });
});
