const LOCAL_PART = /[^\s<>()"'`,;:[\]{}@]+@(?=[A-Za-z0-9[])/g;

/** The same with the local part of every address left out, wherever somebody quoted one. */
export function redacted<T>(value: T): T {
  if (typeof value === 'string') return value.replace(LOCAL_PART, '…@') as T;
  if (Array.isArray(value)) return value.map(redacted) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redacted(part)])) as T;
}
