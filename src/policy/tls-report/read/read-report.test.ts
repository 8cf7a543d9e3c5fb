import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bigReport,
  officeReport,
  SLOPPY_TEXT,
  tidyReport,
} from '../../../services/tls-report/read/samples.fixture.js';
import { runSteps } from '../../kernel/steps.js';
import { allTables } from '../../tables.js';
import { ADVICE, resultTypeOf } from './advice.js';
import {
  DEPTH_MAX,
  DETAILS_MAX,
  DEVIATIONS_MAX,
  POLICIES_MAX,
  REPORTS_MAX,
  TEXT_LENGTH_MAX,
} from './bounds.js';
import { DEVIATIONS, type DeviationKind } from './deviations.js';
import { type Decoding, readReport, readReports } from './read-report.js';
import type { ReceivedReport } from './received-report.js';

function reportIn(text: string): ReceivedReport {
  const read = readReport(text);
  if (read.kind === 'refused') throw new Error(read.refusal);
  return read.report;
}

const kindsIn = (text: string): readonly DeviationKind[] => reportIn(text).deviations.map(({ kind }) => kind);
const noted = (report: object) => reportIn(JSON.stringify(report)).deviations;

/** A report with one policy, and nothing amiss. */
function smallReport(policy: object = {}, more: object = {}): object {
  const entry = {
    policy: { 'policy-type': 'no-policy-found', 'policy-domain': 'a.example' },
    summary: { 'total-successful-session-count': 1, 'total-failure-session-count': 0 },
    ...policy,
  };
  return tidyReport('2026-05-01', { policies: [entry], ...more });
}

describe('a report in order', () => {
  it('is read as it stands', () => {
    const report = reportIn(JSON.stringify(tidyReport()));
    expect(report).toMatchObject({
      organization: 'Tidy Mail',
      contact: 'tlsrpt@tidy.example',
      submitter: 'tidy.example',
      reportId: '2026-05-01.1@tidy.example',
      startSeconds: 1_777_593_600,
      endSeconds: 1_777_679_999,
      deviations: [],
    });
    expect(report.policies).toMatchObject([
      {
        policyType: 'sts',
        policyDomain: 'a.example',
        policyString: ['version: STSv1', 'mode: testing', 'mx: *.mail.a.example', 'max_age: 86400'],
        mxHost: ['*.mail.a.example'],
        success: 5326,
        failure: 303,
      },
      {
        policyType: 'tlsa',
        policyDomain: 'mx1.mail.a.example',
        mxHost: [],
        success: 12,
        failure: 0,
        details: [],
      },
    ]);
    expect(report.policies[0]!.details[1]).toEqual({
      resultType: 'starttls-not-supported',
      resultTypeText: 'starttls-not-supported',
      sendingMtaIp: '2001:db8:abcd:13::1',
      receivingMxHostname: 'mx2.mail.a.example',
      receivingMxHelo: '',
      receivingIp: '203.0.113.56',
      failedSessionCount: 200,
      additionalInformation: 'https://reports.tidy.example/?id=5065427c#StarttlsNotSupported',
      failureReasonCode: '',
    });
  });

  it('may name itself in any scheme', () => {
    const report = reportIn(JSON.stringify(bigReport()));
    expect(report).toMatchObject({ reportId: '2026-05-01T00:00:00Z_a.example', deviations: [] });
  });

  it('may have details that come to more than the failures, because failures overlap (RPT-4.2.2-1)', () => {
    const detail = { 'result-type': 'certificate-expired', 'failed-session-count': 1 };
    const counts = { 'total-successful-session-count': 0, 'total-failure-session-count': 1 };
    expect(noted(smallReport({ summary: counts, 'failure-details': [detail, detail] }))).toEqual([]);
  });
});

describe('counts', () => {
  const counts = (success: number, failure: number, ...details: readonly number[]) =>
    noted(
      smallReport({
        summary: { 'total-successful-session-count': success, 'total-failure-session-count': failure },
        'failure-details': details.map((sessions) => ({
          ...{ 'result-type': 'tlsa-invalid', 'failed-session-count': sessions },
        })),
      }),
    ).map(({ kind }) => kind);

  it('agree where a session that passed matches a type: unusable TLSA records fail none (RPT-4.3.2.1-1)', () => {
    expect(counts(1, 0, 1)).toEqual([]);
    expect(counts(5, 2, 5, 2)).toEqual([]);
  });

  it('disagree where failures have no type, or a type has more sessions than there were (RPT-4.2.2-1)', () => {
    expect(counts(0, 2, 1)).toEqual(['counts-disagree']);
    expect(counts(1, 0, 2)).toEqual(['counts-disagree']);
    expect(counts(1, 1, 3)).toEqual(['counts-disagree']);
  });
});

describe('a report with liberties', () => {
  it('is read, and every liberty is noted with its place', () => {
    const report = reportIn(SLOPPY_TEXT);
    expect(report).toMatchObject({
      organization: '42',
      submitter: 'sloppy.example',
      reportId: 'one',
      startSeconds: 1_777_593_600,
      endSeconds: 1_777_680_000,
    });
    expect(report.policies).toMatchObject([
      {
        policyType: 'sts',
        policyDomain: 'bücher.example',
        policyString: ['version: STSv1'],
        mxHost: ['*.mail.a.example'],
        success: 17,
        failure: 30,
        details: [
          {
            resultType: 'other',
            receivingMxHostname: 'mx1.mail.a.example',
            failedSessionCount: 0,
            failureReasonCode: '7',
          },
          { resultType: 'other', failedSessionCount: 0 },
          { resultType: 'certificate-expired', failedSessionCount: 9 },
        ],
      },
    ]);
    const policy = 'policies[0].policy';
    const detail = 'policies[0].failure-details';
    expect(report.deviations.map(({ kind, where }) => `${kind} ${where}`)).toEqual([
      'byte-order-mark ',
      'text-after-end ',
      'repeated-member report-id',
      `unescaped-control policies.failure-details[0].additional-info-uri`,
      'wrong-type organization-name',
      'bad-date-time date-range.start-datetime',
      'bad-date-time date-range.end-datetime',
      'unknown-member date-range.zone',
      'not-a-mail-address contact-info',
      'single-policy policies',
      `unknown-policy-type ${policy}.policy-type`,
      `single-value ${policy}.policy-string`,
      `not-a-domain-name ${policy}.policy-domain`,
      `misnamed-member ${policy}.mx-host-pattern`,
      `single-value ${policy}.mx-host`,
      'number-in-quotes policies[0].summary.total-successful-session-count',
      `unknown-result-type ${detail}[0].result-type`,
      `not-an-ip-address ${detail}[0].sending-mta-ip`,
      `misnamed-member ${detail}[0].receiving-mx-host-name`,
      `not-an-ip-address ${detail}[0].receiving-ip`,
      `bad-count ${detail}[0].failed-session-count`,
      `misnamed-member ${detail}[0].additional-info-uri`,
      `wrong-type ${detail}[0].failure-reason-code`,
      `missing-member ${detail}[1].result-type`,
      `bad-count ${detail}[1].failed-session-count`,
      `wrong-type ${detail}[2]`,
      `number-in-quotes ${detail}[3].failed-session-count`,
      'counts-disagree policies[0].summary.total-failure-session-count',
      'unknown-member version',
    ]);
  });

  it('names an address with blanks around it', () => {
    const report = reportIn(JSON.stringify(smallReport({}, { 'contact-info': ' tlsrpt@office.example\n' })));
    expect(report.contact).toBe('tlsrpt@office.example');
  });

  it('is quoted where it deviates, up to 60 characters', () => {
    const quotes = [60, 61].map((length) => {
      const contact = 'x'.repeat(length);
      const { deviations } = reportIn(JSON.stringify(smallReport({}, { 'contact-info': contact })));
      return deviations.find(({ kind }) => kind === 'not-a-mail-address')?.found;
    });
    expect(quotes).toEqual(['x'.repeat(60), `${'x'.repeat(60)}…`]);
  });

  it('may have times without a zone', () => {
    const report = reportIn(JSON.stringify(officeReport()));
    expect(report).toMatchObject({ startSeconds: 1_777_593_600, endSeconds: 1_777_679_999 });
    expect(report.deviations.map(({ kind }) => kind)).toEqual(['no-time-zone', 'no-time-zone']);
  });

  const range = (start: unknown, end: unknown) => ({
    'date-range': { 'start-datetime': start, 'end-datetime': end },
  });
  const policy = { 'policy-type': 'sts', 'policy-domain': 'a.example' };
  it.each<[DeviationKind, string, object]>([
    ['wrong-type', 'date-range', smallReport({}, { 'date-range': '2026-05-01' })],
    ['missing-member', 'date-range.end-datetime', smallReport({}, range('2026-05-01T00:00:00Z', undefined))],
    [
      'bad-date-time',
      'date-range.start-datetime',
      smallReport({}, range('2026-02-30T00:00:00Z', '2026-03-01T00:00:00Z')),
    ],
    ['range-reversed', 'date-range', smallReport({}, range('2026-05-02T00:00:00Z', '2026-05-01T00:00:00Z'))],
    ['not-one-day', 'date-range', smallReport({}, range('2026-05-01T00:00:00Z', '2026-05-08T00:00:00Z'))],
    [
      'not-one-day',
      'date-range',
      smallReport({}, range('2026-05-01T07:00:00+01:00', '2026-05-02T06:59:59+01:00')),
    ],
    [
      'not-a-mail-address',
      'contact-info',
      smallReport({}, { 'contact-info': 'https://office.example/contact' }),
    ],
    ['missing-member', 'report-id', smallReport({}, { 'report-id': null })],
    // RPT-4.4-6: a list of patterns, although the example of Appendix B has a string.
    [
      'single-value',
      'policies[0].policy.mx-host',
      smallReport({ policy: { ...policy, 'mx-host': '*.a.example' } }),
    ],
    ['wrong-type', 'policies[0].policy.mx-host', smallReport({ policy: { ...policy, 'mx-host': 7 } })],
    [
      'wrong-type',
      'policies[0].policy.policy-string[0]',
      smallReport({ policy: { ...policy, 'policy-string': [7] } }),
    ],
    ['missing-member', 'policies[0].policy.policy-domain', smallReport({ policy: { 'policy-type': 'sts' } })],
    ['wrong-type', 'policies[0].policy', smallReport({ policy: [] })],
    ['missing-member', 'policies[0].summary', smallReport({ summary: undefined })],
    ['wrong-type', 'policies[0].failure-details', smallReport({ 'failure-details': {} })],
    ['wrong-type', 'policies[0].failure-details', smallReport({ 'failure-details': 'none' })],
    [
      'counts-disagree',
      'policies[0].summary.total-failure-session-count',
      smallReport({ 'failure-details': [{ 'result-type': 'tlsa-invalid', 'failed-session-count': 2 }] }),
    ],
    [
      'bad-count',
      'policies[0].summary.total-successful-session-count',
      smallReport({ summary: { 'total-successful-session-count': 1e300, 'total-failure-session-count': 0 } }),
    ],
    ['unknown-member', 'policies[0].policy-type', smallReport({ 'policy-type': 'sts' })],
    ['value-too-long', 'organization-name', smallReport({}, { 'organization-name': 'x'.repeat(2000) })],
  ])('%s at %s', (kind, where, report) => {
    expect(noted(report)).toContainEqual(expect.objectContaining({ kind, where }));
  });

  it('tells text that is not UTF-8', () => {
    const text = JSON.stringify(smallReport({}, { 'organization-name': 'M\uFFFDller' }));
    const kindsAs = (decoding: Decoding) =>
      runSteps(readReports(text, decoding)).reports.flatMap((each) =>
        each.kind === 'report' ? each.report.deviations.map(({ kind }) => kind) : [each.refusal],
      );
    expect(kindsAs('damaged')).toEqual(['damaged-text']);
    // The character may have been written, too.
    expect(kindsAs('clean')).toEqual([]);
  });

  it('names a clause for every kind', () => {
    for (const { clause, says } of Object.values(DEVIATIONS)) {
      expect(clause).toMatch(/^(RFC \d{4}, Section \d+(\.\d+)*|a bound of this reader)$/);
      expect(says).toMatch(/^[a-z]/);
    }
  });
});

describe('what is no report', () => {
  it.each([
    ['not-json', ''],
    ['not-json', '{"policies":[{}]'],
    ['not-json', "{'policies':[]}"],
    ['not-json', '{"policies":[{},]}'],
    ['not-json', '{"policies":"\\x"}'],
    ['not-json', '{"policies":tru}'],
    ['not-json', '<html>'],
    ['not-an-object', '[]'],
    ['not-an-object', '[7]'],
    ['not-an-object', '"report"'],
    ['no-policies', '{}'],
    ['no-policies', '{"policies":null}'],
    ['empty-policies', '{"policies":[]}'],
    ['no-policy', '{"policies":[1,"a",null]}'],
    ['no-policy', '{"policies":"none"}'],
    ['no-policies', '{"__proto__":{"policies":[{}]}}'],
    ['too-deep', '['.repeat(DEPTH_MAX + 2)],
    ['too-deep', '{"a":'.repeat(100_000)],
    ['too-large', `{"a":[${'0,'.repeat(500_000)}0],"policies":[{}]}`],
    ['too-large', `{"a":"${'x'.repeat(65_537)}","policies":[{}]}`],
    ['too-large', `{"a":"${'\\n'.repeat(65_537)}","policies":[{}]}`],
    ['too-large', `{"a":${'1'.repeat(1025)},"policies":[{}]}`],
    ['too-large', ' '.repeat(10_485_761)],
  ])('%s', (refusal, text) => {
    expect(readReport(text)).toMatchObject({ kind: 'refused', refusal });
  });
});

describe('where a text is no report', () => {
  it.each([
    ['{"a":1 "b":2}', 1, 8],
    ['{\n "a": 1\n "b": 2}', 3, 2],
    ['{\r\n\r\n"a": tru}', 3, 6],
    ['{"a":1', 1, 7],
    ['{"ab\\x":1}', 1, 6],
    ['', 1, 1],
  ])('%j: line %i, column %i', (text, line, column) => {
    expect(readReport(text)).toMatchObject({ kind: 'refused', place: { line, column } });
  });
});

describe('several reports in one text', () => {
  const first = JSON.stringify(tidyReport('2026-05-01'));
  const second = JSON.stringify(bigReport('2026-05-02'));
  const idsIn = (text: string) => {
    const { reports, rest } = runSteps(readReports(text, 'clean'));
    const ids = reports.map((each) => (each.kind === 'report' ? each.report.reportId : each.refusal));
    return rest === null ? ids : [...ids, `${rest.line}:${rest.column}`];
  };
  const [one, two] = ['2026-05-01.1@tidy.example', '2026-05-02T00:00:00Z_a.example'];

  it.each([
    ['behind one another', `${first}${second}`],
    ['one a line', `${first}\n${second}\n`],
    ['over several lines', `${JSON.stringify(tidyReport(), null, 2)}\r\n\r\n${second}`],
    ['each with a byte order mark', `\uFEFF${first}\n\uFEFF${second}`],
    ['in a list', `[${first}, ${second}]`],
    ['with commas', `${first},\n${second},`],
    ['with record separators (RFC 7464)', `${first}\n\u001e${second}\n\u0000`],
  ])('%s', (_, text) => {
    expect(idsIn(text)).toEqual([one, two]);
  });

  it('are told to be several, and one is not', () => {
    for (const text of [`${first}${second}`, `[${first}]`])
      expect(kindsIn(text)).toEqual(['several-reports']);
    expect(kindsIn(`${first}\n\n`)).toEqual([]);
  });

  it('are read up to where they are damaged', () => {
    expect(idsIn(`${first}\n{"policies":[}`)).toEqual([one, 'not-json']);
    expect(idsIn(`${first}\n{}\n${second}`)).toEqual([one, 'no-policies', two]);
  });

  it('are told of where something else follows', () => {
    expect(idsIn(`${first}\n-- \nsent by x`)).toEqual([one, '2:1']);
    expect(kindsIn(`${first}\n-- \nsent by x`)).toEqual(['text-after-end']);
  });

  it('are no more than a bound', () => {
    expect(idsIn('{}'.repeat(REPORTS_MAX + 1)).at(-1)).toBe(`1:${2 * REPORTS_MAX + 1}`);
    expect(idsIn(`[${'{},'.repeat(REPORTS_MAX)}{}]`)).toHaveLength(REPORTS_MAX + 1);
  });
});

describe('what is read to its end', () => {
  const noted_ = (report: object) => noted(report).map(({ kind, where }) => `${kind} ${where}`);
  const summary = { 'total-successful-session-count': 1, 'total-failure-session-count': 0 };
  const policy = { 'policy-type': 'no-policy-found', 'policy-domain': 'a.example' };

  it('names what is unknown, wherever it stands', () => {
    expect(noted_(smallReport({ summary: { ...summary, more: 1 } }))).toEqual([
      'unknown-member policies[0].summary.more',
    ]);
    expect(noted_(smallReport({ policy: { ...policy, more: 1 } }))).toEqual([
      'unknown-member policies[0].policy.more',
    ]);
    expect(noted_(smallReport({ more: 1 }))).toEqual(['unknown-member policies[0].more']);
    expect(noted_(smallReport({}, { more: 1 }))).toEqual(['unknown-member more']);
  });

  it('takes one detail for a list of one, and blanks around names for none', () => {
    const detail = { 'result-type': 'certificate-expired', 'failed-session-count': 1 };
    const failed = { ...summary, 'total-failure-session-count': 1 };
    const report = smallReport({
      ...{ summary: failed, policy: { ...policy, 'mx-host': [' mx.a.example '] } },
      'failure-details': detail,
    });
    const read = reportIn(JSON.stringify(report));
    expect(read.policies).toMatchObject([
      { mxHost: ['mx.a.example'], details: [{ resultType: 'certificate-expired', failedSessionCount: 1 }] },
    ]);
    expect(noted_(report)).toEqual(['wrong-type policies[0].failure-details']);
  });

  it('counts what is null as missing', () => {
    expect(noted_(smallReport({}, { 'report-id': null }))).toEqual(['missing-member report-id']);
    expect(noted_(smallReport({ policy: { ...policy, 'mx-host': null } }))).toEqual([]);
  });

  it('takes two hundred texts of a list, and says that there are more', () => {
    const texts = (length: number) => Array.from({ length }, (_, at) => `mx${at}.a.example`);
    const read = (length: number) =>
      reportIn(JSON.stringify(smallReport({ policy: { ...policy, 'mx-host': texts(length) } })));
    expect([read(200).policies[0]!.mxHost.length, read(200).deviations]).toEqual([200, []]);
    expect(read(201).policies[0]!.mxHost).toHaveLength(200);
    expect(read(201).deviations).toMatchObject([
      { kind: 'too-many-values', where: 'policies[0].policy.mx-host' },
    ]);
  });

  it('says where what is repeated stands, behind lists and objects', () => {
    const text = '{"a":[{"b":1},{"c":{"d":1}}],"e":[1,{"f":1,"f":2}],"g":1,"g":2,"policies":[{}]}';
    const places = kindsAndPlaces(text).filter((each) => each.startsWith('repeated'));
    expect(places).toEqual(['repeated-member e[1].f', 'repeated-member g']);
  });

  it('says in which line and column text follows', () => {
    const { rest } = runSteps(readReports('{"policies":[]}\n\n  x\n', 'clean'));
    expect(rest).toEqual({ line: 3, column: 3 });
    const { rest: first } = runSteps(readReports('{"policies":[]}\nx', 'clean'));
    expect(first).toEqual({ line: 2, column: 1 });
  });

  it('says where it is broken, be it the end of a line', () => {
    const broken = (text: string) => runSteps(readReports(text, 'clean')).reports;
    expect(broken('{"a":"\\\n"}')).toMatchObject([{ refusal: 'not-json', place: { line: 1, column: 8 } }]);
    expect(broken('{"a":1\n')).toMatchObject([{ refusal: 'not-json', place: { line: 2, column: 1 } }]);
  });

  it('is so many reports, and nothing behind them', () => {
    const { reports, rest } = runSteps(readReports(`${'{}'.repeat(REPORTS_MAX)}{`, 'clean'));
    expect([reports.length, rest]).toEqual([REPORTS_MAX, { line: 1, column: 2 * REPORTS_MAX + 1 }]);
  });

  const kindsAndPlaces = (text: string) =>
    reportIn(text).deviations.map(({ kind, where }) => `${kind} ${where}`);
});

it('each result type has words, and the clause in which they stand', () => {
  for (const { meaning, remedy, clause } of Object.values(ADVICE)) {
    expect(clause).toMatch(/^RFC \d{4}, Section [\d.]+\d(?:; RFC \d{4}, Section [\d.]+\d)*$|^RFC \d{4}/);
    for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z].*\.$/);
  }
});

describe('numbers that are missing', () => {
  const read = (summary: object, ...counts: readonly unknown[]) => {
    const details = counts.map((count) => ({ 'result-type': 'tlsa-invalid', 'failed-session-count': count }));
    const { policies } = reportIn(JSON.stringify(smallReport({ summary, 'failure-details': details })));
    const { success, failure, details: told } = policies[0]!;
    return [success, failure, ...told.map(({ failedSessionCount }) => failedSessionCount)];
  };
  const totals = (success: unknown, failure: unknown) => ({
    'total-successful-session-count': success,
    'total-failure-session-count': failure,
  });

  it('are what others leave no doubt about, and else nothing', () => {
    expect(read(totals(5, null), 30, 20)).toEqual([5, 30, 30, 20]);
    expect(read({}, 30, 20)).toEqual([0, 30, 30, 20]);
    expect(read(totals(5, 50), 30, undefined)).toEqual([5, 50, 30, 20]);
    expect(read(totals(5, 50), null)).toEqual([5, 50, 50]);
    expect(read(totals(5, 20), 30, null)).toEqual([5, 20, 30, 0]);
    expect(read(totals(5, 50), 30, null, null)).toEqual([5, 50, 30, 0, 0]);
    expect(read(totals(5, -1), 30)).toEqual([5, 30, 30]);
  });

  it('may be in quotes', () => {
    expect(read(totals('5', ' 50 '), '30', '20.0')).toEqual([5, 50, 30, 20]);
    expect(read(totals('+5', '5e1'), '30')).toEqual([5, 30, 30]);
  });
});

describe('bounds', () => {
  it('hold for policies, details, texts and deviations', () => {
    const detail = { 'result-type': 'x'.repeat(5000), 'failed-session-count': 1 };
    const text = JSON.stringify({
      policies: [
        {
          'failure-details': new Array(DETAILS_MAX + 1).fill(detail).map((each, at) => (at > 0 ? {} : each)),
        },
        ...new Array(POLICIES_MAX).fill({}),
      ],
    });
    const report = reportIn(text);
    expect(report.policies).toHaveLength(POLICIES_MAX);
    expect(report.policies.flatMap(({ details }) => details)).toHaveLength(DETAILS_MAX);
    expect(report.policies[0]!.details[0]!.resultTypeText).toHaveLength(TEXT_LENGTH_MAX);
    expect(report.deviations).toHaveLength(DEVIATIONS_MAX);
    for (const { found, where } of report.deviations) expect(`${found}${where}`.length).toBeLessThan(130);
  });
});

describe('more details than are read', () => {
  const detail = { 'result-type': 'starttls-not-supported', 'failed-session-count': 1 };
  const deviationsAt = (count: number) =>
    reportIn(JSON.stringify({ policies: [{ 'failure-details': new Array(count).fill(detail) }] }))
      .deviations.filter(({ kind }) => kind === 'too-many-values')
      .map(({ where }) => where);

  it('are told, and as many as are read are not', () => {
    expect(deviationsAt(DETAILS_MAX)).toEqual([]);
    expect(deviationsAt(DETAILS_MAX + 1)).toEqual(['policies[0].failure-details']);
  });
});

describe('result types', () => {
  it('have advice, each that is registered (RPT-4.3-1)', () => {
    const registered = allTables.find(({ name }) => name === 'report-result-type')!.verdicts;
    const known = registered.filter((word) => word !== 'not-reported');
    expect(known).toHaveLength(11);
    expect(Object.keys(ADVICE).sort()).toEqual([...known, 'other', 'unexplained'].sort());
    for (const word of known) expect(resultTypeOf(word)).toBe(word);
    for (const word of ['unexplained', 'toString', '']) expect(resultTypeOf(word)).toBe('other');
  });
});

describe('law 14: any text', () => {
  const tidy = JSON.stringify(tidyReport());
  const aMutation = fc
    .tuple(
      fc.constantFrom(tidy, SLOPPY_TEXT),
      fc.nat(),
      fc.nat(40),
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.constantFrom('"', '{', '[', '}', ',', ':', '\\u', '-', '1e', '__proto__'),
      ),
    )
    .map(([text, at, removed, inserted]) => {
      const cut = at % text.length;
      return text.slice(0, cut) + inserted + text.slice(cut + removed);
    });

  it('is read or refused, and never throws; what is read has sound counts', () => {
    fc.assert(
      fc.property(fc.oneof(aMutation, fc.json(), fc.string()), (text) => {
        const read = readReport(text);
        if (read.kind === 'refused') return;
        for (const { success, failure, details } of read.report.policies) {
          const counts = [success, failure, ...details.map(({ failedSessionCount }) => failedSessionCount)];
          expect(counts.every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
        }
        expect(read.report.policies.length).toBeGreaterThan(0);
        expect(readReport(text)).toEqual(read);
      }),
      { numRuns: 2000 },
    );
  });

  it('is JSON exactly where the platform says so, within the bounds', () => {
    fc.assert(
      fc.property(fc.oneof(aMutation, fc.json(), fc.string()), (text) => {
        const read = readReport(text);
        if (!isJson(text)) expect(read.kind === 'refused' || read.report.deviations.length > 0).toBe(true);
        else if (read.kind === 'refused') expect(read.refusal).not.toBe('not-json');
      }),
      { numRuns: 2000 },
    );
  });

  it.each(Object.keys(JSON.parse(tidy)))('without %s or with anything else there', (name) => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readReport(JSON.stringify({ ...tidyReport(), [name]: value }));
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
