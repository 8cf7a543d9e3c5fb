import { isIP } from 'node:net';
import { Text } from '../../../effects/codecs/values.js';
import { checked } from '../../../effects/misuse.js';
import { DNS_PORT, type PlainResolver, type ResolverConfig } from './resolver-config.js';

/** As the resolver of the C library does (resolv.conf(5)). */
const SERVERS_MAX = 3;
const TIMEOUT_SECONDS_MAX = 30;
const ATTEMPTS_MAX = 5;

/**
 * Reads the text of resolv.conf(5): `nameserver` lines and the options `trust-ad`, `timeout:N` and `attempts:N`. Search
 * lists are not read: a mail domain is always complete (RFC 5321, Section 2.3.5).
 */
export function systemResolvers(text: string): ResolverConfig {
  checked(Text, text, 'WAXSEAL_BAD_OPTIONS', 'text');
  const servers: PlainResolver[] = [];
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

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 1), max);
}
