/* Transports and routes, as an embedder gives them and as they stand in a journal. No password is among them. */
import type { AttemptRange, Route } from '../../policy/relay/route.js';
import {
  AUTH_MECHANISMS,
  type DirectTransport,
  type FailTransport,
  type NamedSocks,
  RELAY_TLS,
  RELAY_VERIFY,
  type RelayTransport,
  type SocksByFamily,
  type SocksProxy,
  type Transport,
  type Transports,
} from '../../policy/relay/transport.js';
import { dictionary, strictObject, tagged } from './strict-object.js';
import { type Codec, listOf, oneOf, orNull, such, Text, textOf, textsOf, wholeFrom } from './values.js';

const Port = wholeFrom(1, 65_535);

const SocksProxyCodec = strictObject<SocksProxy>('a SOCKS proxy', { address: Text, port: Port, user: Text }, [
  'address',
  'port',
]);

const SocksCodec = strictObject<SocksByFamily>(
  'SOCKS proxies by address family',
  { ipv4: SocksProxyCodec, ipv6: SocksProxyCodec },
  [],
);

/** As they stand in a question. */
export const NamedSocksCodec = strictObject<NamedSocks>(
  'SOCKS proxies by address family',
  { name: Text, ipv4: SocksProxyCodec, ipv6: SocksProxyCodec },
  ['name'],
);

const MechanismsCodec = listOf('a list of AUTH mechanisms', oneOf(...AUTH_MECHANISMS));

const StatusCodec = such(
  'a status of class 4 or 5 such as "5.7.1"',
  (value): value is string => typeof value === 'string' && /^[45]\.\d{1,3}\.\d{1,3}$/.test(value),
);

/** A transport. */
export const TransportCodec: Codec<Transport> = tagged<Transport, 'kind'>('a transport', 'kind', {
  direct: strictObject<DirectTransport>('a direct transport', { kind: oneOf('direct'), socks: SocksCodec }, [
    'kind',
  ]),
  relay: strictObject<RelayTransport>(
    'a relay',
    {
      kind: oneOf('relay'),
      host: Text,
      port: Port,
      tls: oneOf(...RELAY_TLS),
      verify: oneOf(...RELAY_VERIFY),
      user: Text,
      mechanisms: MechanismsCodec,
    },
    ['kind', 'host', 'port', 'tls', 'verify'],
  ),
  fail: strictObject<FailTransport>('a transport that fails', {
    kind: oneOf('fail'),
    status: StatusCodec,
    text: Text,
  }),
});

const isName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) && name !== 'direct';

/** Transports by name. */
export const TransportsCodec: Codec<Transports> = dictionary(
  'a name of letters, digits, ".", "_" and "-", and not "direct"',
  isName,
  TransportCodec,
);

const AttemptRangeCodec = strictObject<AttemptRange>('a range of attempts', {
  atLeast: wholeFrom(1, 1_000_000),
  atMost: orNull(wholeFrom(1, 1_000_000)),
});

/** Routes, in their order. */
export const RoutesCodec: Codec<readonly Route[]> = listOf(
  'a list of routes',
  strictObject<Route>('a route', {
    to: textsOf('a domain, ".domain" for all below it, or an address in brackets'),
    from: textsOf('a domain as in "to", an address, or "<>" for the null sender'),
    account: textsOf('who handed the mail in, by name'),
    attempts: orNull(AttemptRangeCodec),
    transport: textOf('the name of a transport'),
  }),
);
