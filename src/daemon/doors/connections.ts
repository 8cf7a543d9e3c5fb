/*
 * The connections at a door, so that nobody can hold all of them: one address (of IPv6, one network) has so many at most, and a session
 * that brings no message forward ends, however busily it talks.
 */
import type { SMTPServerSession } from 'smtp-server';
import { replyError } from '../../hosts/lmtp/envelope.js';
import { countedAs, isLocal } from './peers.js';

const PER_ADDRESS_MAX = 50;
/** Without a transaction, and with one. The longest message at the slowest pace that RFC 5321, Section 4.5.3.2, lets pass is far shorter. */
const IDLE_MS_MAX = 300_000;
const BUSY_MS_MAX = 3_600_000;

interface Session {
  timer: NodeJS.Timeout;
  readonly end: () => void;
  readonly peer: string;
  isBusy: boolean;
}

export class Connections {
  readonly #counts = new Map<string, number>();
  readonly #sessions = new Map<SMTPServerSession, Session>();

  /** Answers why a session is refused, or null. `end`: ends it. */
  begin(session: SMTPServerSession, end: () => void): Error | null {
    const peer = countedAs(session.remoteAddress);
    const count = this.#counts.get(peer) ?? 0;
    if (!isLocal(session.remoteAddress) && count >= PER_ADDRESS_MAX)
      return replyError(421, '4.7.0 too many connections from there; try again later');
    this.#counts.set(peer, count + 1);
    this.#sessions.set(session, { timer: later(end, IDLE_MS_MAX), end, peer, isBusy: false });
    return null;
  }

  /** A transaction has begun. Another one behind it brings no more time: only a message that was handed in does. */
  busy(session: SMTPServerSession): void {
    const known = this.#sessions.get(session);
    if (known?.isBusy === false) reset(known, BUSY_MS_MAX);
    if (known !== undefined) known.isBusy = true;
  }

  idle(session: SMTPServerSession): void {
    const known = this.#sessions.get(session);
    if (known === undefined) return;
    reset(known, IDLE_MS_MAX);
    known.isBusy = false;
  }

  end(session: SMTPServerSession): void {
    const known = this.#sessions.get(session);
    if (known === undefined) return;
    clearTimeout(known.timer);
    this.#sessions.delete(session);
    const count = (this.#counts.get(known.peer) ?? 1) - 1;
    if (count > 0) this.#counts.set(known.peer, count);
    else this.#counts.delete(known.peer);
  }
}

function reset(session: Session, ms: number): void {
  clearTimeout(session.timer);
  session.timer = later(session.end, ms);
}

function later(run: () => void, ms: number): NodeJS.Timeout {
  const timer = setTimeout(run, ms);
  timer.unref();
  return timer;
}
