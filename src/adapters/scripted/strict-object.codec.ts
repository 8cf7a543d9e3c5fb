import * as t from 'io-ts';

type Fields<T> = { readonly [K in keyof T]-?: t.Type<Exclude<T[K], undefined>, unknown, unknown> };

/**
 * An object that has no other keys than these: a misspelt key is an error, which io-ts by itself cannot say. Every key
 * of the type must be listed, so that a codec cannot fall behind its type.
 */
export function strictObject<T extends object>(
  name: string,
  fields: Fields<T>,
  required: readonly (keyof T & string)[],
): t.Type<T, unknown, unknown> {
  const validate: t.Validate<unknown, T> = (value, context) => {
    if (!isObject(value)) return t.failure(value, context, name);
    const errors: t.Errors = [];
    const result = new Map<string, unknown>();
    for (const key of required.filter((each) => !Object.hasOwn(value, each))) {
      errors.push({ value: undefined, context: [...context, { key, type: fields[key] }] });
    }
    for (const [key, own] of Object.entries(value)) {
      if (!Object.hasOwn(fields, key)) {
        errors.push({ value: own, context: [...context, { key, type: NO_SUCH_KEY }] });
        continue;
      }
      const field = fields[key as keyof T];
      const decoded = field.validate(own, t.appendContext(context, key, field, own));
      if (decoded._tag === 'Left') errors.push(...decoded.left);
      else result.set(key, decoded.right);
    }
    return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(result) as T);
  };
  return new t.Type<T, unknown, unknown>(name, isObject as (u: unknown) => u is T, validate, t.identity);
}

/** An object with free keys, each of which must look as told. */
export function dictionary<V>(
  name: string,
  isKey: (key: string) => boolean,
  values: t.Type<V, unknown, unknown>,
): t.Type<Readonly<Record<string, V>>, unknown, unknown> {
  type Entries = Readonly<Record<string, V>>;
  const badKey = refusal(name);
  const validate: t.Validate<unknown, Entries> = (value, context) => {
    if (!isObject(value)) return t.failure(value, context, name);
    const errors: t.Errors = [];
    const result = new Map<string, V>();
    for (const [key, own] of Object.entries(value)) {
      if (!isKey(key)) errors.push({ value: key, context: [...context, { key, type: badKey }] });
      const decoded = values.validate(own, t.appendContext(context, key, values, own));
      if (decoded._tag === 'Left') errors.push(...decoded.left);
      else result.set(key, decoded.right);
    }
    return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(result));
  };
  return new t.Type<Entries, unknown, unknown>(
    name,
    isObject as (u: unknown) => u is Entries,
    validate,
    t.identity,
  );
}

/** A value that a predicate accepts; `name` says what was expected. */
export function such<T>(name: string, is: (value: unknown) => value is T): t.Type<T, unknown, unknown> {
  const validate: t.Validate<unknown, T> = (value, context) =>
    is(value) ? t.success(value) : t.failure(value, context);
  return new t.Type<T, unknown, unknown>(name, is, validate, t.identity);
}

/** One of some words. */
export function oneOf<const W extends string>(...words: readonly W[]): t.Type<W, unknown, unknown> {
  const name = words.map((word) => JSON.stringify(word)).join(' or ');
  return such(name, (value): value is W => words.some((word) => word === value));
}

const NO_SUCH_KEY = refusal('no such key');

function refusal(name: string): t.Type<never, unknown, unknown> {
  return such(name, (_value): _value is never => false);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
