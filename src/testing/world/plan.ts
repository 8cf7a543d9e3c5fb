/* What is to happen, as data. The seed only makes it: the same seed and options make the same plan. */
import type { World } from '../../adapters/scripted/index.js';
import type { WorldChange } from '../internet.js';
import type { Dice } from './dice.js';
import type { Mixture } from './mixture.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Noon of 1 January 2026: when a simulated week begins, in milliseconds since 1970. */
export const EPOCH = 1_767_268_800_000;

export interface WorldOptions {
  /** A whole number, 0 or more. */
  readonly seed: number;
  readonly domains: number;
  readonly messages: number;
  /** Days over which messages are handed in. */
  readonly days: number;
  /** How often an attempt meets a fault of the network, a server or a store: 0 to 1. Default 0. */
  readonly faults?: number;
  /** Who stands between us and others. Default: nobody. */
  readonly attacker?: 'none' | 'active';
  /** What differs from {@link DEFAULT_MIXTURE}. */
  readonly mixture?: Partial<Mixture>;
}

export interface DomainPlan {
  readonly name: string;
  readonly world: World;
  /** What is otherwise for a while. Milliseconds since 1970. */
  readonly changes: readonly {
    readonly what: string;
    readonly from: number;
    readonly until: number;
    readonly change: WorldChange;
  }[];
}

export interface MessagePlan {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** "": the null sender. */
  readonly from: string;
  readonly to: readonly [string, ...string[]];
  readonly requireTls: 'yes' | 'no';
  readonly tlsRequired: 'absent' | 'no';
}

export interface WorldPlan {
  readonly options: Required<Omit<WorldOptions, 'mixture'>>;
  readonly dice: Dice;
  readonly mixture: Mixture;
  readonly domains: ReadonlyMap<string, DomainPlan>;
  readonly messages: readonly MessagePlan[];
}
