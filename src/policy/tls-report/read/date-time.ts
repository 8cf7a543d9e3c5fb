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
  /^(\d{4})-(\d\d)-(\d\d)(?:([Tt ])(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)? ?([Zz]|[+-]\d\d:?\d\d)?$/;
const MAIL =
  /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (?:GMT|UTC?|([+-]\d{4}))$/;
const STRICT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** As mail names them (RFC 5322, Section 3.3). */
export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const DAY_SECONDS = 86_400;

/** Reads a date-time; without a zone it is taken as UTC. Null if it is none. */
export function readDateTime(text: string): ReadDateTime | null {
  const internet = INTERNET.exec(text);
  const mail = internet === null ? MAIL.exec(text) : null;
  if (internet !== null) {
    const [, year, month, day, , hour = '0', minute = '0', second = '0', zone] = internet;
    const seconds = secondsOf([year, month, day, hour, minute, second].map(Number), zone);
    if (seconds === null) return null;
    const isStrict = STRICT.test(text) && hour !== '24';
    return {
      seconds,
      form: isStrict ? 'rfc3339' : zone === undefined && STRICT.test(`${text}Z`) ? 'no-zone' : 'other',
    };
  }
  if (mail === null) return null;
  const [, day, month, year, hour, minute, second = '0', zone] = mail;
  const at = MONTHS.indexOf(month!) + 1;
  const seconds = secondsOf([Number(year), at, ...[day, hour, minute, second].map(Number)], zone);
  return seconds === null ? null : { seconds, form: 'other' };
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
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '');
  if (parts === null) return 0;
  const seconds = Number(parts[2]) * 3600 + Number(parts[3]) * 60;
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
  const back = civilOf(days);
  return back[0] === year && back[1] === month && back[2] === day ? days : null;
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
