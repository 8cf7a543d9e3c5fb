/** Keys of moments, which are counted in milliseconds since 1970 within. */
const MOMENTS: ReadonlySet<string> = new Set([
  ...['at', 'until', 'fetchedAt', 'failedAt', 'expiresAt', 'nextAt', 'waitsUntil'],
]);

/** An object in JSON, with its moments as programs are told them: ISO 8601 in UTC; null for one beyond calendars. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (key, each) =>
    typeof each === 'number' && MOMENTS.has(key) ? momentText(each) : each,
  );
}

function momentText(ms: number): string | null {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
