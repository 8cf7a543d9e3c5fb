/*
 * What codecs read, as JSON Schema: each codec that is made here says what it takes, so that a schema for editors can be
 * read from the codec and never says anything else. A schema is a help for who writes a file; the codec decides.
 */

/** A schema of JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const known = new WeakMap<object, () => JsonSchema>();

/** The codec, with what it takes; read only when a schema is wanted. */
export function described<C extends object>(codec: C, schema: () => JsonSchema): C {
  known.set(codec, schema);
  return codec;
}

/** What a codec takes; of one that does not say, anything. */
export function schemaOf(codec: object): JsonSchema {
  return known.get(codec)?.() ?? {};
}
