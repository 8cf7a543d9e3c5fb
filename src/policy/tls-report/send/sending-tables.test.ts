import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DnsFailure, TxtAnswer } from '../../dns/answer.js';
import { auditTable } from '../../kernel/audit.js';
import type { ReportState } from '../report-state.js';
import { dkimKey, dkimRecord, judgeKey, judgeKeyRecord } from './dkim-key.table.js';
import {
  answerOfStatus,
  concludeReport,
  type EndpointVerdict,
  endpointOutcome,
  judgeEndpoint,
  reportConclusion,
} from './endpoint-outcome.table.js';
import { readHttpsUri } from './https-target.js';
import { nextStep, reportStep } from './report-step.table.js';
import { judgeWanted, reportWanted } from './report-wanted.table.js';
import { nextAttemptAt, SPREAD_MS, scheduleOf } from './schedule.js';

const DAY = '2026-05-01';
const MIDNIGHT = Date.UTC(2026, 4, 2);
const HOUR_MS = 3_600_000;
const aDomain = fc.stringMatching(/^[a-z]{1,12}\.example$/);

it.each([reportStep, reportWanted, dkimKey, dkimRecord, endpointOutcome, reportConclusion])(
  '$name is complete and unambiguous',
  (table) => {
    const audit = auditTable(table as never);
    expect([audit.holes, audit.overlaps]).toEqual([[], []]);
  },
);

describe('the schedule', () => {
  it('is spread over four hours after the day, the same everywhere (RPT-4.1-2)', () => {
    const delays = Array.from(
      { length: 2000 },
      (_, at) => scheduleOf(`d${at}.example`, DAY).dueAt - MIDNIGHT,
    );
    expect(Math.min(...delays)).toBeGreaterThan(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(4 * HOUR_MS);
    for (let hour = 0; hour < 4; hour++) {
      const share = delays.filter((ms) => Math.floor(ms / HOUR_MS) === hour).length;
      expect(share).toBeGreaterThan(400);
      expect(share).toBeLessThan(600);
    }
    expect(scheduleOf('a.example', DAY)).toEqual(scheduleOf('a.example', DAY));
    expect(scheduleOf('a.example', DAY).dueAt).not.toBe(
      scheduleOf('a.example', '2026-05-02').dueAt - 24 * HOUR_MS,
    );
    expect(SPREAD_MS).toBeLessThan(4 * HOUR_MS);
  });

  it('has attempts at growing distances, and none after a day (RPT-5.5-1, RPT-5.5-2)', () => {
    fc.assert(
      fc.property(aDomain, (domain) => {
        const { dueAt, overAt } = scheduleOf(domain, DAY);
        const attempts = [dueAt];
        for (let next = nextAttemptAt(domain, DAY, dueAt); next !== null; ) {
          attempts.push(next);
          next = nextAttemptAt(domain, DAY, next);
        }
        const distances = attempts.slice(1).map((at, i) => at - attempts[i]!);
        expect(attempts.length).toBeGreaterThan(5);
        for (const [i, ms] of distances.entries()) expect(ms).toBeGreaterThan(distances[i - 1] ?? 0);
        expect(overAt - dueAt).toBe(24 * HOUR_MS);
        expect(attempts.at(-1)).toBeLessThan(overAt);
      }),
    );
  });
});

describe('the schedule of every node', () => {
  it('comes to the same time, whatever its version (RPT-4.1-2)', () => {
    const delays = ['a.example', 'xn--bcher-kva.example', 'mail.long-name.example'].map(
      (domain) => scheduleOf(domain, DAY).dueAt - MIDNIGHT,
    );
    expect(delays).toEqual([2_616_247, 1_884_732, 14_121_873]);
    const { dueAt, overAt } = scheduleOf('a.example', DAY, 'none');
    expect([dueAt, overAt]).toEqual([MIDNIGHT, scheduleOf('a.example', DAY).overAt]);
  });

  it('leaves what ended just before midnight five minutes to be written down', () => {
    const soonest = Array.from({ length: 20_000 }, (_, at) => scheduleOf(`d${at}.example`, DAY).dueAt);
    expect(Math.min(...soonest)).toBeGreaterThanOrEqual(MIDNIGHT + 300_000);
    expect(Math.min(...soonest)).toBeLessThan(MIDNIGHT + 320_000);
  });

  it('has its attempts at these minutes, each ten behind the one before at the soonest (RPT-5.5-1)', () => {
    const { dueAt } = scheduleOf('a.example', DAY);
    const minutes = (ms: number | null) => (ms === null ? null : (ms - dueAt) / 60_000);
    const planned: (number | null)[] = [];
    for (let next: number | null = dueAt; next !== null; planned.push(minutes(next)))
      next = nextAttemptAt('a.example', DAY, next);
    expect(planned).toEqual([15, 45, 105, 225, 465, 900, 1380, null]);
    const behind = (ms: number) => minutes(nextAttemptAt('a.example', DAY, dueAt + ms));
    expect([behind(5 * 60_000), behind(5 * 60_000 + 1)]).toEqual([15, 45]);
  });
});

describe('a first attempt that comes late', () => {
  it('is not the last one while the day lasts (RPT-5.5-1)', () => {
    fc.assert(
      fc.property(aDomain, fc.integer({ min: 0, max: 24 * HOUR_MS - 1 }), (domain, lateMs) => {
        const { dueAt, overAt } = scheduleOf(domain, DAY);
        const next = nextAttemptAt(domain, DAY, dueAt + lateMs);
        if (lateMs >= 23 * HOUR_MS) expect(next).toBeNull();
        else {
          expect(next).toBeGreaterThan(dueAt + lateMs);
          expect(next).toBeLessThan(overAt);
        }
      }),
    );
  });

  it('is followed in an hour where no attempt is planned any more', () => {
    const { dueAt } = scheduleOf('a.example', DAY);
    const late = dueAt + 22.9 * HOUR_MS;
    expect(nextAttemptAt('a.example', DAY, late)).toBe(late + HOUR_MS);
  });
});

describe('the next step', () => {
  const { dueAt, overAt } = scheduleOf('a.example', DAY);
  const stepAt = (now: number, state: ReportState, spread: 'night' | 'none' = 'night') => {
    const step = nextStep({ domain: 'a.example', day: DAY, state, now, spread });
    return step.kind === 'wait' ? [step.kind, step.for, step.until] : step.kind;
  };
  const open = { kind: 'open' } as const;

  it('waits for its hour, then sends, then gives up (RPT-4.1-1, RPT-5.5-1)', () => {
    expect(stepAt(MIDNIGHT - 1, open, 'none')).toEqual(['wait', 'hour', MIDNIGHT]);
    expect(stepAt(MIDNIGHT, open, 'none')).toBe('send-now');
    expect(stepAt(MIDNIGHT, open)).toEqual(['wait', 'hour', dueAt]);
    expect(stepAt(dueAt, open)).toBe('send-now');
    expect(stepAt(overAt - 1, open)).toBe('send-now');
    expect(stepAt(overAt, open)).toBe('drop');
  });

  it('says since when it could have been taken', () => {
    const sinceAt = (now: number, state: ReportState) =>
      nextStep({ domain: 'a.example', day: DAY, state, now, spread: 'night' });
    expect(sinceAt(dueAt + 9, open)).toMatchObject({ kind: 'send-now', since: dueAt });
    expect(sinceAt(dueAt + 9, { kind: 'claimed', until: dueAt + 5 })).toMatchObject({ since: dueAt + 5 });
    expect(sinceAt(overAt + 9, open)).toMatchObject({ kind: 'drop', since: overAt });
  });

  it('waits for a claim to end (RPT-5.5-2)', () => {
    const until = dueAt + 900_000;
    expect(stepAt(dueAt + 1, { kind: 'claimed', until })).toEqual(['wait', 'next-attempt', until]);
    expect(stepAt(until, { kind: 'claimed', until })).toBe('send-now');
    expect(stepAt(overAt, { kind: 'claimed', until: overAt + 1 })).toBe('drop');
  });

  it('is none for what is settled', () => {
    for (const kind of ['sent', 'dropped'] as const)
      for (const now of [MIDNIGHT - 1, dueAt, overAt]) expect(stepAt(now, { kind })).toBe('done');
  });
});

describe('whether a report is wanted', () => {
  const answer = (...records: string[]): TxtAnswer => ({
    kind: 'insecure',
    records,
    denial: records.length === 0 ? 'nxdomain' : null,
    aliases: [],
    ttlSeconds: 60,
  });
  const failed: DnsFailure = { kind: 'failed', cause: 'servfail', extendedError: null };

  it('is said by the record, now; a failed lookup says nothing (RPT-3-16)', () => {
    expect(judgeWanted(failed).decision.verdict).toBe('later');
    expect(judgeWanted(answer()).decision).toMatchObject({ verdict: 'drop', row: 'WANT-2' });
    expect(judgeWanted(answer('v=TLSRPTv1; rua')).decision.verdict).toBe('drop');
  });

  it('passes over other schemes, and sends twice to nobody (RPT-3-7)', () => {
    const wanted = judgeWanted(
      answer('v=TLSRPTv1; rua=http://x.example/,mailto:a@b.example?subject=x,mailto:%61@b.example'),
    );
    expect(wanted.decision.verdict).toBe('send');
    expect(wanted.destinations).toMatchObject([{ kind: 'mailto', address: 'a@b.example' }]);
    expect(wanted.skipped).toMatchObject([{ reason: 'unknown-scheme' }]);
    const alone = judgeWanted(answer('v=TLSRPTv1; rua=http://x.example/'));
    expect(alone.decision).toMatchObject({ verdict: 'drop', row: 'WANT-3' });
  });
});

describe('what an endpoint answers', () => {
  it('is success with any 2xx (RPT-5.4-2)', () => {
    const verdictOf = (status: number) => judgeEndpoint(answerOfStatus(status)).verdict;
    expect([200, 201, 202, 204, 299].map(verdictOf)).toEqual(new Array(5).fill('accepted'));
    expect([500, 503, 429, 408].map(verdictOf)).toEqual(new Array(4).fill('later'));
    expect([301, 302, 400, 404, 410, 101, 0].map(verdictOf)).toEqual(new Array(7).fill('refused'));
  });

  it('makes a report sent if one has it, and tried again if one may take it (RPT-3-15, RPT-5.5-1)', () => {
    const conclude = (outcomes: readonly EndpointVerdict[], next: number | null = 1) =>
      concludeReport(outcomes, next).verdict;
    expect(conclude(['refused', 'later', 'accepted'])).toBe('sent');
    expect(conclude(['accepted'], null)).toBe('sent');
    expect(conclude(['refused', 'later'])).toBe('wait');
    expect(conclude(['refused', 'later'], null)).toBe('drop');
    expect(conclude(['refused', 'refused'])).toBe('drop');
    expect(conclude([])).toBe('drop');
  });

  it('never comes to an unsigned report (RPT-3-12)', () => {
    expect(judgeEndpoint('no-key').verdict).toBe('later');
    expect(judgeEndpoint('signing-failed').verdict).toBe('later');
  });
});

describe('an https URI', () => {
  it('is taken apart and left as it is (RPT-3-8)', () => {
    expect(readHttpsUri('https://C.example/v1/%7Ex/../y?a=b&c=%2c#z')).toEqual({
      host: 'c.example',
      hostKind: 'name',
      port: 443,
      authority: 'c.example',
      path: '/v1/%7Ex/../y?a=b&c=%2c',
    });
    expect(readHttpsUri('HTTPS://c.example')).toMatchObject({ path: '/' });
    expect(readHttpsUri('https://c.example:8443?x')).toMatchObject({
      port: 8443,
      authority: 'c.example:8443',
      path: '/?x',
    });
    expect(readHttpsUri('https://[2001:DB8::1]:44/')).toMatchObject({
      host: '2001:db8::1',
      hostKind: 'address',
      authority: '[2001:db8::1]:44',
    });
    expect(readHttpsUri('https://127.0.0.1/')).toMatchObject({ host: '127.0.0.1', hostKind: 'address' });
  });

  it('names a host and a port that there can be', () => {
    for (const uri of [
      'https://1.2.3/',
      'https://c.example:0/',
      'https://c.example:65536/',
      'https://-c.example/',
      'https://c_d.example/',
      'https://[zz]/',
      'https://[1.2.3.4]/',
      'http://c.example/',
      'https://u@c.example/',
    ])
      expect(readHttpsUri(uri), uri).toBeNull();
  });
});

describe('a key', () => {
  const rsa = { algorithm: 'rsa-sha256', publicKey: ['KEY', 'FORM'] } as const;
  const ed25519 = { algorithm: 'ed25519-sha256', publicKey: ['KEY'] } as const;

  it('is RSA of 1024 bits at least, better 2048, or Ed25519 (DKIM-8301-3-1)', () => {
    const verdicts = [512, 1023, 1024, 2047, 2048, 4096].map(
      (bits) => judgeKey({ algorithm: 'rsa', bits }).verdict,
    );
    expect(verdicts).toEqual(['refuse', 'refuse', 'sign-and-warn', 'sign-and-warn', 'sign', 'sign']);
    expect(judgeKey({ algorithm: 'ed25519', bits: 0 }).verdict).toBe('sign');
    for (const algorithm of ['ec', 'dsa', 'rsa-pss', 'ed448', ''])
      expect(judgeKey({ algorithm, bits: 4096 }).verdict).toBe('refuse');
  });

  it('is published for reports, and for mail as well (RPT-3-14, DKIM-6376-3.6.1-1)', () => {
    const verdictOf = (...texts: readonly string[]) => judgeKeyRecord(texts, rsa).verdict;
    expect(verdictOf('v=DKIM1; k=rsa; p=KEY')).toBe('fit');
    expect(verdictOf('v=DKIM1; p=FO RM; s=*')).toBe('fit');
    expect(verdictOf('v=DKIM1; s=email:tlsrpt; p=KEY')).toBe('fit');
    expect(verdictOf('v=DKIM1; s=email; p=KEY')).toBe('warn-email-only');
    expect(verdictOf('v=DKIM1; s=tlsrpt; p=KEY;')).toBe('warn-tlsrpt-only');
    expect(verdictOf('v=DKIM1; s=other; p=KEY')).toBe('warn-no-service');
    expect(verdictOf('v=DKIM1; p=ELSE')).toBe('warn-other-key');
    expect(verdictOf('v=DKIM1; p=')).toBe('warn-no-key');
    expect(verdictOf('v=DKIM2; p=KEY')).toBe('warn-no-key');
    expect(verdictOf()).toBe('warn-no-key');
    expect(judgeKeyRecord(null, rsa).verdict).toBe('unknown');
  });

  it('is published alone, for its algorithm and for SHA-256', () => {
    const verdictsOf = (...texts: readonly string[]) =>
      [rsa, ed25519].map((key) => judgeKeyRecord(texts, key).verdict);
    expect(verdictsOf('v=DKIM1; p=KEY')).toEqual(['fit', 'warn-other-type']);
    expect(verdictsOf('v=DKIM1; k=rsa; p=KEY')).toEqual(['fit', 'warn-other-type']);
    expect(verdictsOf('v=DKIM1; k=ed25519; p=KEY')).toEqual(['warn-other-type', 'fit']);
    expect(verdictsOf('k=RSA; p=KEY')).toEqual(['warn-other-type', 'warn-other-type']);
    expect(verdictsOf('h=sha1; p=KEY')[0]).toBe('warn-no-sha256');
    expect(verdictsOf('h=sha1 : sha256; p=KEY')[0]).toBe('fit');
    expect(verdictsOf('p=KEY', 'p=ELSE')[0]).toBe('warn-several-records');
    expect(verdictsOf('v=spf1 -all', 'p=KEY')[0]).toBe('warn-several-records');
    expect(verdictsOf('v=spf1 -all', 'something')[0]).toBe('warn-no-key');
  });
});
