import { diceOf } from './dice.js';
import { homeDomain, makeDomain } from './make-domain.js';
import { makeMessage } from './make-messages.js';
import { DEFAULT_MIXTURE } from './mixture.js';
import type { WorldOptions, WorldPlan } from './plan.js';
import { SHARDS } from './shards.js';

/** The plan for that seed and those options, as far as it concerns that shard: whose messages it has. */
export function planOf(given: WorldOptions, shard: number): WorldPlan {
  const { mixture: own = {}, faults = 0, attacker = 'none', ...rest } = given;
  const options = { faults, attacker, ...rest };
  const whole = diceOf(options.seed);
  const dice = whole.within('shard', shard);
  const mixture = { ...DEFAULT_MIXTURE, ...own };
  const domains = Array.from({ length: options.domains }, (_, number) =>
    makeDomain(number, whole, mixture, options.days),
  );
  const numbers = Array.from({ length: options.messages }, (_, number) => number).filter(
    (number) => number % SHARDS === shard,
  );
  const messages = numbers.map((number) => makeMessage(number, whole, mixture, options));
  return {
    options,
    dice,
    mixture,
    domains: new Map([homeDomain(), ...domains].map((domain) => [domain.name, domain])),
    messages: messages.sort((a, b) => a.at - b.at || a.number - b.number),
  };
}
