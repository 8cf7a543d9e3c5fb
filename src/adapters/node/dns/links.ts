/*
 * The way to each server of a configuration. Connections, ports and TLS contexts are kept with the configuration itself, so that
 * whoever asks the same resolvers shares them, and they go when it goes.
 */
import type { SecureContext } from 'node:tls';
import { trustStore } from '../smtp/trust-store.js';
import type { PlainResolver, ResolverConfig, ResolverServer } from './resolver-config.js';
import { HttpsLink } from './transports/https-link.js';
import type { Delivered, Patience } from './transports/settle.js';
import { overTcp } from './transports/tcp.js';
import { TlsLink } from './transports/tls-link.js';
import { UdpLink } from './transports/udp.js';
import type { WireQuery } from './wire-query.js';

/** Asks one server. Never rejects. */
export type Link = (query: WireQuery, patience: Patience) => Promise<Delivered>;

const known = new WeakMap<ResolverConfig, readonly Link[]>();

/** One for each server, in order. Throws a TypeError for trust anchors that are not PEM. */
export function linksOf(config: ResolverConfig): readonly Link[] {
  const found = known.get(config);
  if (found !== undefined) return found;
  const secureContext = trustStore(config.ca);
  const links = config.servers.map((server) => linkTo(server, secureContext));
  known.set(config, links);
  return links;
}

function linkTo(server: ResolverServer, secureContext: () => SecureContext): Link {
  switch (server.transport) {
    case 'tls': {
      const link = new TlsLink(server, secureContext);
      return (query, patience) => link.ask(query, patience);
    }
    case 'https': {
      const link = new HttpsLink(server, secureContext);
      return (query, patience) => link.ask(query, patience);
    }
    default: {
      const link = new UdpLink(server);
      return (query, patience) => overUdpOrTcp(server, link, query, patience);
    }
  }
}

/** TCP where UDP cut the answer (RFC 7766), or where the case that came back is not the one that was sent. */
async function overUdpOrTcp(
  server: PlainResolver,
  link: UdpLink,
  query: WireQuery,
  patience: Patience,
): Promise<Delivered> {
  const endsAt = performance.now() + patience.ms;
  const reply = await link.ask(query, patience);
  if (reply.kind !== 'needs-stream') return reply;
  return overTcp(server, query, { ms: endsAt - performance.now(), signal: patience.signal });
}
