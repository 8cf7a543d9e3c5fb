/*
 * SOCKS5 (RFC 1928) over a socket that is connected to the proxy: the greeting, a name and password where the proxy wants them
 * (RFC 1929), and the request for one address and port. Names are never asked for. What the proxy says is read octet by octet, so
 * that nothing that the host behind it says is read here.
 */
import { isIP, type Socket } from 'node:net';
import type { ConnectAnswer } from '../../../effects/catalog.js';

export type SocksCause = Extract<ConnectAnswer, { kind: 'failed' }>['cause'];

export interface SocksRequest {
  readonly address: string;
  readonly port: number;
  /** Null: the proxy wants none, or it is not used. */
  readonly credentials: { readonly user: string; readonly password: string } | null;
  /** Called when the proxy has let us in and is told the address: what it keeps silent about from here on may be the host's. */
  readonly onAsked?: () => void;
}

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const BY_PASSWORD = 2;
const SUCCEEDED = 0;

/** Null once the proxy has connected; else why it has not. Rejects never; a socket that closes ends it. */
export async function socksConnect(socket: Socket, request: SocksRequest): Promise<SocksCause | null> {
  const reader = new OctetReader(socket);
  try {
    return await negotiate(socket, reader, request);
  } catch {
    return 'other';
  } finally {
    reader.release();
  }
}

async function negotiate(
  socket: Socket,
  reader: OctetReader,
  { address, port, credentials, onAsked }: SocksRequest,
): Promise<SocksCause | null> {
  const methods = credentials === null ? [NO_AUTHENTICATION] : [NO_AUTHENTICATION, BY_PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await reader.read(2);
  if (version !== VERSION) return 'other';
  if (method === BY_PASSWORD && credentials !== null) {
    const [user, password] = [Buffer.from(credentials.user), Buffer.from(credentials.password)];
    if (user.length > 255 || password.length > 255) return 'other';
    socket.write(
      Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]),
    );
    const [, status] = await reader.read(2);
    if (status !== SUCCEEDED) return 'other';
  } else if (method !== NO_AUTHENTICATION) return 'other';
  const target = addressOctets(address);
  if (target === null) return 'other';
  socket.write(Buffer.from([VERSION, 1, 0, ...target, port >> 8, port & 0xff]));
  onAsked?.();
  const [again, reply, , kind] = await reader.read(4);
  if (again !== VERSION) return 'other';
  if (reply !== SUCCEEDED) return CAUSES[reply!] ?? 'other';
  const length = kind === 1 ? 4 : kind === 4 ? 16 : kind === 3 ? (await reader.read(1))[0]! : null;
  if (length === null) return 'other';
  // Where the proxy connected from; nobody needs it.
  await reader.read(length + 2);
  return null;
}

/** What a reply says of the target (Section 6); the others speak of the proxy itself. */
const CAUSES: Readonly<Record<number, SocksCause>> = {
  3: 'unreachable',
  4: 'unreachable',
  5: 'refused',
  6: 'timeout',
};

/** The kind of address and its octets; null: it is none. */
function addressOctets(address: string): readonly number[] | null {
  switch (isIP(address)) {
    case 4:
      return [1, ...address.split('.').map(Number)];
    case 6:
      return [4, ...ipv6Octets(address)];
    default:
      return null;
  }
}

function ipv6Octets(address: string): readonly number[] {
  // The platform writes any form as eight groups at most, with one gap.
  const plain = new URL(`http://[${address.split('%')[0]}]/`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...gap, ...right]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((each) => [each >> 8, each & 0xff]);
}

/** Reads so many octets and no more; what comes behind them stays in the socket. */
class OctetReader {
  readonly #socket: Socket;
  #stir: (() => void) | null = null;
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('readable', this.#onStir);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
    if (socket.destroyed) this.#isOver = true;
  }

  async read(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const part = this.#socket.read(
        Math.min(missing, this.#socket.readableLength || missing),
      ) as Buffer | null;
      if (part !== null) {
        parts.push(part);
        missing -= part.length;
        continue;
      }
      if (this.#isOver) throw new Error('the proxy has closed');
      await new Promise<void>((resolve) => {
        this.#stir = resolve;
      });
    }
    return Buffer.concat(parts);
  }

  release(): void {
    this.#socket.off('readable', this.#onStir);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onEnd);
  }

  readonly #onStir = (): void => this.#stir?.();
  readonly #onEnd = (): void => {
    this.#isOver = true;
    this.#stir?.();
  };
}
