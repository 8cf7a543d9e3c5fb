import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DESTINATIONS_MAX, printTlsReportRecord, readTlsReportRecord } from './tlsrpt-record.js';

const read = (...texts: readonly string[]) => readTlsReportRecord(texts);
const uris = (text: string) => {
  const record = read(text);
  return record.kind === 'found' ? record.destinations.map(({ uri }) => uri) : record;
};
const skipped = (text: string) => {
  const record = read(text);
  return record.kind === 'found' ? record.skipped.map(({ reason }) => reason) : record;
};
const MAIL = 'mailto:tls@a.example';

describe('the record that asks for TLS reports', () => {
  it('leaves out what does not begin with "v=TLSRPTv1;", and wants one of the others (RPT-3-2)', () => {
    expect(read('v=spf1 -all', `v=TLSRPTv1; rua=${MAIL}`)).toMatchObject({ kind: 'found' });
    expect(read(`v=TLSRPTv1; rua=${MAIL}`, `v=TLSRPTv1;rua=${MAIL}`)).toEqual({
      kind: 'invalid',
      reason: 'several-records',
    });
    expect(read()).toEqual({ kind: 'absent' });
    expect(read('v=TLSRPTv1')).toEqual({ kind: 'absent' });
    expect(read(`v=TLSRPTv1 ; rua=${MAIL}`, 'v=spf1 -all')).toEqual({ kind: 'absent' });
    expect(read(`v=TLSRPTv1 \t; rua=${MAIL}`)).toMatchObject({ kind: 'found', faults: ['late-semicolon'] });
  });

  it('wants the version exactly, and first (RPT-3-3)', () => {
    for (const text of [`v=tlsrptv1; rua=${MAIL}`, `v=TLSRPTv2; rua=${MAIL}`, `rua=${MAIL}; v=TLSRPTv1;`])
      expect(read(text)).toEqual({ kind: 'absent' });
  });

  it('wants rua, with one URI or several and blanks around commas (RPT-3-5)', () => {
    expect(uris(`v=TLSRPTv1;rua=${MAIL}`)).toEqual([MAIL]);
    expect(uris(`v=TLSRPTv1; rua=${MAIL},https://c.example/d`)).toEqual([MAIL, 'https://c.example/d']);
    expect(uris(`v=TLSRPTv1; rua=${MAIL} \t, https://c.example/d?x=y#z ;`)).toEqual([
      MAIL,
      'https://c.example/d?x=y#z',
    ]);
    for (const text of ['v=TLSRPTv1;', 'v=TLSRPTv1; ', `v=TLSRPTv1; RUA=${MAIL}`, `v=TLSRPTv1; ruf=${MAIL}`])
      expect(read(text)).toEqual({ kind: 'invalid', reason: 'no-rua' });
  });

  it('takes every rua field, and an address once', () => {
    expect(uris(`v=TLSRPTv1; rua=${MAIL}; rua=https://c.example/,${MAIL}`)).toEqual([
      MAIL,
      'https://c.example/',
    ]);
  });

  it('undoes percent-encoding once, in addresses (RPT-3-5)', () => {
    const address = (uri: string) => {
      const record = read(`v=TLSRPTv1; rua=${uri}`);
      const [first] = record.kind === 'found' ? record.destinations : [];
      return first?.kind === 'mailto' ? first.address : skipped(`v=TLSRPTv1; rua=${uri}`);
    };
    expect(address('mailto:%22a%2Cb%22@C.example')).toBe('"a,b"@c.example');
    expect(address('mailto:%22a%5C%22%2Cb%22@c.example')).toBe('"a\\",b"@c.example');
    expect(address('mailto:a%252Cb@c.example')).toBe('a%2Cb@c.example');
    expect(address('mailto:a%21b%3bc@c.example?subject=x')).toEqual(['bad-address']);
    expect(address('mailto:a%21b@c.example?subject=x')).toBe('a!b@c.example');
    expect(address('mailto:a%0D%0Ab@c.example')).toEqual(['bad-address']);
    expect(address('MAILTO:a@c.example')).toBe('a@c.example');
    expect(address('mailto:a@%C3%A9.example')).toEqual(['bad-address']);
  });

  it('takes several addresses of one mailto, their commas encoded (MAILTO-6068-2-1)', () => {
    const record = read('v=TLSRPTv1; rua=mailto:a%2Bb@c.example%2Cnobody%2C%22x%2Cy%22@d.example?subject=x');
    expect(record).toMatchObject({
      destinations: [
        { kind: 'mailto', address: 'a+b@c.example' },
        { kind: 'mailto', address: '"x,y"@d.example' },
      ],
      skipped: [{ reason: 'bad-address' }],
    });
  });

  it('passes over raw "!", what is no URI, and what names nobody (RPT-3-5)', () => {
    expect(skipped('v=TLSRPTv1; rua=mailto:a@b.example!10m')).toEqual(['not-a-uri']);
    expect(skipped('v=TLSRPTv1; rua=a@b.example, ,mailto:%zz@b.example')).toEqual([
      'not-a-uri',
      'not-a-uri',
      'not-a-uri',
    ]);
    expect(
      skipped('v=TLSRPTv1; rua=mailto:nobody,https:///path,https://u@b.example/,https:///https://b.example/'),
    ).toEqual(['bad-address', 'bad-host', 'bad-host', 'bad-host']);
    expect(uris('v=TLSRPTv1; rua=https://[2001:db8::1]:8443/r')).toEqual(['https://[2001:db8::1]:8443/r']);
  });

  it('passes over schemes that are not defined, without losing the others (RPT-3-7)', () => {
    const text = `v=TLSRPTv1; rua=http://x.example/,${MAIL}`;
    expect(uris(text)).toEqual([MAIL]);
    expect(skipped(text)).toEqual(['unknown-scheme']);
    expect(read('v=TLSRPTv1; rua=http://x.example/')).toMatchObject({ kind: 'found', destinations: [] });
  });

  it('ignores fields that it does not know, and says which of them are not well-formed (RPT-3-6)', () => {
    expect(uris(`v=TLSRPTv1; foo=bar; rua=${MAIL}; x_y-z.1=!"#:<>~`)).toEqual([MAIL]);
    for (const field of ['foo', '=bar', 'foo=', 'foo=a=b', 'foo=a b', '-foo=a', `${'f'.repeat(33)}=a`, ''])
      expect(read(`v=TLSRPTv1; rua=${MAIL}; ${field};`), field).toMatchObject({
        destinations: [{ uri: MAIL }],
        faults: ['field'],
      });
    expect(read('v=TLSRPTv1; rua: mailto:tls@a.example')).toEqual({ kind: 'invalid', reason: 'syntax' });
    expect(uris(`v=TLSRPTv1; rua=${MAIL}; ${'f'.repeat(32)}=a`)).toEqual([MAIL]);
  });

  it('lets blanks stand with a delimiter, and tells of others', () => {
    expect(uris(`v=TLSRPTv1;\t rua=${MAIL}\t;\t`)).toEqual([MAIL]);
    expect(read(`v=TLSRPTv1; rua=${MAIL};`)).toMatchObject({ faults: [] });
    expect(uris(`v=TLSRPTv1; rua=${MAIL} `)).toEqual([MAIL]);
    expect(read(`v=TLSRPTv1; rua=${MAIL} `)).toMatchObject({ faults: ['blank-at-the-end'] });
    expect(read(`v=TLSRPTv1; rua=${MAIL};;`)).toMatchObject({ faults: ['field'] });
  });

  it('bounds the number of destinations', () => {
    const many = Array.from({ length: DESTINATIONS_MAX + 2 }, (_, at) => `mailto:a${at}@b.example`);
    const text = printTlsReportRecord(many);
    expect(uris(text)).toEqual(many.slice(0, DESTINATIONS_MAX));
    expect(skipped(text)).toEqual(['too-many', 'too-many']);
  });

  it('reads back what it prints, among any strangers', () => {
    const aUri = fc.oneof(
      fc.stringMatching(/^[a-z]{1,10}$/).map((name) => `mailto:${name}@a.example`),
      fc
        .stringMatching(/^[a-z0-9/=&%]{0,20}$/)
        .map((path) => `https://a.example/${path.replaceAll('%', '%25')}`),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(aUri, { minLength: 1, maxLength: DESTINATIONS_MAX }),
        fc.array(fc.string()),
        (list, others) => {
          const strangers = others.filter((text) => !text.startsWith('v=TLSRPTv1;'));
          const record = read(...strangers, printTlsReportRecord(list));
          expect(record.kind === 'found' && record.destinations.map(({ uri }) => uri)).toEqual(list);
          expect(record).toMatchObject({ skipped: [], faults: [] });
        },
      ),
    );
  });

  it('never throws, says the same every time, and only names destinations that stand there', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'v=TLSRPTv1;',
        'rua=',
        MAIL,
        'https://',
        ',',
        ';',
        ' ',
        '%2C',
        '!',
        '=',
        'x=y',
        '\t',
        '\u0000',
      ),
      fc.string({ unit: 'binary', maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = `v=TLSRPTv1;${pieces.join('')}`;
        const record = read(text);
        expect(record).toEqual(read(text));
        if (record.kind !== 'found') return;
        for (const { uri } of record.destinations) {
          expect(text).toContain(uri);
          expect(uri).not.toMatch(/[,;!\s]/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('comes to an end on a million characters', () => {
    for (const piece of [' ', ',', ';', '=', '%', 'a', ':', 'rua=', MAIL, '; ', ', '])
      for (const prefix of ['v=TLSRPTv1;', 'v=TLSRPTv1;rua=', `v=TLSRPTv1;rua=${MAIL}`])
        read(`${prefix}${piece.repeat(60_000 / piece.length)}`, piece.repeat(1_000_000));
    expect(read(`v=TLSRPTv1;${'x'.repeat(65_537)}`)).toEqual({ kind: 'invalid', reason: 'syntax' });
  });
});
