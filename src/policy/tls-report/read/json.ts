/*
 * A JSON reader for texts that strangers send. It differs from the platform's in what it bears and what it tells: it stops at
 * bounds on depth and size, it notices members that come twice (RFC 7493, Section 2.3) and what stands after the value, and
 * objects are maps, so that no member can be mistaken for a method.
 */
import type { Steps } from '../../kernel/steps.js';
import {
  BLANKS_MAX,
  DEPTH_MAX,
  DEVIATIONS_MAX,
  NUMBER_LENGTH_MAX,
  STRING_LENGTH_MAX,
  VALUES_MAX,
} from './bounds.js';

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
      /** The offset behind the value and the blanks that follow it. */
      readonly end: number;
      /** How many values there are in it. */
      readonly values: number;
    }
  | { readonly kind: 'failed'; readonly problem: JsonProblem; readonly at: number };

/**
 * Reads one JSON value (RFC 8259) at an offset of a text, with at most so many values in it, in steps. Never throws; `at` is the
 * offset where it gave up.
 */
export function* readJson(text: string, from = 0, valuesMax = VALUES_MAX): Steps<ReadJson> {
  const reader = new Reader(text, from, valuesMax);
  const value = yield* reader.value(0);
  if (value === undefined) return { kind: 'failed', problem: reader.problem, at: reader.at };
  reader.skipBlanks();
  const { repeated, unescaped, at: end, values } = reader;
  return { kind: 'value', value, repeated, unescaped, end, values };
}

/** The path of a member: `policies[0].summary`. */
export function pathOf(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

const BLANKS = new RegExp(`[ \\t\\n\\r]{0,${BLANKS_MAX}}`, 'y');
/** After so many characters there may be a pause. */
const PAUSE_CHARACTERS = 65_536;
/** Digits beyond the bound are no number, nor a part of one. */
const DIGITS = `[0-9]{1,${NUMBER_LENGTH_MAX}}`;
const NUMBER = new RegExp(`-?(?:0|(?!0)${DIGITS})(?:\\.${DIGITS})?(?:[eE][+-]?${DIGITS})?`, 'y');
/** Up to the quote that ends a string, escapes included. */
const CHARACTERS = new RegExp(`[^"\\\\]{0,${STRING_LENGTH_MAX + 1}}`, 'y');
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x1f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROLS = /[\x00-\x1f]/g;
/** What may stand behind a backslash. */
const ESCAPE = /["\\/bfnrt]|u[0-9A-Fa-f]{4}/y;
const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/** Each method reads one thing at `at` and moves on; `undefined`: it is not there, and `problem` says why. */
class Reader {
  problem: JsonProblem = 'not-json';
  readonly repeated: string[] = [];
  readonly unescaped: string[] = [];
  values = 0;
  /** Where the value that is being read stands. */
  private readonly path: (string | number)[] = [];
  private pauseAt: number;

  constructor(
    private readonly text: string,
    public at: number,
    private readonly valuesMax: number,
  ) {
    this.pauseAt = at + PAUSE_CHARACTERS;
  }

  *value(depth: number): Steps<Json | undefined> {
    if (depth > DEPTH_MAX) return this.fail('too-deep');
    if (++this.values > this.valuesMax) return this.fail('too-large');
    if (this.at >= this.pauseAt) {
      yield;
      this.pauseAt = this.at + PAUSE_CHARACTERS;
    }
    this.skipBlanks();
    switch (this.text[this.at]) {
      case '{':
        return yield* this.object(depth);
      case '[':
        return yield* this.list(depth);
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  private *object(depth: number): Steps<JsonObject | undefined> {
    const members = new Map<string, Json>();
    this.at++;
    if (this.takes('}')) return members;
    for (;;) {
      this.skipBlanks();
      const key = this.text[this.at] === '"' ? this.string() : undefined;
      if (key === undefined || !this.takes(':')) return undefined;
      this.path.push(key);
      const value = yield* this.value(depth + 1);
      this.path.pop();
      if (value === undefined) return undefined;
      if (members.has(key)) this.note(this.repeated, key);
      else members.set(key, value);
      if (this.takes('}')) return members;
      if (!this.takes(',')) return undefined;
    }
  }

  private *list(depth: number): Steps<readonly Json[] | undefined> {
    const values: Json[] = [];
    this.at++;
    if (this.takes(']')) return values;
    for (;;) {
      this.path.push(values.length);
      const value = yield* this.value(depth + 1);
      this.path.pop();
      if (value === undefined) return undefined;
      values.push(value);
      if (this.takes(']')) return values;
      if (!this.takes(',')) return undefined;
    }
  }

  private note(places: string[], ...last: readonly string[]): void {
    if (places.length >= DEVIATIONS_MAX) return;
    places.push([...this.path, ...last].reduce<string>(pathOf, ''));
  }

  /** The platform undoes the escapes of a string whose end and grammar are known: putting it together here makes garbage by the megabyte. */
  private string(): string | undefined {
    const begin = ++this.at;
    let hasControl = false;
    let hasEscape = false;
    for (;;) {
      hasControl = CONTROL.test(this.match(CHARACTERS)) || hasControl;
      if (this.at - begin > STRING_LENGTH_MAX) return this.fail('too-large');
      const mark = this.text[this.at++];
      if (mark === '"') break;
      if (mark === undefined || this.match(ESCAPE) === '') return undefined;
      hasEscape = true;
    }
    if (hasControl) this.note(this.unescaped);
    const raw = this.text.slice(begin, this.at - 1);
    return hasEscape ? withoutEscapes(raw) : raw;
  }

  private word(): Json | undefined {
    const number = this.match(NUMBER);
    if (number.length >= NUMBER_LENGTH_MAX) return this.fail('too-large');
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

  skipBlanks(): void {
    if (this.match(BLANKS).length >= BLANKS_MAX) this.problem = 'too-large';
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

/** Of a string whose escapes are well-formed; control characters stay what they are. */
function withoutEscapes(raw: string): string {
  const controls = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.parse(`"${raw.replace(CONTROLS, controls)}"`) as string;
}
