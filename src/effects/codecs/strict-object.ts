import * as t from 'io-ts';
import { PROBLEMS_MAX } from './result.js';
import { described, schemaOf } from './schema.js';
import { addAll, Callable, type Codec, oneOf, such } from './values.js';

/** A codec for every key of a type. */
export type Fields<T> = { readonly [K in keyof T]-?: Codec<Exclude<T[K], undefined>> };

/**
 * An object that has no other keys than these: a misspelt key is an error, which io-ts by itself cannot say. Every key
 * of the type must be listed, so that a codec cannot fall behind its type. Unless told otherwise, all are required. Left out and
 * undefined are the same.
 */
export function strictObject<T extends object>(
  name: string,
  fields: Fields<T>,
  required: readonly (keyof T & string)[] = Object.keys(fields) as (keyof T & string)[],
): Codec<T> {
  const noSuchKey = Object.assign(refusal('no such key'), { known: Object.keys(fields) });
  const own = ofObject<T>(name, (value, context) => {
    const errors: t.Errors = [];
    const result = new Map<string, unknown>();
    for (const key of required.filter((each) => !Object.hasOwn(value, each) || value[each] === undefined)) {
      errors.push({ value: undefined, context: [...context, { key, type: fields[key] }] });
    }
    for (const [key, own] of Object.entries(value)) {
      if (errors.length >= PROBLEMS_MAX) break;
      if (own === undefined) continue;
      if (!Object.hasOwn(fields, key)) {
        errors.push({ value: own, context: [...context, { key, type: noSuchKey }] });
        continue;
      }
      const field = fields[key as keyof T];
      const decoded = field.validate(own, t.appendContext(context, key, field, own));
      if (decoded._tag === 'Left') addAll(errors, decoded.left);
      else result.set(key, decoded.right);
    }
    return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(result) as T);
  });
  return described(own, () => ({
    type: 'object',
    properties: Object.fromEntries(Object.keys(fields).map((key) => [key, schemaOf(fields[key as keyof T])])),
    required,
    additionalProperties: false,
  }));
}

type MethodOf<T> = {
  [K in keyof T]-?: NonNullable<T[K]> extends (...given: never) => unknown ? K : never;
}[keyof T];

/**
 * An object that has these methods, or of `some` only those that it has. It is handed on as it is, with all else that it has:
 * an instance of a class will do.
 */
export function methods<T extends object>(
  name: string,
  keys: { readonly [K in MethodOf<T>]: true },
  wanted: 'all' | 'some' = 'all',
): Codec<T> {
  const isGood = (value: unknown) =>
    typeof value === 'function' || (wanted === 'some' && value === undefined);
  return ofObject<T>(name, (value, context) => {
    const missing = Object.keys(keys).filter((key) => !isGood(value[key]));
    return missing.length === 0
      ? t.success(value as T)
      : t.failures(
          missing.map((key) => ({ value: value[key], context: [...context, { key, type: Callable }] })),
        );
  });
}

/**
 * An object with at least these keys, as a caller hands over what he has: it is handed on as it is, with all else that is in it.
 * Unless told otherwise, all are required.
 */
export function having<T extends object>(
  name: string,
  fields: Fields<T>,
  required: readonly (keyof T & string)[] = Object.keys(fields) as (keyof T & string)[],
): Codec<T> {
  return ofObject<T>(name, (value, context) => {
    const errors: t.Errors = [];
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      const own = value[key];
      if (own === undefined && !required.includes(key)) continue;
      const decoded = fields[key].validate(own, t.appendContext(context, key, fields[key], own));
      if (decoded._tag === 'Left') addAll(errors, decoded.left);
    }
    return errors.length > 0 ? t.failures(errors) : t.success(value as T);
  });
}

/** As a codec, of values that were written before there were such keys: what is left out reads as these. */
export function withDefaults<T extends object>(codec: Codec<T>, defaults: Partial<T>): Codec<T> {
  return rewritten(codec, (value) => {
    const missing = Object.entries(defaults).filter(([key]) => !Object.hasOwn(value, key));
    return { ...value, ...Object.fromEntries(missing) };
  });
}

/** As a codec, of values that were once written in another way: they are rewritten before they are read. */
export function rewritten<T extends object>(
  codec: Codec<T>,
  rewrite: (value: Readonly<Record<string, unknown>>) => object,
): Codec<T> {
  const validate: t.Validate<unknown, T> = (value, context) =>
    codec.validate(isObject(value) ? rewrite(value) : value, context);
  return new t.Type<T, unknown, unknown>(codec.name, codec.is, validate, t.identity);
}

/** The member of a union whose tag may hold that word. */
export type Variant<T, K extends keyof T, W> = T extends unknown ? (W extends T[K] ? T : never) : never;

/** A union told apart by one key. Every word of the tag must be listed; what is wrong is said of one member only. */
export function tagged<T extends object, K extends keyof T & string>(
  name: string,
  tag: K,
  variants: { readonly [W in T[K] & string]: Codec<Variant<T, K, W>> },
): Codec<T> {
  const words = oneOf(...Object.keys(variants));
  const byWord = new Map<unknown, Codec<T>>(Object.entries(variants));
  return ofObject<T>(name, (value, context) => {
    const word = Object.hasOwn(value, tag) ? value[tag] : undefined;
    const variant = byWord.get(word);
    if (variant === undefined) {
      return t.failures([{ value: word, context: [...context, { key: tag, type: words }] }]);
    }
    return variant.validate(value, context);
  });
}

/** An object with free keys, each of which must look as told. */
export function dictionary<V>(
  name: string,
  isKey: (key: string) => boolean,
  values: Codec<V>,
  /** Of keys, for a schema. */
  keyPattern?: string,
): Codec<Readonly<Record<string, V>>> {
  type Entries = Readonly<Record<string, V>>;
  const badKey = refusal(name);
  const own = ofObject<Entries>(name, (value, context) => {
    const errors: t.Errors = [];
    const result = new Map<string, V>();
    for (const [key, own] of Object.entries(value)) {
      if (errors.length >= PROBLEMS_MAX) break;
      if (!isKey(key)) errors.push({ value: key, context: [...context, { key, type: badKey }] });
      const decoded = values.validate(own, t.appendContext(context, key, values, own));
      if (decoded._tag === 'Left') addAll(errors, decoded.left);
      else result.set(key, decoded.right);
    }
    return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(result));
  });
  return described(own, () => ({
    description: name,
    type: 'object',
    ...(keyPattern === undefined ? {} : { propertyNames: { pattern: keyPattern } }),
    additionalProperties: schemaOf(values),
  }));
}

function refusal(name: string): Codec<never> {
  return such(name, (_value): _value is never => false);
}

/** What is no object is not read any further. */
function ofObject<T extends object>(
  name: string,
  read: (value: Readonly<Record<string, unknown>>, context: t.Context) => t.Validation<T>,
): Codec<T> {
  return new t.Type<T, unknown, unknown>(
    name,
    isObject as (u: unknown) => u is T,
    (value, context) => (isObject(value) ? read(value, context) : t.failure(value, context, name)),
    t.identity,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
