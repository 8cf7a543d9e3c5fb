import type { Exit } from './exit.js';

/** One command of `waxseal`. */
export interface Command {
  /** Shown by `waxseal NAME --help`. */
  readonly help: string;
  /** Of one of its sub-commands; null: there is none of that name. */
  readonly helpOf?: (word: string) => string | null;
  /** Throws a CommandError for what cannot be done. */
  run(args: readonly string[]): Promise<Exit>;
}
