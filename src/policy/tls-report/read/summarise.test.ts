import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bigReport,
  officeReport,
  SLOPPY_TEXT,
  tidyReport,
} from '../../../services/tls-report/read/samples.fixture.js';
import { FAILURES_MAX, SENDERS_MAX } from './bounds.js';
import { compareOuterNames, type OuterNames } from './outer-names.js';
import { readReport } from './read-report.js';
import type { ReceivedReport } from './received-report.js';
import { summariseReports } from './summarise.js';

function received(report: object | string): ReceivedReport {
  const read = readReport(typeof report === 'string' ? report : JSON.stringify(report));
  if (read.kind === 'refused') throw new Error(read.refusal);
  return read.report;
}

const MANY = [
  tidyReport('2026-05-01'),
  bigReport('2026-05-01'),
  bigReport('2026-05-02'),
  officeReport('2026-05-03'),
  SLOPPY_TEXT,
].map(received);

it('a sender without a name has none', () => {
  const of = (organization: string) =>
    summariseReports([received(tidyReport('2026-05-01', { 'organization-name': organization }))]).senders;
  expect([of('Tidy Mail'), of('')]).toMatchObject([
    [{ organizations: ['Tidy Mail'] }],
    [{ organizations: [] }],
  ]);
});

it('senders are counted each by itself as long as there is room', () => {
  const one = received(tidyReport('2026-05-01'));
  const many = Array.from({ length: SENDERS_MAX + 1 }, (_, at) => ({ ...one, submitter: `s${at}.example` }));
  const summary = summariseReports(many);
  expect(summary.senders).toHaveLength(SENDERS_MAX);
  expect(summary).toMatchObject({ reports: SENDERS_MAX + 1, leftOut: { reportsOfSenders: 1 } });
});

it('a report of no day is on none', () => {
  const summary = summariseReports([received(tidyReport('2026-05-01', { 'date-range': undefined }))]);
  expect(summary).toMatchObject({ reports: 1, firstDay: null, lastDay: null, days: [] });
});

describe('a summary of reports', () => {
  const summary = summariseReports(MANY);

  it('adds up by day, with the share that passed', () => {
    expect(summary).toMatchObject({ reports: 5, firstDay: '2026-05-01', lastDay: '2026-05-03' });
    expect(summary.days).toEqual([
      {
        day: '2026-05-01',
        success: 5338 + 4100 + 17,
        failure: 303 + 2 + 30,
        mayCountTwice: 1,
        successShare: 9455 / 9790,
      },
      { day: '2026-05-02', success: 4100, failure: 2, mayCountTwice: 0, successShare: 4100 / 4102 },
      { day: '2026-05-03', success: 1800, failure: 14, mayCountTwice: 0, successShare: 1800 / 1814 },
    ]);
    expect(summary).toMatchObject({ success: 15_355, failure: 351 });
  });

  it('adds up by domain and kind of policy', () => {
    expect(summary.policies).toEqual([
      {
        policyDomain: 'a.example',
        policyType: 'no-policy-found',
        success: 900,
        failure: 0,
        senders: ['office.example'],
      },
      {
        policyDomain: 'a.example',
        policyType: 'sts',
        success: 14_426,
        failure: 321,
        senders: ['big.example', 'office.example', 'tidy.example'],
      },
      {
        policyDomain: 'bücher.example',
        policyType: 'sts',
        success: 17,
        failure: 30,
        senders: ['sloppy.example'],
      },
      {
        policyDomain: 'mx1.mail.a.example',
        policyType: 'tlsa',
        success: 12,
        failure: 0,
        senders: ['tidy.example'],
      },
    ]);
  });

  it('adds up by sender, those with most failures first', () => {
    const senders = summary.senders.map(({ submitter, reports, failure }) => [submitter, reports, failure]);
    expect(senders).toEqual([
      ['tidy.example', 1, 303],
      ['sloppy.example', 1, 30],
      ['office.example', 1, 14],
      ['big.example', 2, 4],
    ]);
    expect(summary.senders[3]).toMatchObject({
      organizations: ['Big Mail Inc.'],
      failures: [
        { resultType: 'validation-failure', sessions: 4, firstDay: '2026-05-01', lastDay: '2026-05-02' },
      ],
    });
  });

  it('tells each way to fail: who, where, why, since when and till when', () => {
    expect(
      summary.failures.find(({ receivingMxHostname }) => receivingMxHostname === 'mx3.mail.a.example'),
    ).toEqual({
      resultType: 'validation-failure',
      resultTypeText: 'validation-failure',
      policyDomain: 'a.example',
      receivingMxHostname: 'mx3.mail.a.example',
      receivingIp: '',
      failureReasonCode: '',
      sessions: 4,
      senders: ['big.example'],
      policyTypes: ['sts'],
      firstDay: '2026-05-01',
      lastDay: '2026-05-02',
    });
    const order = summary.failures.map(({ sessions }) => sessions);
    expect(order).toEqual([...order].sort((left, right) => right - left));
  });

  it('joins the same failure seen by several senders', () => {
    const other = tidyReport('2026-05-04', { 'contact-info': 'x@other.example' });
    const { failures } = summariseReports([received(tidyReport()), received(other)]);
    expect(failures[0]).toMatchObject({
      sessions: 400,
      senders: ['other.example', 'tidy.example'],
      firstDay: '2026-05-01',
      lastDay: '2026-05-04',
    });
    expect(failures).toHaveLength(3);
  });

  it('keeps failures apart that differ in reason, host or address', () => {
    const failure = (more: object) => ({
      'result-type': 'certificate-expired',
      'failed-session-count': 1,
      ...more,
    });
    const details = [
      {},
      { 'failure-reason-code': 'x' },
      { 'receiving-ip': '192.0.2.1' },
      { 'receiving-mx-hostname': 'mx.a.example' },
    ].map(failure);
    const report = tidyReport('2026-05-01', { policies: [{ 'failure-details': details }] });
    expect(summariseReports([received(report)]).failures).toHaveLength(4);
  });

  it('shows failures that no detail explains (RPT-4.2.2-1)', () => {
    expect(summary.resultTypes.find(({ resultType }) => resultType === 'unexplained')).toEqual({
      resultType: 'unexplained',
      sessions: 21,
      senders: ['sloppy.example'],
      firstDay: '2026-05-01',
      lastDay: '2026-05-01',
    });
  });

  it('of nothing is empty', () => {
    expect(summariseReports([])).toMatchObject({
      reports: 0,
      success: 0,
      failure: 0,
      firstDay: null,
      days: [],
      senders: [],
    });
  });
});

describe('reports that come again', () => {
  const tidy = received(tidyReport());

  it('count once', () => {
    const summary = summariseReports([tidy, tidy, tidy]);
    expect(summary).toMatchObject({ reports: 1, failure: 303, overlaps: [] });
    const again = { submitter: 'tidy.example', reportId: '2026-05-01.1@tidy.example' };
    expect(summary.duplicates).toEqual([again, again]);
  });

  it('count as well, and are told of, where they differ under one identifier', () => {
    const corrected = received(tidyReport('2026-05-01', { 'organization-name': 'Tidy Mail, corrected' }));
    expect(summariseReports([tidy, corrected, tidy])).toMatchObject({
      reports: 2,
      failure: 606,
      duplicates: [{ reportId: tidy.reportId }],
      corrections: [{ submitter: 'tidy.example', reportId: tidy.reportId }],
    });
  });

  it('are two where they bear one identifier and are about two domains', () => {
    const about = (domain: string, failure: number) =>
      received(
        tidyReport('2026-05-01', {
          policies: [
            {
              policy: { 'policy-type': 'sts', 'policy-domain': domain },
              summary: { 'total-successful-session-count': 3, 'total-failure-session-count': failure },
            },
          ],
        }),
      );
    expect(summariseReports([about('a.example', 0), about('b.example', 7)])).toMatchObject({
      ...{ reports: 2, success: 6, failure: 7 },
      ...{ duplicates: [], corrections: [], overlaps: [] },
    });
  });

  it('are told apart by who sent them, and by the time they cover', () => {
    const elsewhere = received(tidyReport('2026-05-01', { 'contact-info': 'a@other.example' }));
    const sameName = received(tidyReport('2026-05-02', { 'report-id': tidy.reportId }));
    expect(summariseReports([tidy, elsewhere, sameName])).toMatchObject({
      reports: 3,
      duplicates: [],
      overlaps: [],
    });
  });

  it('without a name are the same only if all is', () => {
    const nameless = { ...tidy, reportId: '' };
    expect(summariseReports([nameless, nameless, { ...nameless, organization: 'x' }]).reports).toBe(2);
  });

  it('under another name for the same time are counted and noted', () => {
    const other = received(tidyReport('2026-05-01', { 'report-id': 'other' }));
    const next = received(tidyReport('2026-05-02'));
    const { reports, overlaps } = summariseReports([other, tidy, next]);
    expect(reports).toBe(3);
    expect(overlaps).toEqual(
      ['a.example', 'mx1.mail.a.example'].map((policyDomain) => ({
        submitter: 'tidy.example',
        policyDomain,
        reportIds: ['other', tidy.reportId],
      })),
    );
  });
});

describe('sessions under several policies', () => {
  const policy = (type: string, success: number, failure: number) => ({
    policy: { 'policy-type': type, 'policy-domain': 'a.example' },
    summary: { 'total-successful-session-count': success, 'total-failure-session-count': failure },
  });
  const twiceIn = (...policies: readonly object[]) => {
    const summary = summariseReports([received(tidyReport('2026-05-01', { policies }))]);
    const { days, senders, mayCountTwice } = summary;
    expect([days[0]!.mayCountTwice, senders[0]!.mayCountTwice]).toEqual([mayCountTwice, mayCountTwice]);
    return mayCountTwice;
  };

  it('are noted in every sum that may hold them twice (RPT-4-3)', () => {
    expect(twiceIn(policy('sts', 10, 0), policy('tlsa', 0, 10))).toBe(1);
    expect(twiceIn(policy('sts', 10, 0), policy('dane', 0, 10))).toBe(1);
  });

  it('are in it once where one kind of policy counted, or none applied to the others', () => {
    expect(twiceIn(policy('sts', 10, 0), policy('sts', 1, 1))).toBe(0);
    expect(twiceIn(policy('sts', 10, 0), policy('no-policy-found', 1, 1))).toBe(0);
    expect(twiceIn(policy('sts', 10, 0), policy('tlsa', 0, 0))).toBe(0);
  });
});

describe('bounds of a summary', () => {
  it('keep every session in the sums, and say what is not told apart', () => {
    const details = (from: number) =>
      Array.from({ length: 3000 }, (_, at) => ({
        'result-type': 'certificate-expired',
        'failed-session-count': 1,
        'failure-reason-code': `${from + at}`,
      }));
    const report = (from: number) =>
      received(
        tidyReport('2026-05-01', {
          'report-id': `${from}`,
          policies: [
            {
              policy: { 'policy-type': 'sts', 'policy-domain': 'a.example' },
              summary: { 'total-successful-session-count': 0, 'total-failure-session-count': 3000 },
              'failure-details': details(from),
            },
          ],
        }),
      );
    const summary = summariseReports([report(0), report(2990)]);
    expect(summary.failures).toHaveLength(FAILURES_MAX);
    expect(summary).toMatchObject({
      failure: 6000,
      resultTypes: [{ sessions: 6000 }],
      leftOut: { failedSessions: 990, failedSessionsOfSenders: 990, policies: 0, reportsOfSenders: 0 },
    });
  });
});

describe('what is written around a report', () => {
  const tidy = received(tidyReport());
  const names: OuterNames = {
    subject: 'Report Domain: a.example Submitter: tidy.example Report-ID: <x@tidy.example>',
    reportDomain: 'A.example',
    reportSubmitter: 'tidy.example',
    fileName: 'tidy.example!a.example!1777593600!1777680000!001.json.gz',
    form: 'gzip',
  };

  it('may agree', () => {
    expect(compareOuterNames(tidy, names)).toEqual([]);
    expect(compareOuterNames(tidy, { ...names, subject: 'Hello', fileName: 'report.gz' })).toEqual([]);
  });

  it('is only noted where it disagrees: the report counts (RPT-5.6-1)', () => {
    const wrong: OuterNames = {
      subject: 'Report Domain: b.example Submitter: evil.example Report-ID: <x@evil.example>',
      reportDomain: 'c.example',
      reportSubmitter: 'd.example',
      fileName: 'e.example!f.example!1!2.json.gz',
      form: 'plain',
    };
    const deviations = compareOuterNames(tidy, wrong);
    expect(deviations.map(({ where, found }) => `${where}: ${found}`)).toEqual([
      'Subject, domain: b.example',
      'Subject, submitter: evil.example',
      'TLS-Report-Domain: c.example',
      'TLS-Report-Submitter: d.example',
      'file name, sender: e.example',
      'file name, domain: f.example',
      'file name, begin: 1',
      'file name, end: 2',
      'file name: e.example!f.example!1!2.json.gz',
    ]);
    const summary = summariseReports([{ ...tidy, deviations }]);
    expect(summary.senders.map(({ submitter }) => submitter)).toEqual(['tidy.example']);
    expect(summary).toMatchObject({ firstDay: '2026-05-01', lastDay: '2026-05-01' });
  });
});

describe('laws of summing up', () => {
  const aDay = fc.constantFrom('2026-05-01', '2026-05-02', '2026-05-03');
  const aReport = fc.oneof(
    aDay.map((day) => received(tidyReport(day))),
    aDay.map((day) => received(bigReport(day))),
    aDay.map((day) => received(officeReport(day))),
    fc.constant(received(SLOPPY_TEXT)),
  );

  it('nothing is lost, and nothing counts twice, in whatever order reports come', () => {
    fc.assert(
      fc.property(fc.array(aReport, { maxLength: 12 }), (reports) => {
        const summary = summariseReports(reports);
        expect(summary.reports + summary.duplicates.length).toBe(reports.length);
        for (const parts of [summary.days, summary.policies, summary.senders]) {
          const sums = parts.reduce<readonly [number, number]>(
            ([a, b], { success, failure }) => [a + success, b + failure],
            [0, 0],
          );
          expect(sums).toEqual([summary.success, summary.failure]);
        }
        const apart = { duplicates: [], corrections: [], overlaps: [] };
        expect({ ...summariseReports([...reports].reverse()), ...apart }).toEqual({ ...summary, ...apart });
        expect(summariseReports([...reports, ...reports])).toMatchObject({
          failure: summary.failure,
          success: summary.success,
        });
      }),
    );
  });
});
