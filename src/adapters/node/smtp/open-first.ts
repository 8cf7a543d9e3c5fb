/*
 * One TCP connection to one of two addresses (RFC 8305, Section 5): the second is dialled when the first has had its time, or
 * has failed. The first to stand is kept; the other one is destroyed in the same turn, before anything is read from it or
 * written to it, so that no answer can ever mix two servers.
 */
import type { Socket } from 'node:net';
import type { AskOf } from '../../../effects/catalog.js';
import { Deadline, startTimer } from './deadline.js';
import { type ConnectCause, openSocket } from './open-socket.js';

export type Opened =
  | { readonly socket: Socket; readonly address: string }
  | { readonly socket: null; readonly cause: ConnectCause };

/** A connection that is being made. */
export interface FirstOpening {
  readonly opened: Promise<Opened>;
  /** Gives everything up; harmless when all is over. */
  destroy(): void;
}

/** Connects; addresses are dialled as they stand, names are never looked up here. Each has the time of the question to itself. */
export function openFirst(
  {
    address,
    port,
    alternate,
    deadlineMs,
  }: Pick<AskOf<'smtp.connect'>, 'address' | 'port' | 'alternate' | 'deadlineMs'>,
  localAddress: string | undefined,
  deadline: Deadline,
): FirstOpening {
  const sockets = new Set<Socket>();
  const dialled: Deadline[] = [];
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const finish = () => {
    isOver = true;
    clearTimeout(timer);
  };
  deadline.whenPassed(() => {
    finish();
    for (const giveUp of dialled) giveUp.pass();
  });

  const dial = async (to: string): Promise<Opened> => {
    const giveUp = new Deadline();
    dialled.push(giveUp);
    if (isOver) giveUp.pass();
    const { socket, failure } = openSocket({ address: to, port, localAddress }, giveUp);
    if (socket !== null) sockets.add(socket);
    const clock = startTimer(deadlineMs, () => giveUp.pass());
    const cause = await failure;
    clearTimeout(clock);
    if (cause !== null || socket === null) return { socket: null, cause: cause ?? 'other' };
    finish();
    // From here on it is whoever waited for it who closes it: Node crashes if it is destroyed below a TLS socket.
    sockets.delete(socket);
    for (const other of sockets) other.destroy();
    return { socket, address: to };
  };

  const opened = new Promise<Opened>((resolve) => {
    let rival: Promise<Opened> | null = null;
    const dialRival = () => {
      if (alternate === null || isOver) return;
      clearTimeout(timer);
      rival ??= dial(alternate.address);
      rival.then((end) => end.socket !== null && resolve(end));
    };
    if (alternate !== null) timer = setTimeout(dialRival, alternate.afterMs);
    dial(address).then(async (first) => {
      if (first.socket !== null) return resolve(first);
      dialRival();
      const second = await rival;
      resolve(second === null || second.socket === null ? first : second);
    });
  });

  return {
    opened,
    destroy() {
      finish();
      for (const socket of sockets) socket.destroy();
    },
  };
}
