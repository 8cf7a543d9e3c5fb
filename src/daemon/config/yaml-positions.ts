/* YAML with the place of each value, so that what is wrong is told where it stands. */
import { type Document, isMap, isNode, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

export interface Position {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface YamlProblem extends Position {
  readonly says: string;
}

export type ReadYaml =
  | {
      readonly kind: 'read';
      readonly value: unknown;
      /** Where the value or its key stands, or the nearest one around it, that a path such as `users[0].name` names. */
      readonly positionOf: (path: string, of?: 'value' | 'key') => Position;
    }
  | { readonly kind: 'refused'; readonly problems: readonly YamlProblem[] };

/** Values that aliases may stand for. */
const ALIASES_MAX = 100;
const PROBLEMS_MAX = 20;

/** Reads a document of YAML 1.2. Never throws. */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    return {
      kind: 'refused',
      problems: document.errors.slice(0, PROBLEMS_MAX).map(({ pos, message }) => ({
        ...positionAt(lines, pos[0]),
        says: message,
      })),
    };
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    return {
      kind: 'read',
      value: value ?? {},
      positionOf: (path, of = 'value') => positionAt(lines, offsetOf(document, keysOf(path), of)),
    };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { kind: 'refused', problems: [{ line: 1, column: 1, says }] };
  }
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** The keys and indices of a path such as `a.b[0]["c d"]`. */
function keysOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")(?:\.\.\.)?\]|([^.[\]]+)/g)].map(
    ([, index, quoted, plain]) =>
      index !== undefined ? Number(index) : quoted !== undefined ? String(JSON.parse(quoted)) : plain!,
  );
}

function offsetOf(document: Document, keys: readonly (string | number)[], of: 'value' | 'key'): number {
  let offset = 0;
  let node: unknown = document.contents;
  if (isNode(node)) offset = startOf(node, offset);
  for (const [at, key] of keys.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((each) => nameOf(each.key) === String(key));
      if (pair === undefined) return offset;
      if (isNode(pair.key)) offset = startOf(pair.key, offset);
      node = pair.value;
      if (of === 'key' && at === keys.length - 1) return offset;
      // A list or an object begins where its key does, for the eye.
      if (isNode(node) && !isMap(node) && !isSeq(node)) offset = startOf(node, offset);
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (!isNode(node)) return offset;
      offset = startOf(node, offset);
    } else return offset;
  }
  return offset;
}

function nameOf(key: unknown): string {
  return isNode(key) && 'value' in key ? String(key.value) : String(key);
}

function startOf(node: Node, otherwise: number): number {
  return node.range?.[0] ?? otherwise;
}
