/*
 * What an embedder says of Node's adapters, and how it is read. Words are what they say: `trustAd: 'no'` is a mistake to be told, and
 * must not be taken at the truth of a text.
 */

import { ServerCodec, SomeResolversCodec } from './adapters/node/dns/resolvers.codec.js';
import { TrustAnchorsCodec } from './adapters/node/dnssec/validating-dns.js';
import type {
  ResolverConfig,
  ResolverServer,
  ReuseOptions,
  SecretOf,
  TrustAnchor,
} from './adapters/node/index.js';
import { ReuseCodec } from './adapters/node/smtp-reuse/reusing-smtp.js';
import { Count, Folder, Pems } from './effects/codecs/arguments.codec.js';
import { type Fields, strictObject } from './effects/codecs/strict-object.js';
import { type Codec, callable, either, oneOf, Text } from './effects/codecs/values.js';
import { checked } from './effects/misuse.js';
import type { Adapters } from './effects/ports.js';
import { checkSettings, ENGINE_FIELDS, SomeAdapters } from './engine/check-arguments.js';
import type { EngineOptions } from './engine/options.js';
import { type CollectOptions, CollectOptionsCodec } from './services/tls-report/send/collect.js';

export interface NodeOptions {
  /**
   * The resolver to ask. Default: /etc/resolv.conf. Its AD bit counts only if every server is on loopback or is asked by
   * TLS or HTTPS, or if `trustAd` says that it validates and that the path to it is trusted (RFC 7672, Section 2.1.1; RFC
   * 4035, Section 4.9.3; table `resolver-trust`).
   */
  readonly resolver?: ResolverConfig | ResolverServer;
  /**
   * Who validates DNSSEC. `resolver`, the default: the resolver, as far as it is believed. `validate: 'here'`: the engine,
   * from these trust anchors down, default the root's; the resolver is only asked to pass on what is signed.
   */
  readonly dnssec?: 'resolver' | ValidateHere;
  /** How many DNS answers are remembered, and how many octets they may take (by estimate). Default 10,000 and 16 MiB. */
  readonly dnsCache?: { readonly entriesMax?: number; readonly bytesMax?: number } | 'off';
  /** Trust anchors in PEM, added to the platform's own, for SMTP, HTTPS and resolvers alike. */
  readonly ca?: readonly string[];
  /** A folder in which MTA-STS policies are kept, in a SQLite file. Default: in memory, as long as the engine lives. */
  readonly stateDirectory?: string;
  /** The password for a relay or a SOCKS proxy, by the name of its transport and the user. Default: there are none. */
  readonly secretOf?: SecretOf;
  /** The local address of SMTP connections. Default: the system's choice. */
  readonly localAddress?: string;
  /** Policies kept in memory at most. Default 10,000. */
  readonly policiesMax?: number;
  /** Keep tallies for TLS reports there (RFC 8460); default: nowhere. A store that fails is told as a warning, and holds nothing up. */
  readonly tlsReports?: CollectOptions;
  /** Keep connections for other messages to the same server, within these limits. Default: every message has its own. */
  readonly reuseConnections?: ReuseOptions;
}

export interface ValidateHere {
  readonly validate: 'here';
  readonly trustAnchors?: readonly TrustAnchor[];
}

export type NodeEngineOptions = NodeOptions &
  Partial<Omit<EngineOptions, 'adapters'>> & {
    /** In place of Node's own. */
    readonly adapters?: Partial<Adapters>;
  };

/** Whoever gives an object without `servers` means one server. */
const ResolverCodec = either(
  `${ServerCodec.name}, or { servers: [...] } of such`,
  ServerCodec,
  SomeResolversCodec,
);

const DnssecCodec = either(
  '"resolver", or { validate: "here" }',
  oneOf('resolver'),
  strictObject<ValidateHere>(
    '{ validate: "here" }',
    { validate: oneOf('here'), trustAnchors: TrustAnchorsCodec },
    ['validate'],
  ),
);

const CacheCodec = either(
  '"off", or { entriesMax, bytesMax }',
  oneOf('off'),
  strictObject<Exclude<NonNullable<NodeOptions['dnsCache']>, 'off'>>(
    '{ entriesMax, bytesMax }',
    { entriesMax: Count, bytesMax: Count },
    [],
  ),
);

const NODE_FIELDS: Fields<NodeOptions> = {
  resolver: ResolverCodec,
  dnssec: DnssecCodec,
  dnsCache: CacheCodec,
  ca: Pems,
  stateDirectory: Folder,
  secretOf: callable(),
  localAddress: Text,
  policiesMax: Count,
  tlsReports: CollectOptionsCodec,
  reuseConnections: ReuseCodec,
};

const NodeOptionsCodec: Codec<NodeOptions> = strictObject<NodeOptions>(
  'an object with options',
  NODE_FIELDS,
  [],
);

const NodeEngineOptionsCodec = strictObject<NodeEngineOptions>(
  'an object with options',
  { ...NODE_FIELDS, ...ENGINE_FIELDS, adapters: SomeAdapters },
  [],
);

/** Throws a {@link MisuseError} that names the option at fault. Left out and undefined are the same. */
export function checkNodeOptions(options: NodeOptions): NodeOptions {
  return checked(NodeOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
}

/** As {@link checkNodeOptions}, with those of an engine. */
export function checkNodeEngineOptions(options: NodeEngineOptions): NodeEngineOptions {
  const read = checked(NodeEngineOptionsCodec, options, 'WAXSEAL_BAD_OPTIONS');
  if (read.settings !== undefined) checkSettings(read.settings);
  return read;
}
