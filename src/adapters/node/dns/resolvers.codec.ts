/* Which resolvers a caller may name. */
import { Pems } from '../../../effects/codecs/arguments.codec.js';
import { strictObject } from '../../../effects/codecs/strict-object.js';
import { type Codec, listOf, such, TrueFalse, wholeFrom } from '../../../effects/codecs/values.js';
import { isResolverServer, type ResolverConfig } from './resolver-config.js';

const TIME_MS_MAX = 86_400_000;

export const ServerCodec = such(
  '{ address, port } with an IP address, and with transport, name and path for TLS or HTTPS',
  isResolverServer,
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
