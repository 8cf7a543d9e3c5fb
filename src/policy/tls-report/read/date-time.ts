/*
 * Times in reports, without a platform's clock or calendar: RFC 3339 as the report format wants it, and the other forms that
 * senders have been seen to write.
 */

export interface ReadDateTime {
  /** Since 1970-01-01 00:00 UTC. */
  readonly seconds: number;
  readonly form: 'rfc3339' | 'no-zone' | 'other';
}

const INTERNET =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:(?:[Tt]| +)(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?)? *([Zz]|UTC?|GMT|[+-]\d\d(?::?\d\d)?)?$/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)(?:[Tt]?(\d\d)(\d\d)(\d\d)?)?([Zz]|[+-]\d\d(?::?\d\d)?)?$/;
const MAIL =
  /^(?:[A-Z][a-z]{2}, *)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (?:GMT|UTC?|Z|([+-]\d{4}))$/;
/** As the C library and its heirs write it, with or without a zone. */
const MONTH_FIRST =
  /^(?:[A-Z][a-z]{2} )([A-Z][a-z]{2}) +(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?: (?:GMT|UTC)?([+-]\d{4})?(?: \([^()]{0,60}\))?)?(?: ?(\d{4}))?$/;
/** Seconds since 1970, or milliseconds. */
const EPOCH = /^(\d{9,13})(?:\.\d{0,9})?$/;
/** The last second of the year 9999; what is greater has been counted in milliseconds. */
const SECONDS_MAX = 253_402_300_799;
const STRICT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** As mail names them (RFC 5322, Section 3.3). */
export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const DAY_SECONDS = 86_400;

/** Reads a date-time; without a zone it is taken as UTC. Null if it is none. */
export function readDateTime(text: string): ReadDateTime | null {
  const parts = partsOf(text);
  const seconds = parts === null ? null : secondsOf(parts.numbers, parts.zone);
  if (parts !== null && seconds !== null) return { seconds, form: formOf(text, parts) };
  return EPOCH.test(text) ? readEpoch(Number(text)) : null;
}

/** A number of seconds since 1970, or of milliseconds; null if it is neither. */
export function readEpoch(value: number): ReadDateTime | null {
  if (!(value >= 0)) return null;
  const seconds = Math.floor(value > SECONDS_MAX ? value / 1000 : value);
  return seconds > SECONDS_MAX ? null : { seconds, form: 'other' };
}

interface Parts {
  /** Year, month, day, hour, minute, second. */
  readonly numbers: readonly number[];
  readonly zone: string | undefined;
}

function partsOf(text: string): Parts | null {
  const internet = INTERNET.exec(text);
  if (internet !== null) {
    const [, year, , month, day, hour, minute, second, zone] = internet;
    return { numbers: numbersOf(year, month, day, hour, minute, second), zone };
  }
  const compact = COMPACT.exec(text);
  if (compact !== null) {
    const [, year, month, day, hour, minute, second, zone] = compact;
    return { numbers: numbersOf(year, month, day, hour, minute, second), zone };
  }
  const mail = MAIL.exec(text);
  if (mail !== null) {
    const [, day, month, year, hour, minute, second, zone] = mail;
    return { numbers: numbersOf(year, monthOf(month!), day, hour, minute, second), zone };
  }
  const monthFirst = MONTH_FIRST.exec(text);
  if (monthFirst === null) return null;
  const [, month, day, early, hour, minute, second, zone, late] = monthFirst;
  if ((early === undefined) === (late === undefined)) return null;
  return { numbers: numbersOf(early ?? late, monthOf(month!), day, hour, minute, second), zone };
}

/** A part that was left out is 0. */
function numbersOf(...parts: readonly (string | number | undefined)[]): readonly number[] {
  return parts.map((part) => Number(part ?? 0));
}

/** From 1; 0 for what is no month. */
function monthOf(name: string): number {
  return MONTHS.indexOf(name) + 1;
}

function formOf(text: string, { numbers }: Parts): ReadDateTime['form'] {
  if (numbers[3] === 24) return 'other';
  if (STRICT.test(text)) return 'rfc3339';
  return STRICT.test(`${text}Z`) ? 'no-zone' : 'other';
}

/** The UTC day of a time, `2026-05-01`. */
export function dayOf(seconds: number): string {
  const [year, month, day] = civilOf(Math.floor(seconds / DAY_SECONDS));
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The day after, as text. Of what is no day, null. */
export function nextDay(day: string): string | null {
  const read = readDateTime(day);
  return read === null ? null : dayOf(read.seconds + DAY_SECONDS);
}

function secondsOf(parts: readonly number[], zone: string | undefined): number | null {
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  const isEndOfDay = hour === 24 && minute === 0 && second === 0;
  if ((hour > 23 && !isEndOfDay) || minute > 59 || second > 60) return null;
  const days = daysOf(year, month, day);
  if (days === null) return null;
  return days * DAY_SECONDS + hour * 3600 + minute * 60 + second - offsetOf(zone);
}

function offsetOf(zone: string | undefined): number {
  const parts = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '');
  if (parts === null) return 0;
  const seconds = Number(parts[2]) * 3600 + Number(parts[3] ?? 0) * 60;
  return parts[1] === '-' ? -seconds : seconds;
}

/** Days since 1970-01-01 in the Gregorian calendar, counted in eras of 400 years that begin in March; null: no such day. */
function daysOf(year: number, month: number, day: number): number | null {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * 146_097 + dayOfEra - 719_468;
  const [, sameMonth, sameDay] = civilOf(days);
  return sameMonth === month && sameDay === day ? days : null;
}

function civilOf(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}
