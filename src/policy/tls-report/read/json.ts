/*
 * A JSON reader for texts that strangers send. It differs from the platform's in what it bears and what it tells: it stops at
 * bounds on depth and size, it notices members that come twice (RFC 7493, Section 2.3) and what stands after the value, and
 * objects are maps, so that no member can be mistaken for a method.
 */
import { DEPTH_MAX, DEVIATIONS_MAX, VALUES_MAX } from './bounds.js';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
/** Of members with the same name the first counts. */
export type JsonObject = ReadonlyMap<string, Json>;

export type JsonProblem = 'not-json' | 'too-deep' | 'too-large';

export type ReadJson =
  | {
      readonly kind: 'value';
      readonly value: Json;
      /** Paths of members that came again, in order. */
      readonly repeated: readonly string[];
      /** Paths of strings that hold control characters as they are. */
      readonly unescaped: readonly string[];
      /** What stands after the value, blanks apart. */
      readonly rest: string;
    }
  | { readonly kind: 'failed'; readonly problem: JsonProblem; readonly at: number };

/** Reads one JSON value (RFC 8259) at the beginning of a text. Never throws; `at` is the offset where it gave up. */
export function readJson(text: string): ReadJson {
  const reader = new Reader(text);
  const value = reader.value(0);
  if (value === undefined) return { kind: 'failed', problem: reader.problem, at: reader.at };
  const { repeated, unescaped } = reader;
  return { kind: 'value', value, repeated, unescaped, rest: text.slice(reader.at).trim() };
}

/** The path of a member: `policies[0].summary`. */
export function pathOf(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

const BLANKS = ' \t\n\r';
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Up to the quote that ends a string, escapes included. */
const CHARACTERS = /[^"\\]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x1f]/;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/** Each method reads one thing at `at` and moves on; `undefined`: it is not there, and `problem` says why. */
class Reader {
  at = 0;
  problem: JsonProblem = 'not-json';
  readonly repeated: string[] = [];
  readonly unescaped: string[] = [];
  private values = 0;
  /** Where the value that is being read stands. */
  private readonly path: (string | number)[] = [];

  constructor(private readonly text: string) {}

  value(depth: number): Json | undefined {
    if (depth > DEPTH_MAX) return this.fail('too-deep');
    if (++this.values > VALUES_MAX) return this.fail('too-large');
    this.skipBlanks();
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth);
      case '[':
        return this.list(depth);
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  private object(depth: number): JsonObject | undefined {
    const members = new Map<string, Json>();
    this.at++;
    if (this.takes('}')) return members;
    for (;;) {
      this.skipBlanks();
      const key = this.text[this.at] === '"' ? this.string() : undefined;
      if (key === undefined || !this.takes(':')) return undefined;
      const value = this.within(key, depth);
      if (value === undefined) return undefined;
      if (members.has(key)) this.note(this.repeated, key);
      else members.set(key, value);
      if (this.takes('}')) return members;
      if (!this.takes(',')) return undefined;
    }
  }

  private list(depth: number): readonly Json[] | undefined {
    const values: Json[] = [];
    this.at++;
    if (this.takes(']')) return values;
    for (;;) {
      const value = this.within(values.length, depth);
      if (value === undefined) return undefined;
      values.push(value);
      if (this.takes(']')) return values;
      if (!this.takes(',')) return undefined;
    }
  }

  private within(key: string | number, depth: number): Json | undefined {
    this.path.push(key);
    const value = this.value(depth + 1);
    this.path.pop();
    return value;
  }

  private note(places: string[], ...last: readonly string[]): void {
    if (places.length >= DEVIATIONS_MAX) return;
    places.push([...this.path, ...last].reduce<string>(pathOf, ''));
  }

  private string(): string | undefined {
    let value = '';
    let hasControl = false;
    this.at++;
    for (;;) {
      const plain = this.match(CHARACTERS);
      hasControl ||= CONTROL.test(plain);
      value += plain;
      const mark = this.text[this.at++];
      if (mark === '"') break;
      const character = mark === undefined ? undefined : this.escape();
      if (character === undefined) return undefined;
      value += character;
    }
    if (hasControl) this.note(this.unescaped);
    return value;
  }

  private escape(): string | undefined {
    const letter = this.text[this.at++] ?? '';
    if (letter !== 'u') return ESCAPES.get(letter);
    const digits = this.text.slice(this.at, this.at + 4);
    this.at += 4;
    return /^[0-9a-f]{4}$/i.test(digits) ? String.fromCharCode(Number.parseInt(digits, 16)) : undefined;
  }

  private word(): Json | undefined {
    const number = this.match(NUMBER);
    if (number !== '') return Number(number);
    const known = WORDS.find(([word]) => this.text.startsWith(word, this.at));
    if (known === undefined) return undefined;
    this.at += known[0].length;
    return known[1];
  }

  private takes(mark: string): boolean {
    this.skipBlanks();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private skipBlanks(): void {
    while (BLANKS.includes(this.text[this.at] ?? 'none')) this.at++;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private fail(problem: JsonProblem): undefined {
    this.problem = problem;
    return undefined;
  }
}
