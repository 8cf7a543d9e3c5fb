import type { SmtpSession } from '../../../effects/ports.js';

/** A connection that can wait for another message once one was taken, instead of QUIT. */
export interface KeepableSession extends SmtpSession {
  /** From now on nobody asks, and no process is kept alive for it. `gone` is called once, if the connection is lost. */
  park(gone: () => void): void;
  /**
   * Back from `park`, by RSET, which also shows whether the server still listens (RFC 5321, Section 4.1.1.5). `gone`: it
   * does not, or it has said something that nobody asked for. Within that many milliseconds; never rejects. Null: it was heard a
   * moment ago and is not asked, so that a server that has left since is noticed by the next command.
   */
  wake(deadlineMs: number | null, signal: AbortSignal): Promise<'awake' | 'gone'>;
}
