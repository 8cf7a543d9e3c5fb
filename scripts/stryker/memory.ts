/*
 * What earlier runs have seen, so that one that is broken off has not been for nothing, and one after new tests runs these
 * alone. It holds as long as neither the source of the mutant nor the test file has changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Mutant, nameOf } from './mutants.js';

/**
 * What a test file did with a mutant: noticed it; never met it; met it and noticed nothing; or met it where only a run of its
 * own would show more.
 */
export type Seen = 'noticed' | 'not-met' | 'not-noticed' | 'unheard';

export interface Memory {
  seen(mutant: Mutant, test: string): Seen | null;
  keep(mutant: Mutant, test: string, seen: Seen): void;
  /** The test file that noticed it, or null. */
  by(mutant: Mutant): string | null;
  /** How many mutants of that file a test file noticed, in whatever state they were. */
  noticedIn(file: string, test: string): number;
  /** Processor time of a test file without a mutant. */
  tookMs(test: string): number;
  keepTime(test: string, ms: number): void;
  /** Writes what is kept. */
  write(): void;
}

interface Kept {
  readonly times: Record<string, number>;
  /** By mutant and test file: the states of both files, and what was seen. */
  readonly mutants: Record<string, Record<string, readonly [states: string, seen: Seen]>>;
}

export function memoryOf(root: string): Memory {
  const path = join(root, 'node_modules/.cache/waxseal/stryker.json');
  const kept: Kept = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Kept)
    : { times: {}, mutants: {} };
  const states = new Map<string, string>();
  const stateOf = (file: string) => {
    if (!states.has(file)) states.set(file, digestOf(join(root, file)));
    return states.get(file)!;
  };
  const key = (mutant: Mutant) => `${nameOf(mutant)} ${JSON.stringify(mutant.range)}`;
  const stateOfBoth = (mutant: Mutant, test: string) => `${stateOf(mutant.file)} ${stateOf(test)}`;
  const seen: Memory['seen'] = (mutant, test) => {
    const entry = kept.mutants[key(mutant)]?.[test];
    return entry !== undefined && entry[0] === stateOfBoth(mutant, test) ? entry[1] : null;
  };
  return {
    seen,
    keep: (mutant, test, what) => {
      kept.mutants[key(mutant)] ??= {};
      kept.mutants[key(mutant)]![test] = [stateOfBoth(mutant, test), what];
    },
    by: (mutant) =>
      Object.keys(kept.mutants[key(mutant)] ?? {}).find((test) => seen(mutant, test) === 'noticed') ?? null,
    noticedIn: (file, test) =>
      Object.entries(kept.mutants).filter(
        ([name, by]) => name.startsWith(`[${JSON.stringify(file)},`) && by[test]?.[1] === 'noticed',
      ).length,
    tookMs: (test) => kept.times[test] ?? 0,
    keepTime: (test, ms) => {
      kept.times[test] = ms;
    },
    write: () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify(kept));
    },
  };
}

function digestOf(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16) : '';
}
