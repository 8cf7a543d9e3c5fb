import { checked } from '../../../effects/misuse.js';
import { type ResolverConfig, trustOf } from './resolver-config.js';
import { ResolversCodec } from './resolvers.codec.js';

/**
 * Whether an AD bit from these resolvers makes an answer secure: every one of them must be believed (table `resolver-trust`). Throws a
 * {@link MisuseError} for what are no resolvers.
 */
export function trustsAd(config: ResolverConfig): boolean {
  const trusts = trustOf(checked(ResolversCodec, config, 'WAXSEAL_BAD_OPTIONS', 'config'));
  return trusts.length > 0 && trusts.every(({ verdict }) => verdict === 'believe-ad');
}
