/* As much of JSON Schema as our own schemas use, read the plain way; a keyword that it does not know is an error. */

type Schema = Readonly<Record<string, unknown>>;
type Keyword = (value: unknown, given: never, schema: Schema) => boolean;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const typeOf = (value: unknown): readonly string[] => {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  return Number.isInteger(value) ? ['integer', 'number'] : [typeof value];
};

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  $schema: () => true,
  title: () => true,
  description: () => true,
  type: (value, given: string | readonly string[]) =>
    typeOf(value).some((type) => [given].flat().includes(type)),
  enum: (value, given: readonly unknown[]) => given.includes(value),
  pattern: (value, given: string) => typeof value !== 'string' || new RegExp(given, 'u').test(value),
  minimum: (value, given: number) => typeof value !== 'number' || value >= given,
  maximum: (value, given: number) => typeof value !== 'number' || value <= given,
  minItems: (value, given: number) => !Array.isArray(value) || value.length >= given,
  items: (value, given: Schema) => !Array.isArray(value) || value.every((item) => accepts(given, item)),
  anyOf: (value, given: readonly Schema[]) => given.some((each) => accepts(each, value)),
  required: (value, given: readonly string[]) =>
    !isObject(value) || given.every((key) => Object.hasOwn(value, key)),
  properties: (value, given: Readonly<Record<string, Schema>>) =>
    !isObject(value) ||
    Object.entries(given).every(([key, own]) => !Object.hasOwn(value, key) || accepts(own, value[key])),
  propertyNames: (value, given: Schema) =>
    !isObject(value) || Object.keys(value).every((key) => accepts(given, key)),
  additionalProperties: (value, given: Schema | false, { properties = {} }) =>
    !isObject(value) ||
    Object.entries(value).every(
      ([key, own]) => Object.hasOwn(properties as object, key) || (given !== false && accepts(given, own)),
    ),
};

/** Whether a schema takes a value of JSON. */
export function accepts(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, given]) =>
    KEYWORDS[keyword]!(value, given as never, schema),
  );
}
