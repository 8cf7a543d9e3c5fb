/*
 * Where in a JSON text something stands: the place of the value that a problem speaks of, or where the text stops being JSON.
 * JSON.parse tells neither in the same words everywhere. Hostile texts are walked once, without recursion.
 */
import { belowPath, type Problem } from './result.js';

/** Both from 1; columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A problem of a text, and where it stands there. */
export type PlacedProblem = Problem & Place;

/** Deeper than any file of ours; below it places are those of what is around. */
const DEPTH_MAX = 32;

/** The problems of what was read from a JSON text, with their places. A value that is missing stands where it should be: in what is around it. */
export function placed(text: string, problems: readonly Problem[]): readonly PlacedProblem[] {
  const { offsets, stoppedAt } = walk(text);
  return problems.map((problem) => {
    const offset = stoppedAt ?? offsetOf(problem.path, offsets);
    return { ...problem, ...placeAt(text, offset) };
  });
}

function offsetOf(path: string, offsets: ReadonlyMap<string, number>): number {
  for (let at: string | null = path; at !== null; at = around(at)) {
    const found = offsets.get(at);
    if (found !== undefined) return found;
  }
  return 0;
}

/** The path of what is around that value; null: nothing is. */
function around(path: string): string | null {
  if (path === '') return null;
  const quoted = /^([\s\S]*)\["(?:[^"\\]|\\.)*"(?:\.\.\.)?\]$/.exec(path);
  if (quoted !== null) return quoted[1]!;
  return path.slice(0, Math.max(0, path.lastIndexOf('.'), path.lastIndexOf('[')));
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** What is open around the place that is read. */
interface Open {
  readonly kind: 'object' | 'list';
  readonly path: string;
  index: number;
}
type Awaited = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'comma-or-end';

interface Walk {
  /** Where each value begins; of keys that stand there twice, the last, as JSON.parse has it. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Where the text stops being JSON; null: it is JSON. */
  readonly stoppedAt: number | null;
}

function walk(text: string): Walk {
  const offsets = new Map<string, number>();
  const open: Open[] = [];
  let awaited: Awaited = 'value';
  let path = '';
  let at = 0;
  const stopped = (where: number): Walk => ({ offsets, stoppedAt: where });
  const ended = (): Awaited => {
    const around = open.at(-1);
    if (around !== undefined) around.index++;
    return 'comma-or-end';
  };
  for (;;) {
    at = skipBlanks(text, at);
    const around = open.at(-1);
    const isOver: boolean = awaited === 'comma-or-end' && around === undefined;
    if (at >= text.length) return isOver ? { offsets, stoppedAt: null } : stopped(at);
    if (isOver) return stopped(at);
    const character = text[at]!;
    if (character === (around?.kind === 'object' ? '}' : ']') && awaited !== 'value' && awaited !== 'key') {
      open.pop();
      at++;
      awaited = ended();
    } else if (awaited === 'comma-or-end') {
      if (character !== ',') return stopped(at);
      at++;
      awaited = around!.kind === 'object' ? 'key' : 'value';
      if (around!.kind === 'list') path = pathIn(around!, String(around!.index), open.length);
    } else if (awaited === 'key' || awaited === 'key-or-end') {
      const end = endOfText(text, at);
      if (typeof end !== 'number') return stopped(end.stoppedAt);
      path = pathIn(around!, JSON.parse(text.slice(at, end)) as string, open.length);
      at = skipBlanks(text, end);
      if (text[at] !== ':') return stopped(at);
      at++;
      awaited = 'value';
    } else {
      if (open.length <= DEPTH_MAX) offsets.set(path, at);
      if (character === '{' || character === '[') {
        const kind = character === '{' ? 'object' : 'list';
        open.push({ kind, path, index: 0 });
        at++;
        awaited = kind === 'object' ? 'key-or-end' : 'value-or-end';
        if (kind === 'list') path = pathIn(open.at(-1)!, '0', open.length);
      } else {
        const end = endOfPlain(text, at);
        if (typeof end !== 'number') return stopped(end.stoppedAt);
        at = end;
        awaited = ended();
      }
    }
  }
}

/** Below the bound paths are not spelt out, so that deep texts cost no more than long ones. */
function pathIn({ path }: Open, key: string, depth: number): string {
  return depth <= DEPTH_MAX ? belowPath(path, key) : path;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++;
  return at;
}

type End = number | { readonly stoppedAt: number };

function endOfPlain(text: string, from: number): End {
  if (text[from] === '"') return endOfText(text, from);
  const plain = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  plain.lastIndex = from;
  const found = plain.exec(text);
  return found === null ? { stoppedAt: from } : from + found[0].length;
}

function endOfText(text: string, from: number): End {
  if (text[from] !== '"') return { stoppedAt: from };
  for (let at = from + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') return at + 1;
    if (character < ' ') return { stoppedAt: at };
    if (character !== '\\') continue;
    at++;
    const escaped = text[at] ?? '';
    if (escaped === 'u') {
      if (!/^[0-9a-f]{4}$/i.test(text.slice(at + 1, at + 5))) return { stoppedAt: at - 1 };
      at += 4;
    } else if (escaped === '' || !'"\\/bfnrt'.includes(escaped)) return { stoppedAt: at - 1 };
  }
  return { stoppedAt: text.length };
}
