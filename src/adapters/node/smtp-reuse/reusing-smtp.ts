import { Count, TimeMs } from '../../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../../effects/codecs/strict-object.js';
import { callable } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import type { Adapters } from '../../../effects/ports.js';
import type { KeepableSession } from '../smtp/index.js';
import { KeptConnections, type ReuseOptions } from './kept-connections.js';
import { ReusingSession } from './reusing-session.js';

export interface ReusingSmtp {
  readonly session: Adapters['smtp.session'];
  /** Says QUIT on all connections that wait; those in use are closed when they are done. Never rejects. */
  close(): Promise<void>;
}

export const ReuseCodec = strictObject<ReuseOptions>(
  'limits for kept connections',
  {
    connectionsMax: Count,
    perHostMax: Count,
    idleMs: TimeMs,
    ageMs: TimeMs,
    messagesMax: Count,
    now: callable(),
  },
  [],
);

/**
 * Keeps connections under TLS over which a message was taken, for other messages to the same address and port. What is
 * kept is evidence, never a verdict: each session is judged again in full, as if its answers had come just now.
 *
 * @throws MisuseError if a limit is no whole number above zero, TypeError if it is more than a timer bears.
 */
export function reusingSmtp(sessions: () => KeepableSession, options: ReuseOptions = {}): ReusingSmtp {
  const kept = new KeptConnections(checked(ReuseCodec, options, 'WAXSEAL_BAD_OPTIONS'));
  return {
    session: () => new ReusingSession(kept, sessions),
    close: () => kept.close(),
  };
}
