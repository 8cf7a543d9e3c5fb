import type { Adapters } from '../../../effects/ports.js';

/** What keeps MTA-STS policies between attempts. */
export type PolicyCachePorts = Pick<Adapters, 'policy-cache.read' | 'policy-cache.write'>;
