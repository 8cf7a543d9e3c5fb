import type { Exit } from './exit.js';

/** One command of `waxseal`. */
export interface Command {
  /** Shown by `waxseal NAME --help`. */
  readonly help: string;
  /** Throws a CommandError for what cannot be done. */
  run(args: readonly string[]): Promise<Exit>;
}
