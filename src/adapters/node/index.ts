export { cachedDns } from './dns/cached-dns.js';
export {
  CHECK_NAMES,
  type CheckNames,
  checkResolver,
  type ResolverCheck,
  type ServerCheck,
} from './dns/check-resolver.js';
export { type DnsPorts, nodeDns } from './dns/dns-adapter.js';
export { exchangeWire } from './dns/exchange.js';
export type { Probe } from './dns/probe.js';
export {
  isResolverServer,
  type ResolverConfig,
  type ResolverServer,
} from './dns/resolver-config.js';
export { parseResolver, parseResolvers, resolverText } from './dns/resolver-text.js';
export { systemResolvers } from './dns/system-resolvers.js';
export { trustsAd } from './dns/trusts-ad.js';
export {
  type ParsedTrustAnchors,
  parseTrustAnchors,
  ROOT_TRUST_ANCHORS,
  type TrustAnchor,
  type ValidatingDnsOptions,
  validatingDns,
} from './dnssec/index.js';
export { nodePolicyFetch } from './https/policy-fetch.js';
export { nodeRandom } from './random.js';
export { type NodeSmtpOptions, nodeSmtp, nodeSockets, type SecretOf } from './smtp/index.js';
export { type ReuseOptions, type ReusingSmtp, reusingSmtp } from './smtp-reuse/index.js';
export { PeerInspector, type Presented, presentedBy, trustPath } from './x509/index.js';
