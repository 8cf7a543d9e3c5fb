import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MxAnswer, TxtAnswer } from '../dns/answer.js';
import { lintDomain } from './lint.js';
import { lintPolicyFile, POLICY_FIELDS } from './lint-file.js';
import { lintStsRecord, RECORD_FIELDS } from './lint-record.js';
import { printPolicyFile, readPolicyFile } from './policy-file.js';
import { printStsRecord, readStsRecord } from './record.js';
import { stsRecordsInText } from './record-text.js';

const GOOD = 'version: STSv1\nmode: enforce\nmx: mx.a.example\nmax_age: 2419200\n';
const codes = (text: string) =>
  lintPolicyFile(text).map(({ line, severity, code }) => `${line} ${severity} ${code}`);

describe('the lint of a policy file', () => {
  it('finds an error in every file that senders refuse, and in every line that they pass over', () => {
    const pieces = [
      'version: STSv1',
      'mode: none',
      'mode: x',
      'max_age: 5',
      'mx: a.b',
      'mx: a.b.',
      '\r',
      ' ',
      ':',
      'é',
      '\n',
      '\n',
      '\n',
      '\uFEFF',
    ];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join('')),
        ),
        (text) => {
          const read = readPolicyFile(text);
          const errors = lintPolicyFile(text).filter(({ severity }) => severity === 'error');
          if (read.kind === 'invalid') expect(read.faults).not.toEqual([]);
          expect(errors.length > 0).toBe(read.faults.length > 0 || /\r(?!\n)/.test(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('has nothing to say of what is printed', () => {
    expect(lintPolicyFile(GOOD)).toEqual([]);
    expect(lintPolicyFile(GOOD.replaceAll('\n', '\r\n'))).toEqual([]);
    expect(lintPolicyFile(GOOD.trimEnd())).toEqual([]);
    expect(lintPolicyFile(printPolicyFile({ mode: 'none', mx: [], maxAgeSeconds: 86_400 }))).toEqual([]);
  });

  it.each([
    [
      'version: STSv2\nmode: Enforce\nmx: a.example, b.example\nmx: b\u00fccher.example\nmx: a.example.\nmx: *\nmax_age: 1w\n',
      [
        '1 error bad-version',
        '2 error bad-mode',
        '3 error bad-mx',
        '4 error bad-mx',
        '5 error bad-mx',
        '6 error bad-mx',
        '7 error bad-max-age',
      ],
    ],
    [
      'mode : enforce\nwhat\n',
      [
        '0 error no-version',
        '0 error no-mode',
        '0 error no-max-age',
        '0 error no-mx',
        '1 error not-a-field',
        '2 error not-a-field',
      ],
    ],
    [GOOD.replace('\nmode', '\rmode'), ['1 error carriage-return']],
    [`${GOOD}\r`, ['5 error carriage-return', '5 warning blank-line']],
    [`${GOOD}mx: 192.0.2.56\nmx: *.7\n`, ['5 warning mx-no-host', '6 warning mx-no-host']],
    [GOOD.replace('enforce', 'testing').replace('2419200', '86400'), []],
    [`${GOOD}name: \ufffd\n`, ['5 warning not-utf-8']],
    [
      `\uFEFF\n${GOOD}\n  \n`,
      ['1 warning byte-order-mark', '1 warning blank-line', '6 warning blank-line', '7 warning blank-line'],
    ],
    [
      `${GOOD}mode: none\nmx: mx.a.example\nmx: b.example\n`,
      ['5 warning duplicate-key', '6 warning duplicate-key'],
    ],
    [`${GOOD}Max-Age: 1\nfuture: 1\n`, ['5 warning unknown-key']],
    [GOOD.replace('2419200', '604799'), ['4 warning max-age-short']],
    [GOOD.replace('2419200', '31557601'), ['4 warning max-age-long']],
    [GOOD.replace(' 2419200', '31557601'), ['4 warning max-age-long']],
    [GOOD.replace(' 2419200', ' \t 31557601'), ['4 warning max-age-long']],
    [GOOD.replace('enforce', 'none').replace('2419200', '1'), ['0 warning none-with-mx']],
    ['x'.repeat(70_000), ['0 error too-long']],
  ])('names line and trouble: %j', (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it('says what is wrong with a host (STS-3.2-11, STS-3.2-12, STS-3.2-13)', () => {
    const says = (mx: string) => lintPolicyFile(GOOD.replace('mx.a.example', mx))[0]!.says;
    expect(says('b\u00fccher.example')).toContain('beyond ASCII');
    expect(says('a.example, b.example')).toContain('several hosts');
    expect(says('a.example.')).toContain('ends in a dot');
    expect(says('*')).toContain('"*." and one');
    expect(lintPolicyFile('mode : c').at(-1)!.says).toContain('before the colon');
    expect(lintPolicyFile('gone').at(-1)!.says).toContain('key: value');
  });

  it.each([
    ['v', 'version'],
    ['Version', 'version'],
    ['MODE', 'mode'],
    ['MX', 'mx'],
    ['max.age', 'max_age'],
    ['Max-Age', 'max_age'],
  ])('takes %s for a misspelt %s', (key, meant) => {
    expect(lintPolicyFile(`${GOOD}${key}: x\n`).at(-1)!.says).toBe(`"${key}" is not "${meant}"`);
  });

  it('stops in time', () => {
    const errors = lintPolicyFile('x\n'.repeat(900)).filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(21);
    expect(errors.find(({ code }) => code === 'more')!.says).toBe('there are 884 more of this severity');
  });
});

describe('the lint of a record', () => {
  const code = (...texts: readonly string[]) => lintStsRecord(texts).map((finding) => finding.code);

  it('knows the registered fields and no others, as the parsers do (STS-9-1)', () => {
    expect(RECORD_FIELDS).toEqual(['v', 'id']);
    expect(POLICY_FIELDS).toEqual(['version', 'mode', 'max_age', 'mx']);
    const [v, id] = RECORD_FIELDS;
    expect(readStsRecord([`${v}=STSv1; ${id}=1;`])).toEqual({ kind: 'found', id: '1' });
    const lines = POLICY_FIELDS.map((key, at) => `${key}: ${['STSv1', 'testing', '5', 'a.example'][at]}`);
    expect(readPolicyFile(lines.join('\n')).kind).toBe('valid');
    for (const left of POLICY_FIELDS)
      expect(readPolicyFile(lines.filter((line) => !line.startsWith(left)).join('\n')).kind).toBe('invalid');
  });

  it('wants the version first, and does not mind the order of the rest (STS-3.1-6)', () => {
    expect(readStsRecord(['id=1; v=STSv1;'])).toEqual({ kind: 'absent' });
    expect(code('id=1; v=STSv1;')).toEqual(['record-prefix']);
    expect(readStsRecord(['v=STSv1; foo=bar; id=1'])).toEqual({ kind: 'found', id: '1' });
    expect(code('v=STSv1; foo=bar; id=1')).toEqual([]);
  });

  it.each([
    [[], ['record-missing']],
    [['v=spf1 -all'], ['record-missing']],
    [['v=STSv1 ; id=1'], ['record-blank-before-semicolon']],
    [['v=STSv1 ; id=1', 'v=spf1 -all'], ['record-prefix']],
    [['v=STSv1; id=1;', 'v=STSv1 ; id=2'], ['record-beside']],
    [['v=STSv1; id=1 '], ['record-blank-at-the-end']],
    [
      ['v=STSv1; id=1;', 'v=STSv1; id=1-2;'],
      ['record-several', 'record-bad-id'],
    ],
    [['v=STSv1; id=1;', 'v=STSv1; id=2;'], ['record-several']],
    [['v=STSv1;'], ['record-no-id']],
    [['v=STSv1; a=b;'], ['record-no-id']],
    [['v=STSv1; id=2026-01-01;'], ['record-bad-id']],
    [['v=STSv1; id'], ['record-syntax']],
    [['v=STSv1; \u201cid=1\u201d;'], ['record-not-ascii']],
    [['v=STSv1; id=1; id=2; ID=3'], ['record-duplicate', 'record-unknown-field']],
    [[printStsRecord('1')], []],
  ])('%j', (texts, expected) => {
    expect(code(...texts)).toEqual(expected);
  });

  it('finds an error in exactly what senders cannot use', () => {
    const part = fc.constantFrom('v=STSv1;', 'v=STSv1', 'id=1', ';', ' ', 'x=', 'é', 'ID=2');
    fc.assert(
      fc.property(
        fc.array(
          fc.array(part).map((parts) => parts.join('')),
          { maxLength: 3 },
        ),
        (texts) => {
          const isRefused = lintStsRecord(texts).some(({ severity }) => severity === 'error');
          expect(isRefused).toBe(readStsRecord(texts).kind !== 'found');
        },
      ),
    );
  });
});

describe('records in a file', () => {
  it.each([
    ['v=STSv1; id=1;\n', ['v=STSv1; id=1;']],
    ['"v=STSv1; id=1 "\r\n', ['v=STSv1; id=1 ']],
    ['v=STSv1; id=1 \n', ['v=STSv1; id=1 ']],
    ['_mta-sts.a.example. 300 IN TXT "v=STSv1; " "id=1"\n', ['v=STSv1; id=1']],
    ['_mta-sts IN TXT "v=STSv1\\; id=\\049"', ['v=STSv1; id=1']],
    ['"v=STSv1; id=1"\n"v=STSv1; id=2"\n', ['v=STSv1; id=1', 'v=STSv1; id=2']],
    [' v=stsv1;id=1', [' v=stsv1;id=1']],
    ['v=STSv1; id="1"', ['v=STSv1; id="1"']],
    ['"v=STSv1; id="1', ['"v=STSv1; id="1']],
    [GOOD, []],
    ['', []],
  ])('are found in %j', (text, records) => {
    expect(stsRecordsInText(text)).toEqual(records);
  });
});

describe('what an author wrote', () => {
  const said = (line: string, place = 2) =>
    lintPolicyFile(
      ['version: STSv1', 'mode: enforce', 'mx: mx.a.example', 'max_age: 2419200']
        .toSpliced(place - 1, 1, line)
        .join('\n'),
    ).find((finding) => finding.line === place && finding.severity === 'error');

  it.each([
    ['  mode: enforce', 'indented'],
    ['\u00a0mode: enforce', 'odd-blank'],
    ['mode:\u200b enforce', 'odd-blank'],
    ['mode\uff1a enforce', 'odd-colon'],
    ['mode : enforce', 'blank-before-colon'],
    ['mode  : enforce', 'blank-before-colon'],
    ['mode = enforce', 'equals-sign'],
    ['mode=enforce;', 'equals-sign'],
    ['mode": enforce', 'quotes'],
    ['mode:', 'empty'],
    ['"mode": enforce', 'quotes'],
    ['mode: "enforce"', 'quotes'],
    ['mode: \u2018enforce\u2019', 'quotes'],
    ['mode: enforce # soon', 'remark'],
    ['mode: enforce;', 'end-mark'],
    ['mode: Enforce', 'value'],
    ['# mode: enforce', 'remark'],
    ['<!DOCTYPE html>', 'markup'],
    ['// mode: enforce', 'remark'],
    ['/* mode: enforce', 'remark'],
    ['; mode: enforce', 'remark'],
    ['<!-- mode: enforce', 'remark'],
    ['mode // enforce', undefined],
    ['mode: enforce, soon', 'value'],
    ['mode: a;b', 'value'],
    ['\u201cmode\u201d: enforce', 'quotes'],
    ['mode "enforce"', 'quotes'],
    ['mode\ufe55enforce', 'odd-colon'],
    ['\u2022 mode: enforce', 'list-mark'],
    ['mode enforce', undefined],
    ['- mode: enforce', 'list-mark'],
    ['our mode: enforce', 'odd-key'],
    [`${'m'.repeat(33)}: enforce`, 'long-key'],
    ['.mode: enforce', 'odd-key'],
    [`${'m '.repeat(33)}m: enforce`, 'odd-key'],
    ['mode:\u00a0\u00a0enforce\u200b', 'odd-blank'],
    ['mode: enf\u0007orce', 'control'],
    ['m\u0000o\u0000d\u0000e', 'nul'],
  ])('as %j is called %s', (line, detail) => {
    expect(said(line)?.detail).toBe(detail);
  });

  it.each([
    ['mx1.a.example mx2.a.example', 'several-hosts'],
    ['mx.a.example # the first', 'remark'],
    ['10 mx.a.example', 'priority'],
    ['Priority 5: mx.a.example', 'priority'],
    ['mx.a.example 10', 'priority'],
    ['10:mx.a.example', 'priority'],
    ['10 2001:db8::25', 'priority'],
    ['2001:db8::25 x', 'value'],
    ['2001::25 x', 'value'],
    ['mx.a.example;', 'end-mark'],
    ['mx.a.example:25', 'port'],
    ['smtp://mx.a.example', 'url'],
    ['post@a.example', 'mail-address'],
    ['[192.0.2.1]', 'address'],
    ['2001:db8::25', 'address'],
    ['::', 'address'],
    ['::ffff:192.0.2.1', 'address'],
    ['.a.example', 'leading-dot'],
    ['mx_1.a.example', 'underscore'],
    ['mx.a.example.', 'final-dot'],
    ['m\u00fcx.a.example', 'u-label'],
    ['\u00a0mx.a.example', 'odd-blank'],
    ['mx*.a.example', 'value'],
    ['[192.0.2.1] x', 'value'],
    ['x [192.0.2.1]', 'value'],
    ['fd00::1 x', 'value'],
    ['mx1 mx2', 'value'],
    ['mx_1/a.example', 'value'],
    ['mx1.a.example,mx2.a.example', 'several-hosts'],
  ])('for a host as %j is called %s (STS-3.2-12, STS-3.2-13)', (value, detail) => {
    expect(said(`mx: ${value}`, 3)?.detail).toBe(detail);
  });

  it.each([
    ['v=STSv1; id=1; a : 1', 'colon'],
    ['v=STSv1; id=1; a:b=c', 'field'],
    ['v=STSv1; id=1; a =b', 'blank'],
    ['v=STSv1; id=1; a= b', 'blank'],
    ['v=STSv1; id=1; a=b c', 'blank'],
    ['v=STSv1; id=1; a=b,c=d', 'comma'],
    ['v=STSv1; id=1; a b', 'blank'],
    ['v=STSv1; id=1; a=b, c', 'comma'],
    ['v=STSv1; id=1;; a=b', 'empty'],
    ['v=STSv1; id=1; "a=b"', 'quotes'],
    ['v=STSv1; id=1; -a', 'field'],
  ])('in a field of the record %j is called %s', (text, detail) => {
    const found = lintStsRecord([text]).find(({ code }) => code === 'record-syntax');
    expect(found?.detail).toBe(detail);
  });

  it.each([
    [' v=STSv1; id=1', 'indented'],
    ['"v=STSv1; id=1"', 'quotes'],
    ['v=STSv1 id=1', 'no-semicolon'],
    ['v=STSv1.1; id=1', 'no-semicolon'],
    ['v=STSv2; id=1', 'other'],
    ['v=STSv10; id=1', 'case-or-version'],
    ['v=stsv1; id=1', 'case-or-version'],
    ['x v=STSv1; id=1', 'other'],
    ['x v=STSv1 ; id=1', 'other'],
  ])('in the place of a record %j is called %s', (text, detail) => {
    expect(lintStsRecord([text])[0]).toMatchObject({ code: 'record-prefix', detail });
  });

  it('has a blank before its first semicolon, and not before any other', () => {
    const codes = (text: string) => lintStsRecord([text]).map(({ code }) => code);
    expect(codes('v=STSv1 ; id=1')).toContain('record-blank-before-semicolon');
    expect(codes('v=STSv1; id=1; a=v=STSv1 ;')).not.toContain('record-blank-before-semicolon');
  });

  it('beside a record with a blank before its first semicolon', () => {
    expect(
      lintStsRecord(['v=STSv1 ; id=1', 'v=STSv1; id=2']).find(({ code }) => code === 'record-beside'),
    ).toMatchObject({
      detail: 'blank-before-semicolon',
      severity: 'warning',
    });
  });

  it('is repeated as it was written', () => {
    expect(said('mode: Enforce')!.says).toContain('"Enforce"');
    expect(said('max_age: 4 weeks', 4)!.says).toContain('"4 weeks"');
    expect(lintStsRecord(['v=STSv1; id=2026-01'])[0]!.says).toContain('"2026-01"');
    expect(lintStsRecord(['v=STSv1; id: 1'])[0]).toMatchObject({ code: 'record-syntax', detail: 'colon' });
    expect(lintStsRecord(['v=stsv1; id=1'])[0]!.says).toContain('"v=stsv1; id=1"');
  });
});

describe('the lint of a domain', () => {
  const answer = <T>(...records: readonly T[]) =>
    ({ kind: 'insecure', records, denial: null, aliases: [], ttlSeconds: 60 }) as const;
  const failed = { kind: 'failed', cause: 'servfail', extendedError: null } as const;
  const good = {
    domain: 'a.example',
    txt: answer('v=STSv1; id=1;') as TxtAnswer,
    fetch: { kind: 'response', status: 200, mediaType: 'text/plain', body: GOOD },
    mx: answer({ preference: 10, exchange: 'mx.a.example' }) as MxAnswer,
  } as const;
  const lint = (changes: Partial<Parameters<typeof lintDomain>[0]>) =>
    lintDomain({ ...good, ...changes }).map(({ severity, code }) => `${severity} ${code}`);
  const other = answer({ preference: 10, exchange: 'mx.b.example' }) as MxAnswer;
  const served = (changes: object) => ({ ...good.fetch, ...changes });

  it.each([
    [{}, []],
    [{ txt: failed }, ['unknown record-unknown']],
    [{ txt: answer<string>() }, ['error record-missing']],
    [{ fetch: null }, ['error policy-host-missing']],
    [{ fetch: served({ status: 301, body: '' }) }, ['error policy-status']],
    [{ fetch: served({ mediaType: 'text/html' }) }, ['error content-type']],
    [
      { fetch: { kind: 'failed', cause: 'certificate', code: 'X' } as const },
      ['error policy-host-certificate'],
    ],
    [{ fetch: { kind: 'failed', cause: 'timeout', code: 'X' } as const }, ['unknown policy-unknown']],
    [
      { fetch: served({ body: 'x' }) },
      ['error no-version', 'error no-mode', 'error no-max-age', 'error no-mx', 'error not-a-field'],
    ],
    [{ mx: other }, ['error mx-not-listed', 'warning mx-unused']],
    [
      { mx: other, fetch: served({ body: GOOD.replace('enforce', 'testing') }) },
      ['warning mx-not-listed', 'warning mx-unused'],
    ],
    [{ mx: other, fetch: served({ body: 'version: STSv1\nmode: none\nmax_age: 1' }) }, []],
    [{ mx: answer({ preference: 0, exchange: '' }) as MxAnswer }, []],
    [{ mx: failed }, ['unknown mx-unknown']],
    [{ mx: { ...answer<never>(), denial: 'nodata' } as const }, ['error mx-not-listed', 'warning mx-unused']],
  ])('%j', (changes, expected) => {
    expect(lint(changes as never)).toEqual(expected);
  });

  it('names twenty hosts and twenty lines at most', () => {
    const many = Array.from({ length: 21 }, (_, at) => ({ preference: at, exchange: `mx${at}.b.example` }));
    const lines = many.map(({ exchange }) => `mx: not-${exchange}\n`).join('');
    const body = GOOD.replace('mx: mx.a.example\n', lines);
    const found = lint({ mx: answer(...many) as MxAnswer, fetch: served({ body }) as never });
    expect(found.filter((each) => each === 'error mx-not-listed')).toHaveLength(20);
    expect(found.filter((each) => each === 'warning mx-unused')).toHaveLength(20);
  });
});
