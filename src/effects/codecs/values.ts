/*
 * The small codecs that the others are made of. They differ from those of io-ts in two ways: numbers are finite, and
 * a list stops once enough problems are found to report, so that a long list of nonsense costs no more than that.
 */
import * as t from 'io-ts';
import { PROBLEMS_MAX } from './result.js';
import { described, type JsonSchema, schemaOf } from './schema.js';

/** Reads a `T` out of anything. Its name says what was expected. */
export type Codec<T> = t.Type<T, unknown, unknown>;

/** A value that a predicate accepts; `name` says what was expected, `schema` as much of it as JSON Schema can. */
export function such<T>(name: string, is: (value: unknown) => value is T, schema: JsonSchema = {}): Codec<T> {
  const validate: t.Validate<unknown, T> = (value, context) =>
    is(value) ? t.success(value) : t.failure(value, context);
  return described(new t.Type<T, unknown, unknown>(name, is, validate, t.identity), () => ({
    description: name,
    ...schema,
  }));
}

/** A value that is read into another; null: it is none. `name` says what was expected. */
export function readFrom<T>(name: string, read: (value: unknown) => T | null): Codec<T> {
  const validate: t.Validate<unknown, T> = (value, context) => {
    const found = read(value);
    return found === null ? t.failure(value, context) : t.success(found);
  };
  return new t.Type<T, unknown, unknown>(
    name,
    (value): value is T => read(value) !== null,
    validate,
    t.identity,
  );
}

/** One of some words. */
export function oneOf<const W extends string>(...words: readonly W[]): Codec<W> {
  const name = words.map((word) => JSON.stringify(word)).join(' or ');
  return such(name, (value): value is W => words.some((word) => word === value), { enum: words });
}

export function orNull<T>(codec: Codec<T>): Codec<T | null> {
  const own = new t.Type<T | null, unknown, unknown>(
    `${codec.name}, or null`,
    (value): value is T | null => value === null || codec.is(value),
    (value, context) => (value === null ? t.success(null) : codec.validate(value, context)),
    t.identity,
  );
  return described(own, () => ({ anyOf: [schemaOf(codec), { type: 'null' }] }));
}

/** A value of one kind or an object of the other. Not a union of io-ts: that would report what is wrong with each of its members. */
export function either<P, T>(name: string, plain: Codec<P>, object: Codec<T>): Codec<P | T> {
  const own = new t.Type<P | T, unknown, unknown>(
    name,
    (value): value is P | T => plain.is(value) || object.is(value),
    (value, context) => {
      if (plain.is(value)) return t.success(value);
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? object.validate(value, context)
        : t.failure(value, context);
    },
    t.identity,
  );
  return described(own, () => ({ anyOf: [schemaOf(plain), schemaOf(object)] }));
}

export function listOf<T>(name: string, item: Codec<T>): Codec<readonly T[]> {
  const own = new t.Type<readonly T[], unknown, unknown>(
    name,
    (value): value is readonly T[] => Array.isArray(value) && value.every(item.is),
    (value, context) =>
      Array.isArray(value) ? validateItems(item, value, context) : t.failure(value, context),
    t.identity,
  );
  return described(own, () => ({ type: 'array', items: schemaOf(item) }));
}

/** As {@link listOf}, of at least one. */
export function filledListOf<T>(name: string, item: Codec<T>): Codec<readonly [T, ...T[]]> {
  type Filled = readonly [T, ...T[]];
  const own = new t.Type<Filled, unknown, unknown>(
    name,
    (value): value is Filled => Array.isArray(value) && value.length > 0 && value.every(item.is),
    (value, context) =>
      Array.isArray(value) && value.length > 0
        ? (validateItems(item, value, context) as t.Validation<Filled>)
        : t.failure(value, context),
    t.identity,
  );
  return described(own, () => ({ type: 'array', items: schemaOf(item), minItems: 1 }));
}

function validateItems<T>(item: Codec<T>, values: readonly unknown[], context: t.Context): t.Validation<T[]> {
  const problems: t.Errors = [];
  const items: T[] = [];
  for (const [index, value] of values.entries()) {
    if (problems.length >= PROBLEMS_MAX) break;
    const decoded = item.validate(value, t.appendContext(context, String(index), item, value));
    if (decoded._tag === 'Left') addAll(problems, decoded.left);
    else items.push(decoded.right);
  }
  return problems.length > 0 ? t.failures(problems) : t.success(items);
}

/** Not by spreading: codecs of io-ts itself report without bound, and the arguments of a call are bounded. */
export function addAll(problems: t.Errors, more: t.Errors): void {
  for (const problem of more) problems.push(problem);
}

export const Text = textOf('a text');
/** Without controls: it may end up in a header, a reply, a log or between two lines that are printed. */
export const Line = such(
  'a text of one line',
  (value): value is string => typeof value === 'string' && !/[\p{Cc}\u2028\u2029]/u.test(value),
);
export const Lines = listOf('a list of texts of one line', Line);
export const Texts = listOf('a list of texts', Text);
/** A text; `name` says which one is wanted. */
export function textOf(name: string): Codec<string> {
  return such(name, (value): value is string => typeof value === 'string', { type: 'string' });
}

/** A list of texts; `item` says what each of them is. */
export function textsOf(item: string): Codec<readonly string[]> {
  return listOf('a list of texts', textOf(item));
}

/** JSON knows no other numbers, but `1e999` is read as infinite. */
export const Finite = such('a number', (value): value is number => Number.isFinite(value), {
  type: 'number',
});
export const TrueFalse = such('true or false', (value): value is boolean => typeof value === 'boolean', {
  type: 'boolean',
});
export const YesNo = oneOf('yes', 'no');

/** A whole number within bounds, both included. */
export function wholeFrom(min: number, max: number): Codec<number> {
  return such(
    `a whole number from ${min} to ${max}`,
    (value): value is number => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max,
    { type: 'integer', minimum: min, maximum: max },
  );
}

/** Whatever it is, it is judged elsewhere. */
export function anything<T>(): Codec<T> {
  return such('a value', (_value): _value is T => true);
}

export const Callable = such('a function', isCallable);

/** As {@link Callable}, of that kind; what it takes and answers shows when it is called. */
export function callable<F extends (...args: never[]) => unknown>(): Codec<F> {
  return Callable as unknown as Codec<F>;
}

export const Octets = such(
  'a Uint8Array, such as a Buffer',
  (value): value is Uint8Array =>
    ArrayBuffer.isView(value) && 'BYTES_PER_ELEMENT' in value && value.BYTES_PER_ELEMENT === 1,
);

/** An AbortSignal, whichever library it is of. */
export const Signal: Codec<AbortSignal> = such(
  'an AbortSignal',
  (value): value is AbortSignal =>
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    typeof value.aborted === 'boolean' &&
    'addEventListener' in value &&
    isCallable(value.addEventListener),
);

function isCallable(value: unknown): value is (...args: never[]) => unknown {
  return typeof value === 'function';
}
