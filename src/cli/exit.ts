import type { RecipientReport } from '../engine/recipient-report.js';

/** What the command ends with, after sysexits.h; mail systems tell by it what to do with the message. */
export const EXIT = {
  ok: 0,
  /** Something was compared, and it differs. */
  different: 1,
  /** The command was called in a way it cannot be. */
  misuse: 64,
  /** What was read is not what it should be. */
  badData: 65,
  /** An input cannot be read. */
  noInput: 66,
  bounced: 69,
  /** A fault of ours. `deliver` ends with `deferred` instead, because nothing may be lost. */
  software: 70,
  /** An output cannot be written. */
  cannotCreate: 73,
  /** At least one recipient is to be tried again. */
  deferred: 75,
  badSettings: 78,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command: one sentence for whoever called it, and how it ends. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly exit: Exit,
    message: string,
  ) {
    super(message);
  }
}

/** Whoever waits counts most, then whoever is refused. */
export function exitOf(results: readonly Pick<RecipientReport, 'outcome'>[]): Exit {
  if (results.some(({ outcome }) => outcome === 'deferred')) return EXIT.deferred;
  return results.some(({ outcome }) => outcome === 'bounced') ? EXIT.bounced : EXIT.ok;
}
