/* Processes that run test files (lane.ts), as many as are wanted, each taken for one run at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Run, Told } from './lane.js';
import type { Note, Waking } from './waking-runner.js';

export interface Lanes {
  /** Does something with each, as many at a time as there are lanes. */
  forEach<T>(each: readonly T[], act: (one: T, lane: Lane) => Promise<void>): Promise<void>;
  close(): void;
}

export interface Lane {
  /**
   * @param limitMs how long nothing may be noted: processor time, so that a busy machine does not look like a mutant that
   *   runs for ever
   */
  run(file: string, waking: Omit<Waking, 'notes'>, limitMs: number): Promise<Ran>;
}

/** How a test file has run. Mutants are named by Stryker's ids. */
export interface Ran {
  readonly isInTime: boolean;
  readonly failed: readonly string[];
  readonly noticed: readonly string[];
  readonly met: readonly string[];
  /** Met, and not tried on all that meets it: only a process of its own can show more. */
  readonly unheard: readonly string[];
  /** The mutant that was woken last. */
  readonly last: string | null;
  /** Processor time that the tests take alone, or null if that is not known. */
  readonly tookMs: number | null;
}

/** Who takes next to no processor time for so long waits for what never comes. */
const IDLE = { seconds: 60, ms: 60 };

export function openLanes(root: string, sources: Readonly<Record<string, string>>, count: number): Lanes {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  const sourcesFile = join(folder, 'sources.json');
  writeFileSync(sourcesFile, JSON.stringify(sources));
  const lanes = Array.from({ length: count }, (_, index) =>
    laneOf([root, sourcesFile], join(folder, `notes-${index}`)),
  );
  return {
    forEach: async (each, act) => {
      const left = each.values();
      await Promise.all(
        lanes.map(async (lane) => {
          for (const one of left) await act(one, lane);
        }),
      );
    },
    close: () => {
      for (const lane of lanes) lane.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function laneOf(args: readonly string[], notes: string): Lane & { close(): void } {
  let child: ChildProcess | null = null;
  const close = () => {
    child?.kill('SIGKILL');
    child = null;
  };
  return {
    run: async (file, waking, limitMs) => {
      writeFileSync(notes, '');
      child ??= fork(join(import.meta.dirname, 'lane.ts'), args, {
        execArgv: ['--import', 'tsx'],
        // Each time that a test is run it listens to the same signal once more.
        env: { ...process.env, NODE_NO_WARNINGS: '1' },
      });
      const failed = await failuresOf(child, { file, waking: { ...waking, notes } }, limitMs);
      if (failed === null) close();
      return { isInTime: failed !== null, failed: failed ?? [], ...readNotes(notes) };
    },
    close,
  };
}

/** Null: it was not done in time. */
function failuresOf(child: ChildProcess, run: Run, limitMs: number): Promise<readonly string[] | null> {
  return new Promise((resolve) => {
    const busy: number[] = [];
    let noted = { length: 0, busyMs: 0 };
    const end = (failed: readonly string[] | null) => {
      child.off('message', hear).off('exit', died);
      resolve(failed);
    };
    const died = () => end(null);
    const hear = (told: Told) => {
      if ('failed' in told) return end(told.failed);
      busy.push(told.busyMs);
      const { size: length } = statSync(run.waking.notes);
      if (length !== noted.length || busy.length === 1) noted = { length, busyMs: told.busyMs };
      const before = busy.at(-IDLE.seconds);
      const isIdle = before !== undefined && told.busyMs - before < IDLE.ms;
      if (isIdle || told.busyMs - noted.busyMs > limitMs) end(null);
    };
    child.on('message', hear).on('exit', died);
    child.send(run);
  });
}

function readNotes(path: string): Omit<Ran, 'isInTime' | 'failed'> {
  const notes = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.split(' ') as unknown as Note);
  const after = (wanted: Note[0]) => [
    ...new Set(notes.flatMap(([kind, ...rest]) => (kind === wanted ? rest : []))),
  ];
  const [tookMs] = after('took');
  return {
    ...{ noticed: after('noticed'), unheard: after('unheard') },
    met: [...new Set([...after('met'), ...after('unheard')])],
    last: notes.findLast(([kind]) => kind === 'woken')?.[1] ?? null,
    tookMs: tookMs === undefined ? null : Number(tookMs),
  };
}
