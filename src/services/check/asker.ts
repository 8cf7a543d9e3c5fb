import type { AnswerOf, Ask, AskOf, EffectName } from '../../effects/catalog.js';
import type { JournalEntry } from '../../effects/journal.js';
import type { Adapters } from '../../effects/ports.js';
import type { Settings } from '../../policy/settings.js';

export interface CheckOptions {
  readonly adapters: Adapters;
  /** Ports, EHLO name, deadlines, and whether private addresses may be connected to. */
  readonly settings: Settings;
  readonly signal?: AbortSignal;
  /** Told what is asked, for showing progress. */
  readonly onEntry?: (entry: JournalEntry) => void;
}

type DnsEffect = Extract<EffectName, `dns.${string}`>;

/** Puts questions to adapters, one number each, and tells the onlooker. */
export class Asker {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly adapters: Adapters;
  readonly #onEntry: CheckOptions['onEntry'];
  #asked = 0;
  #sessions = 0;

  constructor({ adapters, settings, signal, onEntry }: CheckOptions) {
    this.adapters = adapters;
    this.settings = settings;
    this.signal = signal ?? new AbortController().signal;
    this.#onEntry = onEntry;
  }

  lookUp<K extends DnsEffect>(type: K, name: string): Promise<AnswerOf<K>> {
    const ask = { name, deadlineMs: this.settings.deadlines.dnsMs };
    this.tell(type, ask as AskOf<K>);
    const port = this.adapters[type] as (ask: AskOf<K>, signal: AbortSignal) => Promise<AnswerOf<K>>;
    return port(ask as AskOf<K>, this.signal);
  }

  /** A number for the next connection. */
  nextSession(): number {
    this.#sessions += 1;
    return this.#sessions;
  }

  tellHost(host: string): void {
    this.#asked += 1;
    this.#onEntry?.({ kind: 'run', id: this.#asked, host });
  }

  tell<K extends Exclude<EffectName, 'host.run'>>(type: K, ask: AskOf<K>): void {
    this.#asked += 1;
    this.#onEntry?.({
      kind: 'ask',
      ask: { type, id: this.#asked, ...ask } as Exclude<Ask, { type: 'host.run' }>,
    });
  }
}
