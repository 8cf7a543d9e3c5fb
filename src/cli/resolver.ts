import { parseResolver, type ResolverConfig, systemResolvers } from '../adapters/node/dns/resolver-config.js';
import { CommandError, EXIT } from './exit.js';
import { readText } from './read-file.js';

const RESOLV_CONF = '/etc/resolv.conf';

/**
 * The resolver that is to be asked, or undefined for the system's own. Throws a CommandError.
 *
 * @param address `IP`, `IPv4:PORT`, `[IPv6]` or `[IPv6]:PORT`
 * @param isTrusted whether its AD bit is believed wherever it is; else only if it is on this host
 */
export async function readResolver(
  address: string | undefined,
  isTrusted: boolean,
): Promise<ResolverConfig | undefined> {
  if (address === undefined) return isTrusted ? { ...(await systemConfig()), trustAd: true } : undefined;
  const server = parseResolver(address);
  if (server === null) {
    throw new CommandError(
      EXIT.badSettings,
      `--resolver ${JSON.stringify(address)} is not an address; give one like 127.0.0.1, 127.0.0.1:5353 or [::1]:5353`,
    );
  }
  return isTrusted ? { servers: [server], trustAd: true } : { servers: [server] };
}

async function systemConfig(): Promise<ResolverConfig> {
  const exit = EXIT.badSettings;
  const text = await readText(RESOLV_CONF, {
    what: 'the resolvers',
    octetsMax: 65_536,
    unreadable: exit,
    tooLarge: exit,
    malformed: exit,
  });
  return systemResolvers(text);
}
