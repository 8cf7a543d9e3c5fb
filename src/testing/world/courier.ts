/*
 * What the queue takes for an engine: each attempt is played by the real machines at the moment at which it begins, and its end is told when
 * it would have ended. Every attempt is held against the laws, and a note of it is kept, by which it can be told as a scenario.
 */

import { JOURNAL_FORMAT, JOURNAL_VERSION } from '../../effects/journal.js';
import type { MessageSource } from '../../effects/ports.js';
import type { Programs } from '../../effects/simulate.js';
import type { DeliveryResult, Engine, LastLook } from '../../engine/engine.js';
import { reportsOf } from '../../engine/recipient-report.js';
import { mergeDialled } from '../../policy/attempt/next-attempt.js';
import type { AttemptInput } from '../../policy/attempt/types.js';
import { judgeLastLook } from '../../policy/mta-sts/last-look.js';
import { domainPart } from '../../policy/names/mailbox.js';
import { PLAIN_FACTS } from '../../policy/require-tls/message.js';
import type { Dice } from './dice.js';
import { type Breach, breachesOf, type KeptPolicy, keptBehind, type Sight } from './laws/check-attempt.js';
import { flagsOf, orderOf, testingOf } from './laws/check-twins.js';
import type { WorldPlan } from './plan.js';
import { type Attempted, type AttemptTask, type PolicyMemory, playAttempt } from './play-attempt.js';
import type { Tally } from './tally.js';
import type { VirtualTime } from './virtual-time.js';
import { type Moment, WorldStates } from './world-state.js';

/** An attempt as it is remembered: with the plan all that is needed to play it once more. */
export interface AttemptNote {
  readonly at: number;
  /** What its dice were drawn for. */
  readonly lot: readonly (string | number)[];
  readonly attempt: number;
  readonly message: AttemptInput['message'];
  readonly recipients: readonly string[];
  readonly purpose: 'deliver' | 'refresh-policy';
}

/** What is known of a domain by the sender, and what he should know. */
interface Acquaintance {
  readonly policies: PolicyMemory;
  kept: KeptPolicy | null;
  readonly notes: AttemptNote[];
}

/** Who asks for an attempt. */
export interface Errand {
  /** Of the message, for its dice. */
  readonly key: string;
  /** Null: it is a notice. */
  readonly number: number | null;
}

export interface CourierOptions {
  readonly plan: WorldPlan;
  readonly programs: Programs;
  readonly time: VirtualTime;
  readonly tally: Tally;
  /** Whose content that is. */
  readonly errandOf: (content: MessageSource) => Errand;
  /** Told of each attempt, before its end is told. */
  readonly onAttempted: (content: MessageSource, attempted: Attempted) => void;
}

/** Of so many attempts one is played once more, with the answers in another order; and under a policy in test without it. */
const TWINS = 16;

export class Courier implements Pick<Engine, 'deliver' | 'lastLook'> {
  readonly #options: CourierOptions;
  readonly #states: WorldStates;
  readonly #known = new Map<string, Acquaintance>();
  readonly #tries = new Map<string, number>();

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#states = new WorldStates(options.plan);
  }

  notesOf(domain: string): readonly AttemptNote[] {
    return this.#known.get(domain)?.notes ?? [];
  }

  momentOf(domain: string, note: AttemptNote): Moment {
    return this.#states.at(domain, note.at, this.#options.plan.dice.within(...note.lot));
  }

  deliver: Engine['deliver'] = (mail, { attempt = 1, dialled = {} } = {}) => {
    const { time, errandOf, onAttempted } = this.#options;
    const errand = errandOf(mail.content);
    const domain = domainPart(mail.to[0]!);
    const message = { sender: mail.from, ...mail.facts };
    const lot = this.#lotOf(errand.key, domain);
    const note: AttemptNote = {
      at: time.now,
      lot,
      attempt,
      message,
      recipients: mail.to,
      purpose: 'deliver',
    };
    const attempted = this.#play(domain, note, dialled, errand);
    onAttempted(mail.content, attempted);
    const { result, journal } = attempted;
    const delivered: DeliveryResult = {
      results: reportsOf(result),
      attempts: [result],
      dialled: mergeDialled(dialled, [result]),
      retryAt: null,
      journal: { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts: [journal] },
    };
    return new Promise((resolve) => time.schedule(note.at + attempted.durationMs, () => resolve(delivered)));
  };

  lastLook: Engine['lastLook'] = async (last, { patience = 'left' } = {}): Promise<LastLook> => {
    const stopped = 'stopped' in last ? last : null;
    if (stopped === null) throw new TypeError('a queue gives what stopped a message');
    const { domain } = stopped;
    if (stopped.stopped === 'otherwise' || domain === null)
      return { decision: judgeLastLook(stopped, null, patience), found: null };
    const lot = this.#lotOf('look', domain);
    const message = { ...PLAIN_FACTS, sender: '' } as const;
    const note: AttemptNote = {
      at: this.#options.time.now,
      lot,
      attempt: 1,
      message,
      recipients: [],
      purpose: 'refresh-policy',
    };
    const { result, journal } = this.#play(domain, note, {}, { key: 'look', number: null });
    const found = {
      domain,
      policy: result.policy,
      decisions: result.decisions,
      journal: { format: JOURNAL_FORMAT, version: JOURNAL_VERSION, attempts: [journal] } as const,
    };
    return { decision: judgeLastLook(stopped, found.policy, patience), found };
  };

  #lotOf(key: string, domain: string): readonly (string | number)[] {
    const name = `${key} ${domain}`;
    const tries = (this.#tries.get(name) ?? 0) + 1;
    this.#tries.set(name, tries);
    return ['attempt', name, tries];
  }

  #play(domain: string, note: AttemptNote, dialled: AttemptInput['dialled'], errand: Errand): Attempted {
    const { plan, programs, tally } = this.#options;
    const dice = plan.dice.within(...note.lot);
    const moment = this.#states.at(domain, note.at, dice);
    const known = this.#acquaintance(domain);
    known.notes.push(note);
    const task = taskOf(domain, note, { moment, dice, programs, dialled, policies: known.policies });
    const before = new Map(known.policies);
    const attempted = playAttempt(task);
    tally.attempts += 1;
    for (const what of moment.what) tally.saw(what);
    for (const { because } of attempted.result.recipients) if (because !== null) tally.decided(because.row);
    const sight: Sight = {
      domain,
      world: moment.world,
      at: note.at,
      message: note.message,
      attempted,
      before: known.kept,
    };
    known.kept = keptBehind(sight);
    const told = (breach: Breach) => tally.breach({ ...breach, domain, at: note.at, message: errand.number });
    for (const breach of [...lawsOf(sight, tally), ...keptLost(sight, known, tally)]) told(breach);
    for (const breach of twinsOf({ domain, task, attempted, before }, dice, tally)) told(breach);
    return attempted;
  }

  #acquaintance(domain: string): Acquaintance {
    const known = this.#known.get(domain) ?? { policies: new Map(), kept: null, notes: [] };
    this.#known.set(domain, known);
    return known;
  }
}

function taskOf(
  domain: string,
  note: AttemptNote,
  {
    moment,
    dice,
    programs,
    dialled,
    policies,
  }: { readonly moment: Moment; readonly dice: Dice } & Pick<AttemptTask, 'programs' | 'policies'> &
    Pick<AttemptInput, 'dialled'>,
): AttemptTask {
  const { at, attempt, message, recipients, purpose } = note;
  const destination = { kind: 'domain', name: domain } as const;
  return {
    programs,
    world: moment.world,
    input: { startedAt: at, attempt, destination, recipients, message, dialled, purpose },
    policies,
    store: moment.store,
    dice,
  };
}

function lawsOf(sight: Sight, tally: Tally): readonly Breach[] {
  const { attempted } = sight;
  const sendings = attempted.sendings.filter(({ taken }) => taken.length > 0).length;
  tally.check(1, sendings);
  tally.check(2, sight.before !== null && attempted.fetched === 'no' ? sendings : 0);
  tally.check(3, attempted.dialled.length);
  tally.check(4, sight.before?.policy.mode === 'enforce' ? sendings : 0);
  tally.check(6, attempted.result.recipients.length);
  tally.check(7, sight.before?.policy.mode === 'enforce' ? attempted.result.recipients.length : 0);
  tally.check(12, attempted.result.recipients.length);
  if (attempted.isFault) tally.saw('fault-of-ours');
  const isDelivered = attempted.result.recipients.some(({ outcome }) => outcome === 'delivered');
  return [
    ...breachesOf(sight),
    ...(attempted.isFault && isDelivered ? [{ law: 12, what: 'a fault of ours delivered' }] : []),
  ];
}

/** Law 15. */
function keptLost(
  { domain, at, attempted }: Sight,
  { kept, policies }: Acquaintance,
  tally: Tally,
): readonly Breach[] {
  const isBinding =
    kept !== null &&
    kept.policy.mode === 'enforce' &&
    kept.fetchedAt + kept.policy.maxAgeMs > at + attempted.durationMs;
  if (!isBinding) return [];
  tally.check(15);
  const cached = policies.get(domain)?.cached ?? null;
  const isThere =
    cached !== null && cached.policy.mode === 'enforce' && cached.policy.mx.join() === kept.policy.mx.join();
  return isThere ? [] : [{ law: 15, what: 'an enforced policy that had not run out is not kept any more' }];
}

function twinsOf(sight: Parameters<typeof flagsOf>[0], dice: Dice, tally: Tally): readonly Breach[] {
  const { message, purpose } = sight.task.input;
  if (purpose !== 'deliver') return [];
  const breaches: Breach[] = [];
  if (message.requireTls === 'yes' || message.tlsRequired === 'no') {
    tally.check(5);
    breaches.push(...flagsOf(sight));
  }
  if (dice.below(TWINS, 'twin') > 0) return breaches;
  tally.check(10);
  tally.check(11);
  return [...breaches, ...orderOf(sight), ...testingOf(sight)];
}
