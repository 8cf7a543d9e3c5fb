import { parseHostName } from '../../names/domain-name.js';
import { familyOf } from '../../names/ip-address.js';

/** Where an https URI leads. */
export interface HttpsTarget {
  /** A name to look up, in lower case, or an address. */
  readonly host: string;
  readonly hostKind: 'name' | 'address';
  readonly port: number;
  /** What the Host field says. */
  readonly authority: string;
  /** Path and query, as they were given. */
  readonly path: string;
}

const HTTPS_PORT = 443;

/** Takes an https URI apart and changes nothing in it; null where it names no host or no port. */
export function readHttpsUri(uri: string): HttpsTarget | null {
  const parts = /^https:\/\/(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::([0-9]{1,5}))?([^#]*)/i.exec(uri);
  if (parts === null) return null;
  const [, literal, name = '', portText = `${HTTPS_PORT}`, rest = ''] = parts;
  const port = Number(portText);
  if (port < 1 || port > 65_535 || !/^(?:[/?]|$)/.test(rest)) return null;
  const host = hostOf(literal, name);
  if (host === null) return null;
  const shown = literal === undefined ? host.host : `[${host.host}]`;
  return {
    ...host,
    port,
    authority: port === HTTPS_PORT ? shown : `${shown}:${port}`,
    path: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

function hostOf(literal: string | undefined, name: string): Pick<HttpsTarget, 'host' | 'hostKind'> | null {
  const address = (literal ?? name).toLowerCase();
  if (familyOf(address) === (literal === undefined ? 'ipv4' : 'ipv6'))
    return { host: address, hostKind: 'address' };
  const host = literal === undefined ? parseHostName(name) : null;
  return host === null ? null : { host, hostKind: 'name' };
}
