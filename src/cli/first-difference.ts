/** Where two values first differ, as `path was X, and is now Y`; null if they are equal but for the order of keys. */
export function firstDifference(was: unknown, is: unknown, path = ''): string | null {
  if (!isObject(was) || !isObject(is) || Array.isArray(was) !== Array.isArray(is)) {
    return was === is
      ? null
      : `${path === '' ? 'the result' : path} was ${show(was)}, and is now ${show(is)}`;
  }
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const inner = Array.isArray(was) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    const difference = firstDifference(was[key], is[key], inner);
    if (difference !== null) return difference;
  }
  return null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
