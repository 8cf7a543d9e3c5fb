const DATE = String.raw`(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?`;
const ZONE = String.raw`(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;
const PATTERN = new RegExp(`^${DATE}(?:T${TIME}${ZONE})?$`);

/**
 * A date, or a date and a time with its zone (ISO 8601, much as RFC 3339 narrows it), in milliseconds since 1970, or
 * null. A date alone is its first moment in UTC. A time without a zone is refused: it would mean something else on
 * every host.
 */
export function readIsoDate(text: string): number | null {
  const parts = PATTERN.exec(text);
  if (parts === null) return null;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  // Left to itself, Date.parse takes the 30th of February for the 2nd of March.
  return day <= daysIn(year, month) ? Date.parse(text) : null;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
