/*
 * Days and hours of reports, in UTC, without a platform's clock or calendar.
 */
import { DAY_SECONDS, dayOf, MONTHS, readDateTime } from '../read/date-time.js';

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

export interface Moment {
  /** Since 1970. */
  readonly seconds: number;
  /** RFC 3339, with "Z". */
  readonly text: string;
}

/** The UTC day in which a time lies. @param time milliseconds since 1970 */
export function utcDay(time: number): string {
  return dayOf(Math.floor(time / 1000));
}

/** Whether a text is a day, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && readDateTime(text) !== null;
}

export function startOfDay(day: string): Moment {
  return { seconds: readDateTime(day)?.seconds ?? 0, text: `${day}T00:00:00Z` };
}

/** The last second of the day, as senders name it (RFC 8460, Appendix B). */
export function endOfDay(day: string): Moment {
  return { seconds: startOfDay(day).seconds + DAY_SECONDS - 1, text: `${day}T23:59:59Z` };
}

/** A time as mail has it (RFC 5322, Section 3.3). @param time milliseconds since 1970 */
export function mailDate(time: number): string {
  const seconds = Math.floor(time / 1000);
  const [year, month, day] = dayOf(seconds).split('-') as [string, string, string];
  const weekday = WEEKDAYS[((Math.floor(seconds / DAY_SECONDS) % 7) + 7) % 7];
  return `${weekday}, ${Number(day)} ${MONTHS[Number(month) - 1]} ${year} ${clockTime(seconds)} +0000`;
}

/** A time as RFC 3339 has it, in UTC: `2026-05-01T12:00:00Z`. @param time milliseconds since 1970 */
export function utcTime(time: number): string {
  const seconds = Math.floor(time / 1000);
  return `${dayOf(seconds)}T${clockTime(seconds)}Z`;
}

function clockTime(seconds: number): string {
  const ofDay = ((seconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  const parts = [ofDay / 3600, (ofDay / 60) % 60, ofDay % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}
