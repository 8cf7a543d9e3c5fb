import type { ResolverConfig } from '../adapters/node/dns/resolver-config.js';
import { parseResolvers } from '../adapters/node/dns/resolver-text.js';
import { systemResolvers } from '../adapters/node/dns/system-resolvers.js';
import { parseTrustAnchors } from '../adapters/node/dnssec/index.js';
import type { ValidateHere } from '../node.js';
import { misuse, type OptionTable } from './arguments.js';
import { CommandError, EXIT } from './exit.js';
import { readText } from './read-file.js';

/** For every command that asks a resolver about other people's mail. */
export const RESOLVER_OPTIONS = {
  resolver: { type: 'string' },
  'trust-ad': { type: 'boolean' },
  'validate-dnssec': { type: 'boolean' },
  'trust-anchor': { type: 'string' },
} as const satisfies OptionTable;

export const WHICH_RESOLVER_HELP = `\
  --resolver RESOLVER    ask this resolver, or these with commas between them:
                         IP[:PORT], tls://IP[:PORT][#NAME] or
                         https://HOST[:PORT]/PATH#IP; default: /etc/resolv.conf
  --trust-ad             believe its DNSSEC validation although it is neither on this
                         host nor asked by TLS: it validates, and nobody else can speak
                         on the path to it
`;

export const RESOLVER_OPTIONS_HELP = `\
${WHICH_RESOLVER_HELP}\
  --validate-dnssec      validate DNSSEC here, from the root; the resolver only has to
                         pass on what is signed, and is not believed
  --trust-anchor FILE    validate from these DS or DNSKEY records instead of the root's
`;

const RESOLV_CONF = '/etc/resolv.conf';

/**
 * The resolvers that are to be asked, or undefined for the system's own. Throws a CommandError.
 *
 * @param text as `parseResolvers` reads it
 * @param isTrusted whether their AD bit is believed wherever they are; else only as the table `resolver-trust` says
 */
export async function readResolver(
  text: string | undefined,
  isTrusted: boolean,
): Promise<ResolverConfig | undefined> {
  if (text === undefined) return isTrusted ? { ...(await systemConfig()), trustAd: true } : undefined;
  const servers = parseResolvers(text);
  if (servers === null) {
    throw new CommandError(
      EXIT.badSettings,
      `--resolver ${JSON.stringify(text)} is not an address; give one like 127.0.0.1, [::1]:5353, tls://192.0.2.1#dns.example or https://dns.example/dns-query#192.0.2.1`,
    );
  }
  return isTrusted ? { servers, trustAd: true } : { servers };
}

/** Those of /etc/resolv.conf. Throws a CommandError if it cannot be read. */
export async function systemConfig(): Promise<ResolverConfig> {
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

/** Who validates DNSSEC. Throws a CommandError. */
export async function readDnssec(values: {
  readonly 'validate-dnssec'?: boolean | undefined;
  readonly 'trust-ad'?: boolean | undefined;
  readonly 'trust-anchor'?: string | undefined;
}): Promise<'resolver' | ValidateHere> {
  const file = values['trust-anchor'];
  if (values['validate-dnssec'] !== true) {
    if (file !== undefined) throw misuse('--trust-anchor has a meaning only with --validate-dnssec');
    return 'resolver';
  }
  if (values['trust-ad'] === true)
    throw misuse(
      '--trust-ad and --validate-dnssec exclude each other: either the resolver validates or we do',
    );
  return file === undefined
    ? { validate: 'here' }
    : { validate: 'here', trustAnchors: await readDnssecAnchors(file) };
}

async function readDnssecAnchors(path: string) {
  const what = 'the DNSSEC trust anchors';
  const wrong = EXIT.badSettings;
  const text = await readText(path, {
    what,
    octetsMax: 1_048_576,
    unreadable: EXIT.noInput,
    tooLarge: wrong,
    malformed: wrong,
  });
  const parsed = parseTrustAnchors(text);
  if (parsed.kind === 'wrong') throw new CommandError(wrong, `${what} in ${path}: ${parsed.complaint}`);
  return parsed.anchors;
}
