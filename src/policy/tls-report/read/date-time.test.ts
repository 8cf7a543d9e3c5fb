import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, nextDay, readDateTime } from './date-time.js';

describe('date-times', () => {
  it.each([
    ['2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z', 'rfc3339'],
    ['2026-05-01t00:00:00.25z', '2026-05-01T00:00:00Z', 'rfc3339'],
    ['2026-05-01T02:00:00+02:00', '2026-05-01T00:00:00Z', 'rfc3339'],
    ['2026-04-30T19:30:00-04:30', '2026-05-01T00:00:00Z', 'rfc3339'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z', 'rfc3339'],
    ['2026-05-01T00:00:00', '2026-05-01T00:00:00Z', 'no-zone'],
    ['2026-05-01T24:00:00Z', '2026-05-02T00:00:00Z', 'other'],
    ['2026-05-01 00:00:00', '2026-05-01T00:00:00Z', 'other'],
    ['2026-05-01', '2026-05-01T00:00:00Z', 'other'],
    ['2026-05-01T02:00:00 +0200', '2026-05-01T00:00:00Z', 'other'],
    ['2026-05-01 00:00:00 UTC', '2026-05-01T00:00:00Z', 'other'],
    ['2026-05-01T00:00:00 GMT', '2026-05-01T00:00:00Z', 'other'],
    ['2026-05-01T00:00:00GMT', '2026-05-01T00:00:00Z', 'other'],
    ['2026-05-01T02:00:00+02', '2026-05-01T00:00:00Z', 'other'],
    ['2026-05-01T00:00:00,5Z', '2026-05-01T00:00:00Z', 'other'],
    ['2026/05/01 00:00:00', '2026-05-01T00:00:00Z', 'other'],
    ['2026-5-1', '2026-05-01T00:00:00Z', 'other'],
    ['20260501', '2026-05-01T00:00:00Z', 'other'],
    ['20260501T020000+0200', '2026-05-01T00:00:00Z', 'other'],
    ['20260501T0130', '2026-05-01T01:30:00Z', 'other'],
    ['202605010130Z', '2026-05-01T01:30:00Z', 'other'],
    ['20260501235959', '2026-05-01T23:59:59Z', 'other'],
    ['1777593600', '2026-05-01T00:00:00Z', 'other'],
    ['1777593600.25', '2026-05-01T00:00:00Z', 'other'],
    ['1777593600000', '2026-05-01T00:00:00Z', 'other'],
    ['Fri May  1 00:00:00 2026', '2026-05-01T00:00:00Z', 'other'],
    ['Fri May 01 2026 02:00:00 GMT+0200 (Central European Summer Time)', '2026-05-01T00:00:00Z', 'other'],
    ['Fri, 1 May 2026 00:00:30 UTC', '2026-05-01T00:00:30Z', 'other'],
    ['Fri,1 May 2026 00:00 UT', '2026-05-01T00:00:00Z', 'other'],
    ['Fri,  1 May 2026 02:00:01 +0200', '2026-05-01T00:00:01Z', 'other'],
    ['01 May 2026 23:59 Z', '2026-05-01T23:59:00Z', 'other'],
    ['1 May 2026 00:00 GMT', '2026-05-01T00:00:00Z', 'other'],
    ['Thu, 30 Apr 2026 17:00:00 -0700', '2026-05-01T00:00:00Z', 'other'],
  ])('%s', (text, same, form) => {
    expect(readDateTime(text)).toEqual({ seconds: Date.parse(same) / 1000, form });
  });

  it.each([
    '',
    'yesterday',
    '2026-13-01',
    '2026-02-29',
    '1900-02-29',
    '2026-00-10',
    '2026-05-01T25:00:00Z',
    '2026-05-01T24:00:01Z',
    '2026-05-01T00:60:00Z',
    '31 Jun 2026 00:00 GMT',
    ...['Fri 1 May 2026 00:00 GMT', 'Frid, 1 May 2026 00:00 GMT', 'x 1 May 2026 00:00 GMT'],
    ...['1 May 2026 00:00 GMT.', '1 May 26 00:00 GMT', '001 May 2026 00:00 GMT', '1 MAY 2026 00:00 GMT'],
    ...['1 May 2026 0:00 GMT', '1 May 2026 00:00', '1 May 2026 00:00 EST', '1 May 2026 00:00 +02'],
    '1 Mai 2026 00:00 GMT',
    '2026-05/01',
    '01.05.2026',
    '5/1/2026',
    'Fri May  1 00:00:00',
    'Fri May 01 2026 00:00:00 2026',
    '17775936',
    '99999999999999',
    '1777593600x',
  ])('none: %j', (text) => {
    expect(readDateTime(text)).toBeNull();
  });

  it('agree with the platform, for every second of ten thousand years', () => {
    const first = Date.parse('0000-01-01T00:00:00Z') / 1000;
    const last = Date.parse('9999-12-31T23:59:59Z') / 1000;
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), (seconds) => {
        const text = new Date(seconds * 1000).toISOString();
        expect(readDateTime(text)).toEqual({ seconds, form: 'rfc3339' });
        expect(dayOf(seconds)).toBe(text.slice(0, 10));
      }),
    );
    expect(nextDay('2024-02-28')).toBe('2024-02-29');
    expect(nextDay('2026-12-31')).toBe('2027-01-01');
    expect(nextDay('x')).toBeNull();
  });
});
