export { filePolicyCache } from './cache/file-cache.js';
export { memoryPolicyCache } from './cache/memory-cache.js';
export type { PolicyCachePorts } from './cache/policy-cache.js';
export { cachedDns } from './dns/cached-dns.js';
export { type DnsPorts, nodeDns } from './dns/dns-adapter.js';
export {
  parseResolver,
  type ResolverConfig,
  type ResolverServer,
  systemResolvers,
  trustsAd,
} from './dns/resolver-config.js';
export { nodePolicyFetch } from './https/policy-fetch.js';
export { nodeRandom } from './random.js';
export { type NodeSmtpOptions, nodeSmtp } from './smtp/index.js';
