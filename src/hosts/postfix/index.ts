/** A map of TLS policies for Postfix, which keeps its queue and its sockets. */
export { type ListenAddress, listenAddressText, parseListenAddress } from '../listen-address.js';
export type { PolicyAnswer } from './look-up.js';
export { type PolicyMap, policyMap } from './policy-map.js';
export type { PolicyMapOptions } from './policy-map-options.js';
