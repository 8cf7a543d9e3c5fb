import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, settingsOf } from '../../policy/settings.js';
import { readIsoDate } from './iso-date.js';
import {
  decodePartialSettings,
  decodeSettings,
  parseSettings,
  SETTINGS_LENGTH_MAX,
} from './settings.codec.js';

const rule = {
  destination: 'bank.example',
  demand: 'verify',
  owner: 'postmaster@sender.example',
  reason: 'contract of 2026',
  expiresAt: '2027-01-31',
};

function problemsOf(own: unknown) {
  const decoded = decodeSettings(own);
  return decoded.ok ? [] : decoded.problems;
}

describe('decodeSettings', () => {
  it('gives the defaults of the profile for what is not said', () => {
    expect(decodeSettings({})).toEqual({ ok: true, value: DEFAULT_SETTINGS });
    expect(decodeSettings({ profile: 'postfix' })).toEqual({ ok: true, value: settingsOf('postfix') });
  });

  it('lays what is said upon the profile, deadlines one by one', () => {
    const deadlines = { dnsMs: 1500 };
    expect(decodeSettings({ profile: 'mox', halfDane: 'use', port: 2525, deadlines })).toEqual({
      ok: true,
      value: {
        ...settingsOf('mox'),
        halfDane: 'use',
        port: 2525,
        deadlines: { ...DEFAULT_SETTINGS.deadlines, dnsMs: 1500 },
      },
    });
  });

  it('takes back every setting as it stands in a profile', () => {
    expect(decodeSettings(settingsOf('mox'))).toEqual({ ok: true, value: settingsOf('mox') });
  });

  it('reads relays, and refuses those that could not be dialled or looked up as they stand', () => {
    const relayed = { ...rule, relay: { host: 'smtp.provider.example', port: 587 } };
    expect(decodeSettings({ destinations: [relayed] })).toMatchObject({
      value: { destinations: [{ relay: { host: 'smtp.provider.example', port: 587 } }] },
    });
    for (const relay of [
      {},
      { host: 'smtp.provider.example' },
      { host: 'smtp.provider.example', port: 0 },
      { host: 'smtp.provider.example', port: 65_536 },
      { host: 'Smtp.provider.example', port: 25 },
      { host: 'smtp.provider.example.', port: 25 },
      { host: '192.0.2.1', port: 25 },
      { host: 'b\u00FCcher.example', port: 25 },
      { host: 'smtp.provider.example', port: 25, user: 'x' },
      null,
    ])
      expect(
        problemsOf({ destinations: [{ ...rule, relay }] }).length,
        JSON.stringify(relay),
      ).toBeGreaterThan(0);
  });

  it('reads whether addresses are raced', () => {
    expect(decodeSettings({ addressRacing: 'on', addressRacingDelayMs: 100 })).toMatchObject({
      value: { addressRacing: 'on', addressRacingDelayMs: 100 },
    });
    expect(DEFAULT_SETTINGS).toMatchObject({ addressRacing: 'off', addressRacingDelayMs: 250 });
    expect(problemsOf({ addressRacing: true, addressRacingDelayMs: -1 })).toHaveLength(2);
  });

  it('reads rules for destinations', () => {
    const forEver = { ...rule, destination: '.xn--bcher-kva.example', demand: 'dane', expiresAt: null };
    const decoded = decodeSettings({ destinations: [rule, forEver, { ...rule, destination: '*' }] });
    expect(decoded).toMatchObject({
      value: {
        destinations: [
          { ...rule, expiresAt: Date.UTC(2027, 0, 31) },
          forEver,
          { destination: '*', expiresAt: Date.UTC(2027, 0, 31) },
        ],
      },
    });
  });

  it('reports misspelt keys wherever they are, and which there are', () => {
    expect(problemsOf({ ports: 25 })).toEqual([
      {
        path: 'ports',
        expected: 'no such key',
        actual: '25',
        known: expect.arrayContaining(['port', 'destinations']),
      },
    ]);
    expect(problemsOf({ deadlines: { dns: 1 } })).toMatchObject([
      { path: 'deadlines.dns', expected: 'no such key' },
    ]);
    expect(problemsOf({ destinations: [rule, { ...rule, until: null }] })).toMatchObject([
      { path: 'destinations[1].until', expected: 'no such key' },
    ]);
  });

  it('lists the words that it knows', () => {
    expect(problemsOf({ profile: 'exim', cleartextRetry: 'always' })).toEqual([
      { path: 'profile', expected: '"rfc" or "mox" or "postfix"', actual: '"exim"' },
      { path: 'cleartextRetry', expected: '"at-once" or "after" or "never"', actual: '"always"' },
    ]);
  });

  it.each([
    ['port', 0],
    ['port', 65_536],
    ['port', '25'],
    ['httpsPort', 443.5],
    ['candidatesMax', 0],
    ['addressesMax', -1],
    ['stsFetchBackoffSeconds', 1e9],
    ['helo', 'mail example'],
    ['helo', 'localhost'],
    ['helo', 'b\u00fccher.example'],
    ['helo', 'mail.example\r\nRSET'],
    ['helo', '[mail.example]'],
    ['helo', 'mail.example.'],
    ['destinations', {}],
    ['deadlines', null],
    ['halfDane', true],
  ])('refuses %s: %j (SMTP-2.3.5-1, U8-3.7.1-1)', (path, value) => {
    expect(problemsOf({ [path]: value })).toMatchObject([{ path }]);
  });

  it.each(['mail.example', 'Mail.Example', '[192.0.2.1]', '[IPv6:2001:db8::1]'])(
    'takes %s for a HELO name',
    (helo) => {
      expect(decodeSettings({ helo })).toMatchObject({ value: { helo } });
    },
  );

  it.each([0, 86_400_001, 0.5, '1000', Number.POSITIVE_INFINITY])('refuses a deadline of %j', (connectMs) => {
    expect(problemsOf({ deadlines: { connectMs } })).toMatchObject([{ path: 'deadlines.connectMs' }]);
  });

  it.each([
    ['destination', ''],
    ['destination', '.'],
    ['destination', '**'],
    ['destination', '*.bank.example'],
    ['destination', 'Bank.example'],
    ['destination', 'bank.example.'],
    ['destination', 'bücher.example'],
    ['destination', '192.0.2.1'],
    ['demand', 'tls'],
    ['owner', ''],
    ['reason', ' '],
    ['expiresAt', '31.01.2027'],
    ['expiresAt', 1_800_000_000_000],
    ['expiresAt', undefined],
  ])('refuses a rule with %s: %j', (key, value) => {
    expect(problemsOf({ destinations: [{ ...rule, [key]: value }] })).toMatchObject([
      { path: `destinations[0].${key}` },
    ]);
  });

  it('demands every part of a rule', () => {
    const missing = problemsOf({ destinations: [{}] }).map(({ path, actual }) => [path, actual]);
    expect(missing).toEqual(Object.keys(rule).map((key) => [`destinations[0].${key}`, 'nothing']));
  });

  it('reports a bounded number of problems, shortly', () => {
    const long = 'x'.repeat(10_000);
    const problems = problemsOf({ [long]: long, destinations: new Array(100_000).fill(0) });
    expect(problems).toHaveLength(50);
    expect(JSON.stringify(problems).length).toBeLessThan(10_000);
  });
});

describe('parseSettings', () => {
  it('reads JSON', () => {
    expect(parseSettings('{"port": 2525}')).toMatchObject({ ok: true, value: { port: 2525 } });
    expect(parseSettings('{"port": 2525')).toMatchObject({ problems: [{ path: '', expected: 'JSON' }] });
    expect(parseSettings('[]')).toEqual({
      ok: false,
      problems: [{ path: '', expected: 'settings', actual: 'a list of 0' }],
    });
    expect(parseSettings('{"__proto__": {"port": 1}}')).toMatchObject({ problems: [{ path: '__proto__' }] });
  });

  it('does not read what is too long', () => {
    expect(parseSettings(`{}${' '.repeat(SETTINGS_LENGTH_MAX - 2)}`).ok).toBe(true);
    expect(parseSettings(`{}${' '.repeat(SETTINGS_LENGTH_MAX - 1)}`)).toMatchObject({
      problems: [{ path: '', expected: 'at most 1048576 characters' }],
    });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSettings(text)));
    fc.assert(fc.property(fc.anything({ withBigInt: true }), (value) => void decodeSettings(value)));
    const key = fc.constantFrom('profile', 'port', 'helo', 'destinations', 'deadlines', 'halfDane');
    fc.assert(fc.property(fc.dictionary(key, fc.jsonValue()), (value) => void decodeSettings(value)));
    for (const odd of [1n, Symbol('odd'), () => 1, Number.NaN])
      expect(problemsOf({ port: odd })).toHaveLength(1);
  });
});

describe('decodePartialSettings', () => {
  it('leaves out what is not said', () => {
    expect(decodePartialSettings({})).toEqual({ ok: true, value: {} });
    expect(decodePartialSettings({ port: 2525, deadlines: { quitMs: 1 } })).toEqual({
      ok: true,
      value: { port: 2525, deadlines: { ...DEFAULT_SETTINGS.deadlines, quitMs: 1 } },
    });
  });

  it('takes the end of a rule as a date or as a time', () => {
    for (const expiresAt of ['2027-01-31', Date.UTC(2027, 0, 31)]) {
      expect(decodePartialSettings({ destinations: [{ ...rule, expiresAt }] })).toEqual({
        ok: true,
        value: { destinations: [{ ...rule, expiresAt: Date.UTC(2027, 0, 31) }] },
      });
    }
    expect(decodePartialSettings({ destinations: [{ ...rule, expiresAt: 0.5 }] })).toMatchObject({
      problems: [{ path: 'destinations[0].expiresAt' }],
    });
  });

  it('knows no profile', () => {
    expect(decodePartialSettings({ profile: 'mox' })).toMatchObject({ problems: [{ path: 'profile' }] });
  });
});

describe('readIsoDate', () => {
  it('reads what the platform writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(readIsoDate(date.toISOString())).toBe(date.getTime());
          expect(readIsoDate(date.toISOString().slice(0, 10))).toBe(
            date.getTime() - (date.getTime() % 86_400_000),
          );
        },
      ),
    );
    expect(readIsoDate('2027-01-31T12:00+02:00')).toBe(Date.UTC(2027, 0, 31, 10));
    expect(readIsoDate('2028-02-29')).toBe(Date.UTC(2028, 1, 29));
  });

  it.each([
    '',
    '2027',
    '2027-1-31',
    '2027-02-29',
    '2100-02-29',
    '2027-04-31',
    '2027-13-01',
    '2027-01-00',
    '2027-01-31T12:00',
    '2027-01-31 12:00Z',
    '2027-01-31T24:00Z',
    '2027-01-31T12:00:60Z',
    '2027-01-31Z',
    '2027-01-31\n',
    'Jan 31 2027',
  ])('refuses %j', (text) => {
    expect(readIsoDate(text)).toBeNull();
  });
});
