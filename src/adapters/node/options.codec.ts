/* What callers give Node's adapters, read with the same care wherever it is given. */
import { Count, Pems, TimeMs } from '../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../effects/codecs/strict-object.js';
import {
  type Codec,
  callable,
  listOf,
  such,
  Text,
  TrueFalse,
  wholeFrom,
} from '../../effects/codecs/values.js';
import type { DnsCacheOptions } from './dns/cached-dns.js';
import { isResolverServer, type ResolverConfig, type ResolverServer } from './dns/resolver-config.js';
import type { TrustAnchor } from './dnssec/index.js';
import type { ValidatingDnsOptions } from './dnssec/validating-dns.js';
import type { NodeSmtpOptions } from './smtp/smtp-session.js';
import type { ReuseOptions } from './smtp-reuse/kept-connections.js';

const TIME_MS_MAX = 86_400_000;

export const ServerCodec = such(
  '{ address, port } with an IP address, and with transport, name and path for TLS or HTTPS',
  (value): value is ResolverServer =>
    typeof value === 'object' && value !== null && isResolverServer(value as ResolverServer),
);

const resolversOf = (servers: Codec<ResolverConfig['servers']>) =>
  strictObject<ResolverConfig>(
    'resolvers',
    {
      servers,
      trustAd: TrueFalse,
      timeoutMs: wholeFrom(1, TIME_MS_MAX),
      attempts: wholeFrom(1, 100),
      ca: Pems,
    },
    ['servers'],
  );

/** There may be none: of a system without any, nobody is asked and every lookup fails. */
export const ResolversCodec = resolversOf(listOf('a list of servers', ServerCodec));

export const SomeResolversCodec = resolversOf(
  such(
    `a list of at least one server: ${ServerCodec.name}`,
    (value): value is ResolverConfig['servers'] =>
      Array.isArray(value) && value.length > 0 && value.every(ServerCodec.is),
  ),
);

export const TrustAnchorsCodec = listOf(
  'a list of DS records',
  strictObject<TrustAnchor>('a DS record', {
    name: Text,
    keyTag: wholeFrom(0, 65_535),
    algorithm: wholeFrom(0, 255),
    digestType: wholeFrom(0, 255),
    digest: Text,
  }),
);

export const ValidatingDnsCodec = strictObject<ValidatingDnsOptions>(
  'an object with options',
  { trustAnchors: TrustAnchorsCodec, now: callable(), delegationsMax: Count, delegationBytesMax: Count },
  ['now'],
);

export const DnsCacheCodec = strictObject<DnsCacheOptions>(
  'an object with options',
  { entriesMax: Count, bytesMax: Count, now: callable() },
  ['entriesMax', 'now'],
);

export const CaCodec = strictObject<{ readonly ca?: readonly string[] | undefined }>(
  'an object with ca',
  { ca: Pems },
  [],
);

export const SmtpOptionsCodec = strictObject<NodeSmtpOptions>(
  'an object with options',
  { ca: Pems, localAddress: Text, certificatesMax: Count, secretOf: callable() },
  [],
);

export const ReuseCodec = strictObject<ReuseOptions>(
  'limits for kept connections',
  {
    connectionsMax: Count,
    perHostMax: Count,
    idleMs: TimeMs,
    ageMs: TimeMs,
    messagesMax: Count,
    now: callable(),
  },
  [],
);
