import { expect, it } from 'vitest';
import { type ReceptionFacts, receivedField } from './received-field.js';

const facts: ReceptionFacts = {
  ...{ helo: 'client.test', address: '192.0.2.1', by: 'mail.test', protocol: 'SMTP', extended: 'yes' },
  ...{
    login: 'none',
    utf8: 'not-asked-for',
    tls: null,
    requireTls: 'no',
    id: 'id-1',
    recipient: null,
    now: 0,
  },
};
const TLS = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };

it('a trace field says how a message came, with what protection, and that REQUIRETLS was asked for (RFC 3848)', () => {
  expect(receivedField({ ...facts, login: 'done', tls: TLS, requireTls: 'yes', recipient: 'u@a.test' })).toBe(
    'Received: from client.test ([192.0.2.1])\r\n\tby mail.test with ESMTPSA id id-1\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n\t(REQUIRETLS)\r\n\tfor <u@a.test>;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n',
  );
});

it.each<[Partial<ReceptionFacts>, string]>([
  [{ extended: 'no' }, 'SMTP'],
  [{}, 'ESMTP'],
  [{ tls: TLS }, 'ESMTPS'],
  [{ login: 'done' }, 'ESMTPA'],
  [{ protocol: 'LMTP' }, 'LMTP'],
  [{ protocol: 'LMTP', tls: TLS }, 'LMTPS'],
  [{ utf8: 'asked-for', tls: TLS, login: 'done' }, 'UTF8SMTPSA'],
  [{ utf8: 'asked-for', protocol: 'LMTP' }, 'UTF8LMTP'],
])('%j is called %s', (own, name) => {
  expect(receivedField({ ...facts, ...own })).toContain(` with ${name} id `);
});

it('no client breaks out of it', () => {
  const field = receivedField({ ...facts, helo: 'a)\r\nX: y', address: '', recipient: 'a\r\nb@c' });
  expect(field.split('\r\n')).toHaveLength(5);
  expect(field).toContain('from a___X:_y (local)');
  expect(field).toContain('for <unprintable@invalid>');
});

it('what a client says of itself is bounded, and nothing where it says nothing', () => {
  const fieldOf = (own: Partial<ReceptionFacts>) => receivedField({ ...facts, ...own });
  expect(fieldOf({ helo: '' })).toMatch(/^Received: from unknown \(\[192\.0\.2\.1\]\)\r\n/);
  expect(fieldOf({ helo: 'x'.repeat(256) })).toMatch(/^Received: from x{255} \(/);
  expect(fieldOf({ helo: '[IPv6:2001:db8::1]' })).toContain('from [IPv6:2001:db8::1] (');
  expect(fieldOf({ tls: { protocol: 'TLS v1', cipher: 'A(B' } })).toContain('(using TLS_v1 with cipher A_B)');
  expect(fieldOf({ recipient: 'a b@c.test' })).toContain('for <unprintable@invalid>;');
  expect(fieldOf({})).not.toMatch(/ for |REQUIRETLS|using/);
});
