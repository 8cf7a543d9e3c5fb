import type * as t from 'io-ts';

/** What is wrong with a value that was read, and where: `destinations[0].demand`. */
export interface Problem {
  /** Keys and indices from the outermost value on; "" is that value itself. */
  readonly path: string;
  readonly expected: string;
  /** Shortened. */
  readonly actual: string;
  /** Of a key that there is not: those that there are. */
  readonly known?: readonly string[];
}

/** What reading came to. At most {@link PROBLEMS_MAX} problems, never none. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const PROBLEMS_MAX = 50;
const TEXT_LENGTH_MAX = 60;

/** Reads a value that is already in memory. Never throws. */
export function decodeWith<T>(codec: t.Decoder<unknown, T>, value: unknown): Decoded<T> {
  const decoded = codec.decode(value);
  return decoded._tag === 'Left' ? refused(decoded.left.map(problemOf)) : { ok: true, value: decoded.right };
}

/** Reads JSON. Never throws; a text that is too long (in UTF-16 code units) is not even parsed. */
export function parseJson(text: string, lengthMax: number): Decoded<unknown> {
  if (text.length > lengthMax) {
    return refused([{ path: '', expected: `at most ${lengthMax} characters`, actual: `${text.length}` }]);
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const actual = error instanceof Error ? error.message : 'not JSON';
    return refused([{ path: '', expected: 'JSON', actual }]);
  }
}

export function refused(problems: readonly Problem[]): {
  readonly ok: false;
  readonly problems: readonly Problem[];
} {
  return { ok: false, problems: problems.slice(0, PROBLEMS_MAX) };
}

/** A value in a few words, for a problem. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** The path of what stands under a key, or at an index, of the value at that path. */
export function belowPath(above: string, key: string): string {
  if (/^\d+$/.test(key)) return `${above}[${key}]`;
  if (key.length > TEXT_LENGTH_MAX || !/^[a-z_]\w*$/i.test(key)) return `${above}[${quoted(key)}]`;
  return above === '' ? key : `${above}.${key}`;
}

/** The keys that there are, to be said behind a problem. */
export function thereIs(known: Problem['known']): string {
  return known === undefined ? '' : `; there is: ${known.join(', ')}`;
}

function problemOf({ value, context }: t.ValidationError): Problem {
  const path = context.slice(1).reduce((above, { key }) => belowPath(above, key), '');
  const type: { readonly name: string; readonly known?: readonly string[] } | undefined =
    context.at(-1)?.type;
  const known = type?.known === undefined ? {} : { known: type.known };
  return { path, expected: type?.name ?? '', actual: describeValue(value), ...known };
}

function quoted(text: string): string {
  return text.length > TEXT_LENGTH_MAX
    ? `${JSON.stringify(text.slice(0, TEXT_LENGTH_MAX))}...`
    : JSON.stringify(text);
}
