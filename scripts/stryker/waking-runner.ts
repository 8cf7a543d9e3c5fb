/*
 * What Vitest runs tests with, in the process of a test file (lane.ts). Importing what a test needs takes a thousand times as
 * long as the test, so each test is run over and over in one process: once with all mutants asleep, to see which it meets,
 * and once for each of those that it may notice. What only a process of its own would show (a mutant that is met on import,
 * something that was remembered) is for a second run, with one mutant awake from the beginning.
 */
import { appendFileSync } from 'node:fs';
import { inject, type RunnerTestCase } from 'vitest';
import { VitestTestRunner } from 'vitest/runners';

/** What a test file is run for. */
export interface Waking {
  /** One mutant that is awake from the beginning, or null: those that are to be woken for each test. */
  readonly only: string | null;
  readonly each: readonly string[];
  /** Where to note what happens (`Note`, one a line): who is stuck in a mutant cannot answer. */
  readonly notes: string;
}

/**
 * `woken`, `noticed`, `met` (by a test), `unheard` (met, and not tried on all that meets it) are followed by mutants, `took` by
 * the processor time of the tests alone, in milliseconds.
 */
export type Note = readonly ['woken' | 'noticed' | 'met' | 'unheard' | 'took', ...(readonly string[])];

declare module 'vitest' {
  export interface ProvidedContext {
    waking: Waking;
  }
}

/** Processor time: of a test that is run over and over; of one mutant, and of all, in one file. */
const TEST_MS_MAX = 300;
const MUTANT_MS_MAX = 2000;
const FILE_MS_MAX = 120_000;
/** How much oftener than without it a mutant may be met, before it counts as running for ever. */
const HITS_MAX = 100;

type Hits = Readonly<Record<string, number>>;

interface Stryker {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number;
  hitLimit?: number;
  mutantCoverage?: { readonly static: Hits; readonly perTest: Readonly<Record<string, Hits>> };
}

const ofThisProcess = globalThis as { __stryker__?: Stryker };

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export default class WakingRunner extends VitestTestRunner {
  readonly #stryker: Stryker = {};
  readonly #waking: Waking = inject('waking');
  readonly #left = new Set(this.#waking.each);
  readonly #spentMs = new Map<string, number>();
  #areSound = true;
  readonly #beganAt = processorMs();
  #wakingMs = 0;

  constructor(...args: ConstructorParameters<typeof VitestTestRunner>) {
    super(...args);
    ofThisProcess.__stryker__ = this.#stryker;
    if (this.#waking.only !== null) this.#wake(this.#waking.only, Number.MAX_SAFE_INTEGER);
  }

  async runTask(test: RunnerTestCase): Promise<void> {
    const once = VitestTestRunner.getTestFn(test);
    if (this.#waking.only !== null) return once();
    this.#stryker.currentTestId = test.id;
    const startedAt = processorMs();
    try {
      await once();
    } finally {
      this.#stryker.currentTestId = undefined;
    }
    const tookMs = processorMs() - startedAt;
    const hits = Object.entries(this.#stryker.mutantCoverage?.perTest[test.id] ?? {});
    const met = hits.filter(([mutant]) => this.#left.has(mutant));
    this.#note('met', ...met.map(([mutant]) => mutant));
    for (const [mutant, count] of met) {
      if (tookMs > TEST_MS_MAX || !this.#mayTry(mutant)) {
        this.#note('unheard', mutant);
      } else if (await this.#isNoticed(mutant, count, once)) {
        // A test that fails without it too, now, has remembered something, or cannot be run twice.
        this.#areSound = !(await isRed(once));
        if (this.#areSound) this.#left.delete(mutant);
        this.#note(this.#areSound ? 'noticed' : 'unheard', mutant);
      }
    }
  }

  override onAfterRunFiles(): void {
    const onImport = Object.keys(this.#stryker.mutantCoverage?.static ?? {});
    this.#note('unheard', ...onImport.filter((mutant) => this.#left.has(mutant)));
    this.#note('took', String(Math.round(processorMs() - this.#beganAt - this.#wakingMs)));
    super.onAfterRunFiles();
  }

  #mayTry(mutant: string): boolean {
    const spentMs = this.#spentMs.get(mutant) ?? 0;
    return this.#areSound && spentMs <= MUTANT_MS_MAX && this.#wakingMs <= FILE_MS_MAX;
  }

  async #isNoticed(mutant: string, count: number, once: () => unknown): Promise<boolean> {
    const startedAt = processorMs();
    this.#note('woken', mutant);
    this.#wake(mutant, HITS_MAX * count + 1000);
    try {
      return await isRed(once);
    } finally {
      this.#stryker.activeMutant = undefined;
      const tookMs = processorMs() - startedAt;
      this.#wakingMs += tookMs;
      this.#spentMs.set(mutant, (this.#spentMs.get(mutant) ?? 0) + tookMs);
    }
  }

  #wake(mutant: string, hitLimit: number): void {
    this.#stryker.activeMutant = mutant;
    this.#stryker.hitCount = 0;
    this.#stryker.hitLimit = hitLimit;
  }

  #note(...note: Note): void {
    appendFileSync(this.#waking.notes, `${note.join(' ')}\n`);
  }
}

async function isRed(once: () => unknown): Promise<boolean> {
  try {
    await once();
    return false;
  } catch {
    return true;
  }
}
