/*
 * Stryker's mutants of sources. Its instrumenter wants a newer Node than ours, so it runs in a process of its own, under the
 * one that this folder brings.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** What Stryker does to a piece of a source, and where. */
export interface Mutant {
  readonly file: string;
  /** The line in which it begins, without the blanks around it. */
  readonly line: string;
  readonly code: string;
  readonly becomes: string;
  readonly range: Range;
  /** Of Stryker's: a number in the instrumented sources. */
  readonly id: string;
}

/** Sources with their mutants inside, asleep: mutant N wakes when `__stryker__.activeMutant` is N. */
export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** By path below the root of the project. */
  readonly sources: Readonly<Record<string, string>>;
}

interface Answer {
  readonly files: readonly { readonly name: string; readonly content: string }[];
  readonly mutants: readonly {
    readonly id: string;
    readonly fileName: string;
    readonly mutatorName: string;
    readonly replacement: string;
    readonly location: Range;
  }[];
}

/** A string literal of four words and more is a sentence: whether it reads well no test can say. */
const SENTENCE = /[a-z]+[,:;]? [a-z]+[,:;]? (?:.* )?[a-z]+/;

/** @param ranges the parts of each file that are mutated, where not all of it is */
export async function mutantsOf(
  root: string,
  files: readonly string[],
  ranges?: ReadonlyMap<string, readonly Range[]>,
): Promise<Instrumented> {
  const node = join(import.meta.dirname, `node_modules/node-linux-${process.arch}/bin/node`);
  if (!existsSync(node)) throw new Error(`${node} is missing; run npm ci --prefix scripts/stryker`);
  const contents = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const asked = [...contents].map(([name, content]) => ({
    name,
    content,
    mutate: ranges?.get(name) ?? true,
  }));
  const child = spawn(node, [join(import.meta.dirname, 'instrument.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(asked));
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (status !== 0) throw new Error(`the instrumenter ended with status ${status}`);
  const answer = JSON.parse(output) as Answer;
  const mutants = answer.mutants.flatMap(
    ({ id, fileName: file, mutatorName, replacement: becomes, location: range }) => {
      const lines = contents.get(file)!.split('\n');
      const code = piece(lines, range);
      if (mutatorName === 'StringLiteral' && SENTENCE.test(code)) return [];
      return [{ file, line: lines[range.start.line]!.trim(), code, becomes, range, id }];
    },
  );
  return {
    mutants,
    sources: Object.fromEntries(answer.files.map(({ name, content }) => [name, content])),
  };
}

function piece(lines: readonly string[], { start, end }: Range): string {
  const all = lines.slice(start.line, end.line + 1);
  all[all.length - 1] = all.at(-1)!.slice(0, end.column);
  return all.join('\n').slice(start.column);
}

/** What a mutant is called wherever in its file it stands, so that changes elsewhere leave a sample as it was. */
export function nameOf({ file, line, code, becomes }: Omit<Mutant, 'range' | 'id'>): string {
  return JSON.stringify([file, line, code, becomes]);
}

/** So many of them, as a seed draws them. */
export function sampleOf(mutants: readonly Mutant[], size: number, seed: number): readonly Mutant[] {
  const rank = (mutant: Mutant) =>
    createHash('sha256')
      .update(`${seed} ${nameOf(mutant)}`)
      .digest('hex');
  const ranked = mutants.map((mutant) => [rank(mutant), mutant] as const);
  return ranked
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .slice(0, size)
    .map(([, mutant]) => mutant);
}
