/*
 * One TCP connection to one of two addresses (RFC 8305, Section 5): the second is dialled when the first has had its time, or
 * has failed. The first to stand is kept; the other one is destroyed in the same turn, before anything is read from it or
 * written to it, so that no answer can ever mix two servers.
 */
import { isIP, type Socket } from 'node:net';
import type { AskOf } from '../../../effects/catalog.js';
import type { SocksProxy } from '../../../policy/relay/transport.js';
import { socksConnect } from '../socks/index.js';
import { Deadline, startTimer } from './deadline.js';
import { type ConnectCause, openSocket } from './open-socket.js';
import type { SecretOf } from './secret-of.js';

export type Opened =
  | { readonly socket: Socket; readonly address: string }
  | { readonly socket: null; readonly cause: ConnectCause };

/** A connection that is being made. */
export interface FirstOpening {
  readonly opened: Promise<Opened>;
  /** Gives everything up; harmless when all is over. */
  destroy(): void;
}

/** Where connections come from, and what proxies may be told. */
export interface OpeningFrom {
  readonly localAddress: string | undefined;
  /** The password for a proxy, by the name of its transport. */
  readonly secretOf?: SecretOf;
}

function proxyFor(address: string, socks: AskOf<'smtp.connect'>['socks']): SocksProxy | null {
  return (isIP(address) === 6 ? socks?.ipv6 : socks?.ipv4) ?? null;
}

/** A proxy that cannot be reached says nothing about the host behind it. */
function proxiedCause(cause: ConnectCause | null, proxy: SocksProxy | null): ConnectCause | null {
  return cause === null || proxy === null ? cause : 'proxy';
}

interface ProxiedTarget {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
  readonly secretOf: SecretOf;
  readonly account: string;
}

async function through(proxy: SocksProxy, to: ProxiedTarget, giveUp: Deadline): Promise<ConnectCause | null> {
  const { socket, address, port } = to;
  let isLate = false;
  let isAsked = false;
  const onAsked = () => {
    isAsked = true;
  };
  giveUp.whenPassed(() => {
    isLate = true;
    socket.destroy();
  });
  const password = proxy.user === undefined ? null : await secretFor(to, proxy.user);
  const credentials = proxy.user === undefined ? null : { user: proxy.user, password: password ?? '' };
  const cause = await socksConnect(socket, { address, port, credentials, onAsked });
  if (cause !== null) socket.destroy();
  if (isLate && isAsked) return 'timeout';
  return cause === 'other' ? 'proxy' : cause;
}

async function secretFor({ secretOf, account }: ProxiedTarget, user: string): Promise<string | null> {
  try {
    return await secretOf(account, user);
  } catch {
    return null;
  }
}

/** Connects; addresses are dialled as they stand, names are never looked up here. Each has the time of the question to itself. */
export function openFirst(
  {
    address,
    port,
    alternate,
    deadlineMs,
    socks,
  }: Pick<AskOf<'smtp.connect'>, 'address' | 'port' | 'alternate' | 'deadlineMs' | 'socks'>,
  { localAddress, secretOf = () => null }: OpeningFrom,
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
    const proxy = proxyFor(to, socks);
    const { socket, failure } = openSocket(
      { address: proxy?.address ?? to, port: proxy?.port ?? port, localAddress },
      giveUp,
    );
    if (socket !== null) sockets.add(socket);
    const clock = startTimer(deadlineMs, () => giveUp.pass());
    const direct = await failure;
    const cause =
      direct === null && proxy !== null && socket !== null
        ? await through(proxy, { socket, address: to, port, secretOf, account: socks?.name ?? '' }, giveUp)
        : proxiedCause(direct, proxy);
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
