import { BlockList, isIP, isIPv6 } from 'node:net';
import { resolverTrust } from '../../../policy/dns/resolver-trust.table.js';
import { type Decision, decide } from '../../../policy/kernel/table.js';
import { parseHostName } from '../../../policy/names/domain-name.js';

/** A recursive resolver, and how it is spoken to. The address is an IP address: resolvers are never looked up. */
export type ResolverServer = PlainResolver | TlsResolver | HttpsResolver;

/** By UDP, and by TCP what UDP cannot carry. */
export interface PlainResolver {
  readonly transport?: 'udp';
  readonly address: string;
  readonly port: number;
}

/** By DNS over TLS (RFC 7858). */
export interface TlsResolver {
  readonly transport: 'tls';
  readonly address: string;
  readonly port: number;
  /** The host name or IP address that the certificate must be for. */
  readonly name: string;
}

/** By DNS over HTTPS (RFC 8484). */
export interface HttpsResolver {
  readonly transport: 'https';
  readonly address: string;
  readonly port: number;
  /** The host of the URL, a name or an IP address, which the certificate must be for. */
  readonly name: string;
  /** The path of the URL, with a slash first. */
  readonly path: string;
}

/** Which resolvers are asked, and what their word is worth. */
export interface ResolverConfig {
  /** In order of preference; the next one is asked when one gives no answer at all, or will not answer. */
  readonly servers: readonly ResolverServer[];
  /**
   * Whether the AD bit of these resolvers is believed (RFC 7672, Section 2.1.1; RFC 4035, Section 4.9.3). Left out: only
   * if every one of them is on this very host, and no forwarder (Docker's 127.0.0.11), or is spoken to by TLS. `true` promises that they validate and that nobody
   * else can speak on the path to them. `false`: never. See the table `resolver-trust`.
   */
  readonly trustAd?: boolean | undefined;
  /** How long one server is waited for, at most, before the next is asked. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** How often the list of servers is gone through. Default 2. */
  readonly attempts?: number | undefined;
  /** Trust anchors in PEM for TLS and HTTPS, besides the platform's own. */
  readonly ca?: readonly string[] | undefined;
}

export const DNS_PORT = 53;
export const TLS_PORT = 853;
export const HTTPS_PORT = 443;
/** Printable, and nothing that would end or start another part of a request line or URL. */
const PATH = /^\/[!$-;=?-Z_a-z~%@[\]]{0,1023}$/;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
/** Docker's name server in every container's network: the AD bit of whatever the daemon's host asks comes through it. */
const FORWARDERS = new BlockList();
FORWARDERS.addAddress('127.0.0.11', 'ipv4');

/** What the AD bit of each server is worth, and why, in the order of the servers. */
export function trustOf({
  servers,
  trustAd,
}: Pick<ResolverConfig, 'servers' | 'trustAd'>): readonly Decision<
  (typeof resolverTrust)['verdicts'][number]
>[] {
  const stated = trustAd === undefined ? 'unsaid' : trustAd ? 'yes' : 'no';
  return servers.map(({ address, transport = 'udp' }) =>
    decide(resolverTrust, {
      transport: transport === 'udp' ? 'plain' : transport,
      location: locationOf(address),
      stated,
    }),
  );
}

/** Addresses that a gateway would translate to loopback elsewhere are not on this host. */
function locationOf(address: string): (typeof resolverTrust)['inputs']['location'][number] {
  if (isIP(address) === 0) return 'remote';
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (FORWARDERS.check(address, family)) return 'forwarder';
  return LOOPBACK.check(address, family) ? 'loopback' : 'remote';
}

/** Whether a value, perhaps from a caller without a compiler, is a resolver that can be asked. */
export function isResolverServer(server: unknown): server is ResolverServer {
  if (typeof server !== 'object' || server === null) return false;
  const { address, port, transport, name, path } = server as Partial<Record<keyof HttpsResolver, unknown>>;
  if (typeof address !== 'string' || isIP(address) === 0) return false;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return false;
  switch (transport) {
    case undefined:
    case 'udp':
      return true;
    case 'tls':
      return typeof name === 'string' && isPeerName(name);
    case 'https':
      return typeof name === 'string' && isPeerName(name) && typeof path === 'string' && isPath(path);
    default:
      return false;
  }
}

/** Whether a certificate can be checked for it. */
export function isPeerName(name: string): boolean {
  return isIP(name) !== 0 || parseHostName(name) === name;
}

export function isPath(path: string): boolean {
  return PATH.test(path);
}
