/*
 * The connections at a door, so that nobody can hold all of them: one address has so many at most, and a session that brings no
 * message forward ends, however busily it talks.
 */
import type { SMTPServerSession } from 'smtp-server';
import { replyError } from '../../hosts/lmtp/envelope.js';
import { isLocal } from './peers.js';

const PER_ADDRESS_MAX = 50;
/** Without a transaction, and with one. The longest message at the slowest pace that RFC 5321, Section 4.5.3.2, lets pass is far shorter. */
const IDLE_MS_MAX = 300_000;
const BUSY_MS_MAX = 3_600_000;

export class Connections {
  readonly #counts = new Map<string, number>();
  readonly #sessions = new Map<SMTPServerSession, { timer: NodeJS.Timeout; readonly end: () => void }>();

  /** Answers why a session is refused, or null. `end`: ends it. */
  begin(session: SMTPServerSession, end: () => void): Error | null {
    const { remoteAddress } = session;
    const count = this.#counts.get(remoteAddress) ?? 0;
    if (!isLocal(remoteAddress) && count >= PER_ADDRESS_MAX)
      return replyError(421, '4.7.0 too many connections from there; try again later');
    this.#counts.set(remoteAddress, count + 1);
    this.#sessions.set(session, { timer: later(end, IDLE_MS_MAX), end });
    return null;
  }

  busy(session: SMTPServerSession): void {
    this.#reset(session, BUSY_MS_MAX);
  }

  idle(session: SMTPServerSession): void {
    this.#reset(session, IDLE_MS_MAX);
  }

  #reset(session: SMTPServerSession, ms: number): void {
    const known = this.#sessions.get(session);
    if (known === undefined) return;
    clearTimeout(known.timer);
    known.timer = later(known.end, ms);
  }

  end(session: SMTPServerSession): void {
    const known = this.#sessions.get(session);
    if (known === undefined) return;
    clearTimeout(known.timer);
    this.#sessions.delete(session);
    const count = (this.#counts.get(session.remoteAddress) ?? 1) - 1;
    if (count > 0) this.#counts.set(session.remoteAddress, count);
    else this.#counts.delete(session.remoteAddress);
  }
}

function later(run: () => void, ms: number): NodeJS.Timeout {
  const timer = setTimeout(run, ms);
  timer.unref();
  return timer;
}
