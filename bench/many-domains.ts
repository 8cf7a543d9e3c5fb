/* A delivery to each of very many domains that are all in one world. */
import { allocate, type Scenario } from '../src/adapters/scripted/index.js';
import type { Programs } from '../src/effects/index.js';
import { daneDomain, plainDomain, SELF_SIGNED, send, stsDomain, together } from '../src/testing/worlds.js';
import { type Prepared, prepare, prepareAttempt } from './stories.js';

/** What domains are like, as many of each; and what shows that a delivery to them was judged by it. */
const KINDS = [
  { world: plainDomain(), authentication: 'none' },
  { world: stsDomain('enforce'), authentication: 'pkix' },
  { world: daneDomain(['3 1 1 @mx.a.example'], { certificate: SELF_SIGNED }), authentication: 'dane' },
] as const;

/** Nothing of any domain is known from before, each time. */
export function deliveriesTo(domains: number, programs: Programs): readonly Prepared[] {
  const scenarios = Array.from({ length: domains }, (_, at) => scenarioOf(at));
  const world = together(...scenarios.map((scenario) => scenario.world));
  const addresses = allocate(world, (index) => `127.${index >> 16}.${(index >> 8) % 256}.${index % 256}`);
  return scenarios.map((scenario) => {
    const [[attempt]] = prepare(scenario, programs) as [[Prepared]];
    return prepareAttempt(world, addresses, attempt.input);
  });
}

function scenarioOf(at: number): Scenario {
  const { world, authentication } = KINDS[at % KINDS.length]!;
  const signedZones = (world.signedZones ?? []).map(() => 'a.example');
  const scenario: Scenario = {
    name: `domain ${at}`,
    world: { ...world, signedZones },
    steps: [send({ outcome: 'delivered', authentication })],
  };
  return JSON.parse(JSON.stringify(scenario).replaceAll('a.example', `a${at}.example`));
}
