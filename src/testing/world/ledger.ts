/* What was accepted and what became of it, written down beside the queue: laws 16 and 17. */
import type { ClaimedDelivery, Settlement } from '../../effects/queue-stores.js';
import { domainPart } from '../../policy/names/mailbox.js';
import type { Errand } from './courier.js';
import type { MessagePlan } from './plan.js';
import type { Attempted } from './play-attempt.js';
import type { Digest, Tally } from './tally.js';
import type { VirtualTime } from './virtual-time.js';

interface Entry extends Errand {
  readonly from: string;
  readonly recipients: ReadonlyMap<string, { taken: number; end: string | null }>;
  /** A reply to a final dot was lost, or the process ended: it may come twice. */
  mayComeTwice: boolean;
}

/** The longest that mail may lie ready while other destinations are served; milliseconds. */
const LATE_MS_MAX = 15 * 60_000;

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #time: VirtualTime;
  readonly #tally: Tally;
  readonly #digest: Digest;
  /** Of deliveries: when they are due. Of lanes: what is under way, which had trouble last, and since when the others have had none. */
  readonly #due = new Map<string, number>();
  readonly #underWay = new Map<string, Set<string>>();
  readonly #troubled = new Set<string>();
  readonly #wellSince = new Map<string, number>();
  /** Of the messages of the plan, by recipient. */
  readonly counts = { delivered: 0, bounced: 0, expired: 0, dropped: 0 };
  /** Since when everybody could be served; nobody is late by what a crash has cost. */
  upSince = 0;

  constructor(time: VirtualTime, tally: Tally, digest: Digest) {
    this.#time = time;
    this.#tally = tally;
    this.#digest = digest;
  }

  accepted(id: string, { number, from, to }: MessagePlan): void {
    this.#open(id, { key: `m${number}`, number }, from, to);
  }

  errandOf(id: string): Errand {
    return this.#entries.get(id)!;
  }

  get ids(): readonly string[] {
    return [...this.#entries.keys()];
  }

  #open(id: string, errand: Errand, from: string, to: readonly string[]): void {
    const recipients = new Map(to.map((address) => [address, { taken: 0, end: null }]));
    this.#entries.set(id, { ...errand, from, recipients, mayComeTwice: false });
    const domains = new Set(to.map(domainPart));
    for (let at = 0; at < domains.size; at++) this.#due.set(`${id}/${at}`, this.#time.now);
  }

  claimed({ id, lane, delivery }: ClaimedDelivery): void {
    const beside = this.#underWay.get(lane) ?? new Set();
    this.#underWay.set(lane, beside);
    const lateMs =
      this.#time.now - Math.max(this.#due.get(id) ?? 0, this.#wellSince.get(lane) ?? 0, this.upSince);
    // Who waits for its own destination is not kept waiting by another.
    // What is reviewed was kept by its own way, which is closed, until the hour at which it was looked at.
    const isReviewed = delivery.order.kind === 'review';
    if (beside.size === 0 && !this.#troubled.has(lane) && !isReviewed) {
      this.#tally.check(16);
      if (lateMs > LATE_MS_MAX)
        this.#breach(
          16,
          id,
          `a delivery by ${lane} lay ready for ${lateMs} ms, and nothing of its own kept it`,
        );
    }
    beside.add(id);
  }

  attempted(id: string, { sendings }: Attempted): void {
    const entry = this.#entries.get(id)!;
    for (const { taken, isOpen } of sendings) {
      if (isOpen) entry.mayComeTwice = true;
      for (const address of taken) entry.recipients.get(address)!.taken += 1;
    }
  }

  /** The process has ended, with those deliveries in hand. */
  crashed(ids: readonly string[]): void {
    for (const id of ids) this.#entries.get(id)!.mayComeTwice = true;
    this.#underWay.clear();
  }

  settled({ claimed, turn, notices, lane: word }: Settlement): void {
    const id = claimed.message.id;
    const entry = this.#entries.get(id)!;
    this.#underWay.get(claimed.lane)?.delete(claimed.id);
    if (word !== 'answered') this.#troubled.add(claimed.lane);
    else if (this.#troubled.delete(claimed.lane)) this.#wellSince.set(claimed.lane, this.#time.now);
    if (turn.nextAttemptAt !== null) this.#due.set(claimed.id, turn.nextAttemptAt);
    for (const notice of notices) {
      const key = `${notice.id.slice(0, notice.id.indexOf('-'))} notice of ${entry.key} ${claimed.domain} ${turn.attempts}`;
      this.#open(
        notice.id,
        { key, number: null },
        '',
        notice.recipients.map(({ address }) => address),
      );
    }
    const told = notices.some(
      (notice) => notice.id.startsWith('failed-') && notice.recipients[0]?.address === entry.from,
    );
    for (const { address, end, word: last } of turn.recipients) {
      const row = last?.because?.row ?? '-';
      if (entry.number !== null)
        this.#digest.add(
          entry.number,
          `${this.#time.now} ${address} ${end ?? 'waits'} ${last?.status ?? '-'} ${row}`,
        );
      if (end !== null) this.#end(id, entry, address, end, told);
    }
  }

  #end(id: string, entry: Entry, address: string, end: keyof Ledger['counts'], isTold: boolean): void {
    const recipient = entry.recipients.get(address)!;
    if (entry.number !== null) this.counts[end] += 1;
    this.#tally.check(17);
    const owe = (isMet: boolean, what: string) => {
      if (!isMet) this.#breach(17, id, `${address}: ${what}`);
    };
    owe(recipient.end === null, `it has ended twice, ${recipient.end} and ${end}`);
    recipient.end = end;
    owe(end !== 'delivered' || recipient.taken > 0, 'it is called delivered, and nobody took it');
    owe(recipient.taken < 2 || entry.mayComeTwice, 'it was delivered twice, and no reply was lost');
    const isFailure = end === 'bounced' || end === 'expired';
    owe(!isFailure || recipient.taken === 0 || entry.mayComeTwice, `it was taken, and is called ${end}`);
    owe(!isFailure || entry.from === '' || isTold, `it is ${end}, and its sender was not told`);
  }

  /** Behind everything: who has not ended must be waiting. `isWaiting`: what the store says of a message and a recipient. */
  closed(isWaiting: (id: string, address: string) => boolean): number {
    let waiting = 0;
    for (const [id, { number, recipients }] of this.#entries)
      for (const [address, { end }] of recipients) {
        if (end !== null) continue;
        if (number !== null) waiting += 1;
        this.#tally.check(17);
        if (!isWaiting(id, address)) this.#breach(17, id, `${address}: it was accepted, and is lost`);
      }
    return waiting;
  }

  #breach(law: number, id: string, what: string): void {
    const entry = this.#entries.get(id.split('/')[0]!);
    const [address = ''] = entry?.recipients.keys() ?? [];
    this.#tally.breach({
      law,
      what,
      domain: domainPart(address),
      at: this.#time.now,
      message: entry?.number ?? null,
    });
  }
}
