/* The world as it is for one attempt: the domain's own, what is otherwise for a while, the attacker, and a fault. */
import { applyChange, type World } from '../../adapters/scripted/index.js';
import { attackOf } from './attacker.js';
import type { Dice } from './dice.js';
import { HOME } from './make-domain.js';
import type { DomainPlan, WorldPlan } from './plan.js';
import { faultOf } from './weather.js';

export interface Moment {
  readonly world: World;
  /** What is otherwise than in the domain's own world, by name. */
  readonly what: readonly string[];
  readonly store: 'keeps' | 'unreadable' | 'full';
}

export class WorldStates {
  readonly #plan: WorldPlan;
  readonly #perMillion: number;
  /** Of each domain the world before faults, as long as the same things are otherwise. */
  readonly #latest = new Map<string, { readonly key: string; readonly world: World }>();

  constructor(plan: WorldPlan) {
    this.#plan = plan;
    this.#perMillion = Math.round(plan.options.faults * 1_000_000);
  }

  /** The world of a domain at that time, for the attempt of those dice. */
  at(name: string, at: number, dice: Dice): Moment {
    const domain = this.#plan.domains.get(name);
    if (domain === undefined) return { world: NOWHERE, what: [], store: 'keeps' };
    const { world, what } = this.#lasting(domain, at);
    const fault = faultOf(world, name, this.#perMillion, dice);
    const store =
      this.#perMillion > 0 && dice.happens(this.#perMillion / 20, 'store')
        ? dice.pick(['unreadable', 'full'] as const, 'how')
        : 'keeps';
    const happened = [
      ...what,
      ...(fault === null ? [] : [fault.what]),
      ...(store === 'keeps' ? [] : [`store-${store}`]),
    ];
    return { world: fault === null ? world : applyChange(world, fault.change), what: happened, store };
  }

  #lasting(domain: DomainPlan, at: number): { readonly world: World; readonly what: readonly string[] } {
    const changes = domain.changes.filter(({ from, until }) => from <= at && at < until);
    const changed = changes.map(({ what }) => what);
    const own = this.#kept(domain.name, changes.map(({ from }) => from).join(), () =>
      changes.reduce((world, { change }) => applyChange(world, change), domain.world),
    );
    if (this.#plan.options.attacker === 'none' || domain.name === HOME) return { world: own, what: changed };
    const attack = attackOf(domain.name, own, at, this.#plan.dice);
    if (attack === null) return { world: own, what: changed };
    const key = `${domain.name} under attack`;
    const world = this.#kept(
      key,
      `${changed.join()} ${attack.what} ${Math.floor(at / 1000 / 3600 / 6)}`,
      () => applyChange(own, attack.change),
    );
    return { world, what: [...changed, ...attack.what.split('+')] };
  }

  /** The same object for the same world: what was read from it once need not be read again. */
  #kept(name: string, key: string, make: () => World): World {
    const latest = this.#latest.get(name);
    if (latest?.key === key) return latest.world;
    const world = make();
    this.#latest.set(name, { key, world });
    return world;
  }
}

const NOWHERE: World = { dns: {} };
