import { connect, isIP, type Socket } from 'node:net';
import type { ConnectAnswer } from '../../../effects/catalog.js';
import type { Deadline } from './deadline.js';
import { connectCause } from './socket-errors.js';

/** Why no connection was made. */
export type ConnectCause = Extract<ConnectAnswer, { kind: 'failed' }>['cause'];

export interface Opening {
  /** Null if not even the attempt could be made. */
  readonly socket: Socket | null;
  /** Null once connected. */
  readonly failure: Promise<ConnectCause | null>;
}

/** A TCP connection to one address; names are never looked up here. The socket handles its errors for good. */
export function openSocket(
  to: { readonly address: string; readonly port: number; readonly localAddress: string | undefined },
  deadline: Deadline,
): Opening {
  const family = isIP(to.address);
  if (family === 0) return { socket: null, failure: Promise.resolve('other') };
  let socket: Socket;
  try {
    socket = connect({
      host: to.address,
      port: to.port,
      noDelay: true,
      autoSelectFamily: false,
      ...(to.localAddress !== undefined &&
        isIP(to.localAddress) === family && { localAddress: to.localAddress }),
    });
  } catch {
    // A port out of range.
    return { socket: null, failure: Promise.resolve('other') };
  }
  socket.on('error', () => undefined);
  const failure = new Promise<ConnectCause | null>((resolve) => {
    const settle = (cause: ConnectCause | null) => {
      socket.off('connect', onConnect);
      socket.off('error', onError);
      socket.off('close', onClose);
      if (cause !== null) socket.destroy();
      resolve(cause);
    };
    const onConnect = () => settle(null);
    const onError = (error: Error) => settle(connectCause(error));
    const onClose = () => settle('other');
    socket.once('connect', onConnect);
    socket.once('error', onError);
    socket.once('close', onClose);
    deadline.whenPassed(() => settle('timeout'));
  });
  return { socket, failure };
}
