import { beforeAll, describe, expect, it } from 'vitest';
import type { MailHost, World } from '../../adapters/scripted/world.js';
import { parseJournal, printJournal } from '../../effects/codecs/journal.codec.js';
import type { AttemptJournal, Journal } from '../../effects/journal.js';
import { programs } from '../../machine/programs.js';
import type { Settings } from '../../policy/settings.js';
import { simulateScenario } from '../../testing/scenario/simulate-scenario.js';
import { type AuditReport, JournalStream, readReport, redacted, reportOf, Sums } from './index.js';

const MONDAY = Date.UTC(2026, 0, 5, 12);
const DAY_MS = 86_400_000;

const domain = (name: string, host: MailHost = {}, dns: World['dns'] = {}, signed = false): World => ({
  ...(signed ? { signedZones: ['.'] } : {}),
  dns: { [`MX ${name}`]: [`10 mx.${name}`], [`A mx.${name}`]: [`@mx.${name}`], ...dns },
  mail: { [`mx.${name}`]: host },
});

const WORLDS: readonly (readonly [string, World])[] = [
  [
    'plain.example',
    domain('plain.example', { certificate: { names: ['mx.plain.example', 'plain.example'] } }),
  ],
  ['clear.example', domain('clear.example', { starttls: 'not-offered' })],
  ['dane.example', domain('dane.example', {}, { 'TLSA mx.dane.example': ['3 1 1 @mx.dane.example'] }, true)],
  [
    'stale.example',
    domain('stale.example', {}, { 'TLSA mx.stale.example': [`3 1 1 ${'ab'.repeat(32)}`] }, true),
  ],
  [
    'gone.example',
    domain('gone.example', { replies: { rcpt: { '*': '550 5.1.1 <bob@gone.example> unknown' } } }),
  ],
];

function journalsOf(
  name: string,
  world: World,
  startedAt: number,
  settings: Partial<Settings> = {},
): Journal {
  const scenario = {
    name,
    world,
    settings,
    steps: [{ message: { to: [`u@${name}`] as const }, expect: [] }] as const,
  };
  return simulateScenario(scenario, { startedAt }).steps[0]!.journal;
}

function reportOn(attempts: readonly AttemptJournal[], before: AuditReport | null = null): AuditReport {
  const sums = new Sums(programs);
  for (const attempt of attempts) sums.add(attempt);
  return reportOf(sums, { files: 1, journals: attempts.length, problems: [], redact: 'no', before });
}

const expired = {
  destination: 'old.example',
  demand: 'verify',
  owner: 'ops',
  reason: 'contract',
  expiresAt: MONDAY,
} as const;
let week: readonly AttemptJournal[];
beforeAll(() => {
  week = [0, 1, 2].flatMap((day) =>
    WORLDS.flatMap(
      ([name, world]) => journalsOf(name, world, MONDAY + day * DAY_MS, { destinations: [expired] }).attempts,
    ),
  );
});

describe('an audit', () => {
  it('counts what went how, by day, domain and reason', () => {
    const report = reportOn(week);
    expect(report.period).toEqual({ first: '2026-01-05T12:00:00Z', last: '2026-01-07T12:00:00Z' });
    expect(report.totals).toEqual({
      recipients: 15,
      delivered: 9,
      authenticated: 3,
      encrypted: 3,
      clear: 3,
      deferred: 3,
      bounced: 3,
    });
    expect(report.days.map(({ day, recipients }) => [day, recipients])).toEqual([
      ['2026-01-05', 5],
      ['2026-01-06', 5],
      ['2026-01-07', 5],
    ]);
    expect(report.domains.map((each) => [each.domain, each.best, each.worst, each.rows])).toEqual([
      ['clear.example', 'clear', 'clear', []],
      ['dane.example', 'authenticated', 'authenticated', []],
      ['gone.example', null, null, [{ row: 'REPLY-5', recipients: 3 }]],
      ['plain.example', 'encrypted', 'encrypted', []],
      ['stale.example', null, null, [{ row: 'PEER-6', recipients: 3 }]],
    ]);
    expect(report.reasons).toMatchObject([
      {
        row: 'PEER-6',
        outcome: 'deferred',
        recipients: 3,
        domains: 1,
        first: '2026-01-05T12:00:00Z',
        last: '2026-01-07T12:00:00Z',
      },
      { row: 'REPLY-5', outcome: 'bounced', recipients: 3 },
    ]);
    expect(report.reasons[0]!.example.facts.join(' ')).toContain('_25._tcp.mx.stale.example');
  });

  it('says what would help, what could be stricter, and which exceptions ended', () => {
    const report = reportOn(week);
    expect(
      report.repairs.map(({ by, domain: name, row, recipients }) => [by, name, row, recipients]),
    ).toEqual([
      ['sender', 'gone.example', 'REPLY-5', 3],
      ['recipient', 'stale.example', 'PEER-6', 3],
    ]);
    expect(report.raise).toEqual([{ domain: 'plain.example', to: 'verify', delivered: 3, checked: 3 }]);
    expect(report.exceptions).toEqual([
      {
        destination: 'old.example',
        demand: 'verify',
        owner: 'ops',
        reason: 'contract',
        expiresAt: '2026-01-05T12:00:00Z',
        state: 'expired',
      },
    ]);
  });

  it('is the same in whichever order the journals come', () => {
    expect(reportOn([...week].reverse())).toEqual(reportOn(week));
  });

  it('tells what has changed since the report before', () => {
    const before = readReport(JSON.parse(JSON.stringify(reportOn(week))))!;
    const [name, world] = WORLDS[2]!;
    const worse = domain(name, { starttls: 'not-offered' });
    const now = reportOn(
      [world, worse].flatMap((each) => journalsOf(name, each, MONDAY + 9 * DAY_MS).attempts),
      before,
    );
    expect(now.changes).toMatchObject({
      ...{ newReasons: [], goneReasons: ['PEER-6', 'REPLY-5'], rose: [] },
      fell: [{ domain: 'dane.example', before: 'authenticated', now: 'clear' }],
      authenticated: { before: 1 / 3, now: 1 / 2 },
    });
    expect(readReport({ ...before, version: 2 })).toBeNull();
    expect(readReport({ ...before, domains: [{ domain: 7 }] })).toBeNull();
  });

  it('leaves out local parts wherever somebody quoted them, and nothing else', () => {
    expect(JSON.stringify(reportOn(week))).toContain('bob@gone.example');
    const text = JSON.stringify(redacted(reportOn(week)));
    expect(text).toContain('<…@gone.example> unknown');
    expect(text).not.toContain('bob');
    expect(redacted('"a b"@x.example, me@[192.0.2.1] at _25._tcp.x')).toBe(
      '"a b"@x.example, …@[192.0.2.1] at _25._tcp.x',
    );
  });

  it('counts what strangers choose only up to its bounds, and says how much is beyond', () => {
    const sums = new Sums(programs);
    const [journal] = journalsOf('plain.example', WORLDS[0]![1], MONDAY).attempts;
    for (let at = 0; at < 10_005; at++) {
      const destination = { kind: 'domain', name: `d${at}.example` } as const;
      sums.add({ ...journal!, result: { ...journal!.result!, destination, recipients: [] } });
    }
    expect(sums.domains.size).toBe(10_000);
    const report = reportOf(sums, { files: 1, journals: 1, problems: [], redact: 'no', before: null });
    expect(report.leftOut).toMatchObject({ domains: 5, domainsNotTold: 9_000 });
    expect(report.domains).toHaveLength(1_000);
  });

  it('counts what was never finished, and what comes to no end', () => {
    const sums = new Sums(programs);
    sums.add({ ...week[0]!, result: null });
    expect([sums.attempts, sums.unfinished, sums.all.recipients]).toEqual([1, 1, 0]);
    expect(reportOn([]).period).toBeNull();
  });
});

describe('a stream of journals', () => {
  const readAll = (text: string, size: number, lengthMax = 16_777_216) => {
    const stream = new JournalStream(lengthMax);
    const pieces = [];
    for (let at = 0; at < text.length; at += size) pieces.push(...stream.read(text.slice(at, at + size)));
    return [...pieces, ...stream.end()];
  };

  it('is given up where nothing but blanks comes, of which gigabytes can be packed into little', () => {
    const blanks = ' \n'.repeat(524_288);
    const kinds = (text: string) => readAll(text, 100_000).map(({ kind }) => kind);
    expect(kinds(`${blanks}{}${blanks}{}`)).toEqual(['text', 'text']);
    expect(kinds(`{}${blanks} {}`)).toEqual(['text', 'problem']);
  });

  it('is taken apart wherever it is cut', () => {
    const journal = journalsOf(
      'a.example',
      domain('a.example', { replies: { rcpt: { '*': '451 4.2.1 "}{\\' } } }),
      MONDAY,
    );
    const text = printJournal(journal);
    for (const size of [1, 7, 1_000, 1_000_000]) {
      const pieces = readAll(`\ufeff${text}\n${text}${text}`, size);
      expect(pieces.map(({ kind }) => kind)).toEqual(['text', 'text', 'text']);
      for (const piece of pieces)
        if (piece.kind === 'text') expect(parseJournal(piece.text)).toMatchObject({ ok: true });
    }
    expect(readAll('{"a":"}\\"{"}{"b":{}}', 3)).toEqual([
      { kind: 'text', text: '{"a":"}\\"{"}' },
      { kind: 'text', text: '{"b":{}}' },
    ]);
  });

  it.each([
    ['{"a":1', 'the last journal has no end'],
    ['{}x{}', 'no journal: "x{}"'],
    ['[]', 'no journal: "[]"'],
    [`{"a":"${'x'.repeat(3_000_000)}`, 'more than 1 MiB'],
  ])('ends at what is none: %#', (text, problem) => {
    const pieces = readAll(text, 65_536, 1_048_576);
    expect(pieces.at(-1)).toEqual({ kind: 'problem', problem: expect.stringContaining(problem) });
    expect(pieces.filter(({ kind }) => kind === 'problem')).toHaveLength(1);
  });
});
