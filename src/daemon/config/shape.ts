/*
 * What a value of the configuration looks like, said once: a codec that reads it, and the JSON Schema by which editors help
 * who writes it. A test holds the two against each other.
 */
import { dictionary, type Fields, strictObject } from '../../effects/codecs/strict-object.js';
import * as values from '../../effects/codecs/values.js';

/** JSON Schema, as far as it is used here (draft 2020-12). */
export type Schema = { readonly [key: string]: unknown };

export interface Shape<T> {
  readonly codec: values.Codec<T>;
  readonly schema: Schema;
}

/** A value that is written as a text, and read into something else; null: it is none. `schema` says which texts. */
export function written<T>(name: string, schema: Schema, read: (text: string) => T | null): Shape<T> {
  const codec = values.readFrom(name, (value) => (typeof value === 'string' ? read(value) : null));
  return { codec, schema: { type: 'string', description: name, ...schema } };
}

/** A text that matches; `name` says what was expected. */
export function text(name: string, pattern: string): Shape<string> {
  const matches = new RegExp(pattern, 'u');
  return written(name, { pattern }, (value) => (matches.test(value) ? value : null));
}

export function oneOf<const W extends string>(...words: readonly W[]): Shape<W> {
  return { codec: values.oneOf(...words), schema: { enum: words } };
}

export function whole(min: number, max: number): Shape<number> {
  return { codec: values.wholeFrom(min, max), schema: { type: 'integer', minimum: min, maximum: max } };
}

export function listOf<T>(name: string, item: Shape<T>): Shape<readonly T[]> {
  return {
    codec: values.listOf(name, item.codec),
    schema: { type: 'array', description: name, items: item.schema },
  };
}

/** As {@link listOf}, of at least one. */
export function filledListOf<T>(name: string, item: Shape<T>): Shape<readonly T[]> {
  return {
    codec: values.filledListOf(name, item.codec) as unknown as values.Codec<readonly T[]>,
    schema: { type: 'array', description: name, minItems: 1, items: item.schema },
  };
}

type Shapes<T> = { readonly [K in keyof T]-?: Shape<Exclude<T[K], undefined>> };

/** An object with these keys and no others. `required`: those that may not be left out. */
export function object<T extends object>(
  name: string,
  shapes: Shapes<T>,
  required: readonly (keyof T & string)[],
): Shape<T> {
  const entries = Object.entries(shapes) as [string, Shape<unknown>][];
  const fields = Object.fromEntries(entries.map(([key, { codec }]) => [key, codec])) as Fields<T>;
  return {
    codec: strictObject<T>(name, fields, required),
    schema: {
      type: 'object',
      description: name,
      properties: Object.fromEntries(entries.map(([key, { schema }]) => [key, schema])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    },
  };
}

/** Either a text, or an object. */
export function either<P, T>(name: string, plain: Shape<P>, other: Shape<T>): Shape<P | T> {
  return {
    codec: values.either(name, plain.codec, other.codec),
    schema: { description: name, anyOf: [plain.schema, other.schema] },
  };
}

/** An object with free keys. */
export function named<V>(name: string, pattern: string, value: Shape<V>): Shape<Readonly<Record<string, V>>> {
  const isKey = new RegExp(pattern, 'u');
  return {
    codec: dictionary(name, (key) => isKey.test(key), value.codec),
    schema: {
      type: 'object',
      description: name,
      patternProperties: { [pattern]: value.schema },
      additionalProperties: false,
    },
  };
}
