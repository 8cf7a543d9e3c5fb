import { BlockList, isIP, isIPv6 } from 'node:net';

/** A recursive resolver: an IP address and a port. */
export interface ResolverServer {
  readonly address: string;
  readonly port: number;
}

/** Which resolvers are asked, and what their word is worth. */
export interface ResolverConfig {
  /** In order of preference; the next one is asked when one gives no answer at all. */
  readonly servers: readonly ResolverServer[];
  /**
   * Whether the AD bit of these resolvers is believed (RFC 7672, Section 2.1.1; RFC 4035, Section 4.9.3). Left out: only
   * if every one of them is on this very host. `true` promises that they validate and that nobody else can speak on the
   * path to them. `false`: never.
   */
  readonly trustAd?: boolean | undefined;
  /** How long one server is waited for, at most, before the next is asked. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** How often the list of servers is gone through. Default 2. */
  readonly attempts?: number | undefined;
}

const DNS_PORT = 53;
/** As the resolver of the C library does (resolv.conf(5)). */
const SERVERS_MAX = 3;
const TIMEOUT_SECONDS_MAX = 30;
const ATTEMPTS_MAX = 5;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Reads `IP`, `IPv4:PORT`, `[IPv6]` or `[IPv6]:PORT`; null if the text is none of them. */
export function parseResolver(text: string): ResolverServer | null {
  if (isIP(text) !== 0) return { address: text, port: DNS_PORT };
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/.exec(text);
  if (parts === null) return null;
  const [, six, four, digits] = parts;
  const address = six ?? four ?? '';
  if (isIP(address) !== (six === undefined ? 4 : 6)) return null;
  const port = digits === undefined ? DNS_PORT : Number(digits);
  return port >= 1 && port <= 65_535 ? { address, port } : null;
}

/** Reads the text of resolv.conf(5): `nameserver` lines and the options `trust-ad`, `timeout:N` and `attempts:N`. */
export function systemResolvers(text: string): ResolverConfig {
  const servers: ResolverServer[] = [];
  let trustAd: true | undefined;
  let timeoutMs: number | undefined;
  let attempts: number | undefined;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && servers.length < SERVERS_MAX) {
      const address = values[0] ?? '';
      if (isIP(address) !== 0) servers.push({ address, port: DNS_PORT });
    }
    if (keyword !== 'options') continue;
    for (const option of values) {
      const [name, value = ''] = option.split(':');
      const number = /^[0-9]{1,4}$/.test(value) ? Number(value) : null;
      if (option === 'trust-ad') trustAd = true;
      if (name === 'timeout' && number !== null) timeoutMs = clamp(number, TIMEOUT_SECONDS_MAX) * 1000;
      if (name === 'attempts' && number !== null) attempts = clamp(number, ATTEMPTS_MAX);
    }
  }
  // The C library's own default where no name server is listed.
  if (servers.length === 0) servers.push({ address: '127.0.0.1', port: DNS_PORT });
  return { servers, trustAd, timeoutMs, attempts };
}

/** Whether an AD bit from these resolvers makes an answer secure. */
export function trustsAd(config: ResolverConfig): boolean {
  return config.trustAd ?? (config.servers.length > 0 && config.servers.every(isLoopback));
}

function isLoopback({ address }: ResolverServer): boolean {
  return isIP(address) !== 0 && LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 1), max);
}
