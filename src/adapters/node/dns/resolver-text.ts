/*
 * Resolvers as an operator writes them: `IP[:PORT]`, `tls://IP[:PORT][#NAME]`, `https://HOST[:PORT]/PATH[#IP]`. IPv6
 * stands in brackets wherever a port may follow. Reading is the inverse of writing.
 */

import { isIP, isIPv6 } from 'node:net';
import { Text } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import {
  DNS_PORT,
  HTTPS_PORT,
  type HttpsResolver,
  isPath,
  isPeerName,
  type ResolverServer,
  TLS_PORT,
  type TlsResolver,
} from './resolver-config.js';
import { ServerCodec } from './resolvers.codec.js';

/** As many as an operator can mean. */
const SERVERS_MAX = 8;

/** Reads one resolver; null if the text is none. */
export function parseResolver(text: string): ResolverServer | null {
  checked(Text, text, 'WAXSEAL_BAD_OPTIONS', 'text');
  if (text.startsWith('tls://')) return parseTls(text.slice('tls://'.length));
  if (text.startsWith('https://')) return parseHttps(text.slice('https://'.length));
  if (isIP(text) !== 0) return { address: text, port: DNS_PORT };
  const place = parsePlace(text, DNS_PORT);
  return place === null || isIP(place.host) === 0 ? null : { address: place.host, port: place.port };
}

/** Reads resolvers with commas between them, in order of preference; null if one of them is none, or there are too many. */
export function parseResolvers(text: string): readonly ResolverServer[] | null {
  checked(Text, text, 'WAXSEAL_BAD_OPTIONS', 'text');
  const servers = text.split(',').map((one) => parseResolver(one.trim()));
  const read = servers.filter((server) => server !== null);
  return read.length === servers.length && read.length <= SERVERS_MAX ? read : null;
}

/** Writes a resolver as {@link parseResolver} reads it. Throws a {@link MisuseError} for what is none. */
export function resolverText(server: ResolverServer): string {
  checked(ServerCodec, server, 'WAXSEAL_BAD_OPTIONS', 'server');
  const { address, port } = server;
  switch (server.transport) {
    case 'tls':
      return `tls://${placeText(address, port)}${server.name === address ? '' : `#${server.name}`}`;
    case 'https':
      return `https://${placeText(server.name, port)}${server.path}${server.name === address ? '' : `#${address}`}`;
    default:
      return placeText(address, port);
  }
}

function parseTls(text: string): TlsResolver | null {
  const [where = '', name, more] = text.split('#');
  const place = isIP(where) === 0 ? parsePlace(where, TLS_PORT) : { host: where, port: TLS_PORT };
  if (place === null || isIP(place.host) === 0 || more !== undefined) return null;
  const peer = (name ?? place.host).toLowerCase();
  return isPeerName(peer) ? { transport: 'tls', address: place.host, port: place.port, name: peer } : null;
}

function parseHttps(text: string): HttpsResolver | null {
  const parts = /^([^/#]+)(\/[^#]*)(?:#([^#]+))?$/.exec(text);
  if (parts === null) return null;
  const [, where = '', path = '', address] = parts;
  const place = parsePlace(where, HTTPS_PORT);
  if (place === null || !isPath(path)) return null;
  const name = place.host.toLowerCase();
  const to = address ?? name;
  if (!isPeerName(name) || isIP(to) === 0) return null;
  return { transport: 'https', address: to, port: place.port, name, path };
}

function parsePlace(text: string, portElse: number): { readonly host: string; readonly port: number } | null {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/.exec(text);
  if (parts === null) return null;
  const [, six, other = '', digits] = parts;
  if (six !== undefined && !isIPv6(six)) return null;
  const port = digits === undefined ? portElse : Number(digits);
  return port >= 1 && port <= 65_535 ? { host: six ?? other, port } : null;
}

function placeText(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
