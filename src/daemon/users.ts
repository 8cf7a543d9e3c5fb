/*
 * Who may hand mail in by name and password, and how much. Passwords are compared by their digests, in a time that depends on
 * neither, also for names that nobody has.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { keepNewest } from '../effects/keep-newest.js';
import type { UserConfig } from './config/config.js';

export interface KnownUser extends UserConfig {
  readonly password: string;
}

const HOUR_MS = 3_600_000;
/** Failed log-ins of one address in ten minutes, behind which it is not listened to. */
const FAILURES_MAX = 20;
const FAILURES_MS = 600_000;
/** Addresses that are remembered. */
const ADDRESSES_MAX = 10_000;

export class Users {
  #users: ReadonlyMap<string, KnownUser>;
  /** Milliseconds since some moment; nobody sets it. */
  readonly #clock: () => number;
  /** Recipients that a user has had since, and refilled bit by bit. */
  readonly #used = new Map<string, { amount: number; at: number }>();
  readonly #failures = new Map<string, { count: number; since: number }>();
  /** As whom sessions have logged in. */
  readonly #logins = new WeakMap<object, KnownUser>();

  constructor(users: readonly KnownUser[], clock: () => number) {
    this.#users = byName(users);
    this.#clock = clock;
  }

  /** From now on there are these. */
  replace(users: readonly KnownUser[]): void {
    this.#users = byName(users);
  }

  get count(): number {
    return this.#users.size;
  }

  named(name: string): KnownUser | null {
    return this.#users.get(name) ?? null;
  }

  /** Whether that is the password of that user, as whom the session goes on then. */
  logIn(session: object, name: string, password: string): boolean {
    const user = this.#users.get(name);
    const isSame = timingSafeEqual(digestOf(password), digestOf(user?.password ?? ''));
    if (user === undefined || !isSame) return false;
    this.#logins.set(session, user);
    return true;
  }

  /** As whom a session has logged in; null: as nobody, or as somebody who is gone since, or has another password now. */
  of(session: object): KnownUser | null {
    const then = this.#logins.get(session);
    const now = then === undefined ? null : this.named(then.name);
    return now?.password === then?.password ? now : null;
  }

  /** Whether log-ins from that address are listened to at all. */
  mayTry(address: string): boolean {
    const failures = this.#failures.get(address);
    if (failures === undefined) return true;
    if (this.#clock() - failures.since < FAILURES_MS) return failures.count < FAILURES_MAX;
    this.#failures.delete(address);
    return true;
  }

  failed(address: string): void {
    const { count, since } = this.#failures.get(address) ?? { count: 0, since: this.#clock() };
    keepNewest(this.#failures, address, { count: count + 1, since }, ADDRESSES_MAX);
  }

  /** Whether a user may still send to so many. */
  allowanceOf(name: string | null, recipients: number): 'left' | 'spent' {
    const max = name === null ? null : (this.named(name)?.recipientsPerHour ?? null);
    return max === null || this.#amountOf(name!, max) + recipients <= max ? 'left' : 'spent';
  }

  /** Spends some of it; what was spent for nothing is given back as fewer than none. */
  spend(name: string | null, recipients: number): void {
    const max = name === null ? null : (this.named(name)?.recipientsPerHour ?? null);
    if (max === null) return;
    const amount = Math.max(0, this.#amountOf(name!, max) + recipients);
    this.#used.set(name!, { amount, at: this.#clock() });
  }

  #amountOf(name: string, max: number): number {
    const used = this.#used.get(name);
    if (used === undefined) return 0;
    const passedMs = Math.max(0, this.#clock() - used.at);
    return Math.max(0, used.amount - (max * passedMs) / HOUR_MS);
  }
}

function byName(users: readonly KnownUser[]): ReadonlyMap<string, KnownUser> {
  return new Map(users.map((user) => [user.name, user]));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
