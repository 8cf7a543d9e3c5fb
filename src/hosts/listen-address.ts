import { fstatSync, readFileSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { type AddressInfo, connect, isIP } from 'node:net';
import { FilledLine } from '../effects/codecs/arguments.codec.js';
import { strictObject, tagged } from '../effects/codecs/strict-object.js';
import { oneOf, Text, wholeFrom } from '../effects/codecs/values.js';
import { checked } from '../effects/misuse.js';

/** Where a server listens; port 0 means any. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** What each kind of address has. */
export const ADDRESS_FORMS = {
  tcp: strictObject<Extract<ListenAddress, { kind: 'tcp' }>>('a TCP address', {
    kind: oneOf('tcp'),
    host: FilledLine,
    port: wholeFrom(0, 65_535),
  }),
  unix: strictObject<Extract<ListenAddress, { kind: 'unix' }>>('a path', {
    kind: oneOf('unix'),
    path: FilledLine,
  }),
} as const;
const WANTED = 'an address as parseListenAddress reads it';
const ListenAddressCodec = tagged<ListenAddress, 'kind'>(WANTED, 'kind', ADDRESS_FORMS);

/** A listening socket that was there before the process: its file descriptor. */
export interface InheritedSocket {
  readonly kind: 'inherited';
  readonly fd: number;
}

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`; null if it is none of them. */
export function parseListenAddress(text: string): ListenAddress | null {
  checked(Text, text, 'WAXSEAL_BAD_OPTIONS', 'text');
  if (text.startsWith('unix:')) {
    const path = text.slice(5);
    return path === '' || path.includes('\0') ? null : { kind: 'unix', path };
  }
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? plain;
  if (host === undefined || port > 65_535) return null;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return null;
  return { kind: 'tcp', host, port };
}

/** As `parseListenAddress` reads it. Throws a {@link MisuseError} for what is no such address. */
export function listenAddressText(address: ListenAddress): string {
  checked(ListenAddressCodec, address, 'WAXSEAL_BAD_OPTIONS', 'address');
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `${isIP(address.host) === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Where a server listens that was told to listen there; `bound`: what `server.address()` says. */
export function boundAddress(
  asked: ListenAddress | InheritedSocket,
  bound: AddressInfo | string | null,
): ListenAddress {
  const { host, port } =
    bound === null || typeof bound === 'string'
      ? { host: '', port: 0 }
      : { host: bound.address, port: bound.port };
  if (asked.kind === 'unix') return asked;
  if (asked.kind === 'tcp') return { ...asked, port };
  return host === '' ? { kind: 'unix', path: pathOf(asked) } : { kind: 'tcp', host, port };
}

/** Node does not tell it of a socket that it did not bind; the kernel does. */
function pathOf({ fd }: InheritedSocket): string {
  const inode = String(fstatSync(fd).ino);
  const lines = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  return lines.find((words) => words.includes(inode))?.at(-1) ?? `fd ${fd}`;
}

/** Takes away a socket that a server which is gone has left. Rejects if somebody still answers there, or if it is no socket. */
export async function clearSocket(path: string): Promise<void> {
  const there = await lstat(path).catch(() => null);
  if (there === null) return;
  if (!there.isSocket()) throw new Error(`${path} is there already, and is no socket`);
  if (await answers(path)) throw new Error(`somebody else listens at ${path}`);
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
