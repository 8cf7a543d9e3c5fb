import { MisuseError } from '../../effects/misuse.js';
import type { SocketPorts } from '../../effects/socket-ports.js';

/** Where no sockets were brought, a plan is gone through turn by turn, in the engine's own terms. */
export const NO_SOCKETS: SocketPorts = Object.freeze({
  tlsOptions: () => ({}),
  shownBy: () => null,
  connectCause: () => 'other' as const,
  lostCause: () => 'closed' as const,
  handshakeFailure: () => ({ kind: 'failed', cause: 'protocol', code: '' }) as const,
  greetAgain: () => undefined,
  session(): never {
    throw new MisuseError(
      'WAXSEAL_BAD_OPTIONS',
      'this engine was made without sockets; make it with createNodeEngine, or bring SocketPorts',
    );
  },
});
