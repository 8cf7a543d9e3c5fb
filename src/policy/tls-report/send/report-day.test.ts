import fc from 'fast-check';
import { expect, it } from 'vitest';
import { endOfDay, isDay, mailDate, startOfDay, utcDay } from './report-day.js';

it('times are written as mail and days have them, in UTC, before 1970 as well', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1900-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
      (date) => {
        const time = date.getTime();
        const [weekday, day, month, year, clock] = date.toUTCString().split(' ') as [
          string,
          string,
          string,
          string,
          string,
        ];
        expect(mailDate(time)).toBe(`${weekday} ${Number(day)} ${month} ${year} ${clock} +0000`);
        expect(utcDay(time)).toBe(date.toISOString().slice(0, 10));
      },
    ),
  );
});

it.each([
  ['2026-01-05', 'Mon, 5 Jan 2026 00:00:00 +0000'],
  ['2026-01-06', 'Tue, 6 Jan 2026 00:00:00 +0000'],
  ['2026-01-07', 'Wed, 7 Jan 2026 00:00:00 +0000'],
  ['2026-01-08', 'Thu, 8 Jan 2026 00:00:00 +0000'],
  ['2026-01-09', 'Fri, 9 Jan 2026 00:00:00 +0000'],
  ['2026-01-10', 'Sat, 10 Jan 2026 00:00:00 +0000'],
  ['2026-01-11', 'Sun, 11 Jan 2026 00:00:00 +0000'],
])('%s begins at %s, and lasts until its last second', (day, begins) => {
  const [start, end] = [startOfDay(day), endOfDay(day)];
  expect(mailDate(start.seconds * 1000)).toBe(begins);
  expect([start.text, end.text]).toEqual([`${day}T00:00:00Z`, `${day}T23:59:59Z`]);
  expect(end.seconds - start.seconds).toBe(86_399);
});

it.each([
  ['2024-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['2026-1-01', false],
  ['2026-01-01T00:00:00Z', false],
])('%s is a day: %s', (text, is) => {
  expect(isDay(text)).toBe(is);
});
